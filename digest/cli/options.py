"""Options and arguments that several commands share, and how they are read."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import json_wanted, warn
from digest.errors import CommandError, did_you_mean

if TYPE_CHECKING:
    from digest.likeness import Reader
    from digest.model import BuiltIssue, Edition, Newsroom
    from digest.publish import Outbox
    from digest.store import Store


_LONGEST_NAME = 255  # bytes, of a file or folder


def _json(wanted: bool) -> bool:
    if wanted:
        json_wanted(True)
    return wanted


Root = Annotated[
    Path | None,
    typer.Option("--root", help="The newsroom folder (default: the nearest one upward with a digest.yaml)."),
]
Json = Annotated[
    bool, typer.Option("--json", callback=_json, is_eager=True, help="One JSON object on standard output.")
]
OutboxFolder = Annotated[
    str | None,
    typer.Option(
        "--outbox", metavar="DIR", envvar="DIGEST_OUTBOX", show_envvar=False,
        help="Where issues are published (default: DIGEST_OUTBOX, else outbox/ in the newsroom).",
    ),
]  # fmt: skip
EditionName = Annotated[
    str, typer.Argument(metavar="EDITION", help="An edition of digest.yaml, such as daily.")
]
By = Annotated[str, typer.Option("--by", help="Who decides (default: you).")]
SinceDate = Annotated[
    str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="Only issues from this date on.")
]
UpToDate = Annotated[
    str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Only issues up to this date.")
]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
IssueDate = Annotated[str, typer.Argument(metavar="DATE", help="The issue date, YYYY-MM-DD.")]


_root_of_run: Path | None = None


def root_of_run(root: Path | None) -> None:
    """Remember the newsroom that was named before the command: ``digest --root X build``."""
    global _root_of_run
    _root_of_run = root


def load_newsroom(root: Path | None, *, remember: bool = True, tell: bool = True) -> Newsroom:
    """The newsroom a command works in; with ``tell``, what is left out of it is said.

    Raises ``ConfigurationError`` or ``CommandError``.
    """
    from digest.config import load

    newsroom = load(root_of(root), remember=remember)
    if tell:
        warn_left_out(newsroom)
    return newsroom


def root_of(root: Path | None) -> Path:
    """The folder a command works in. Raises ``CommandError`` where it is no newsroom."""
    from digest.config import find_root

    folder = root or _root_of_run
    return find_root(Path.cwd()) if folder is None else _checked_root(folder)


def warn_left_out(newsroom: Newsroom) -> None:
    """Say what of a newsroom is left out because it cannot be read."""
    for item in newsroom.broken:
        warn(f'digest: line item "{item.line_item}" is left out: {item.reason}')


def _checked_root(root: Path) -> Path:
    if max(len(part.encode("utf-8", "replace")) for part in root.parts or ("",)) > _LONGEST_NAME:
        raise CommandError("--root: the name is too long.")
    if not (root / "digest.yaml").is_file():
        raise CommandError(f'"{root}" is not a newsroom: it has no digest.yaml.')
    return root.absolute()


def headline_reader(newsroom: Newsroom, *, remember: bool = True) -> Reader | None:
    """What reads headlines, where the newsroom names a language model."""
    if not newsroom.language_model:
        return None
    from digest.likeness import open_reader

    return open_reader(newsroom, remember=remember, tell=lambda text: warn(f"digest: {text}"))


def folder(text: str | None, otherwise: Path) -> Path:
    """A folder as given, or the usual one. Raises ``CommandError`` for words that name none."""
    if text is None:
        return otherwise
    if not text:
        raise CommandError("the path is empty.")
    if max(len(part.encode("utf-8", "replace")) for part in text.split("/")) > _LONGEST_NAME:
        raise CommandError("the name is too long.")
    if "://" in text:
        raise CommandError(f'"{text}" is an address, not a folder; issues are published to a folder.')
    return Path(text).absolute()


def usual_outbox(newsroom: Newsroom) -> Outbox:
    """The outbox of commands that are not told one."""
    from digest.publish import Outbox

    return Outbox(folder(os.environ.get("DIGEST_OUTBOX") or None, newsroom.root / "outbox"))


def current_user() -> str:
    """Who is at the keyboard: ``DIGEST_USER``, else the name of the login."""
    import getpass

    try:
        return os.environ.get("DIGEST_USER") or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def as_date(text: str) -> date:
    """A date as people type it. Raises ``CommandError``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(_no_date(text)) from None


def as_issue(text: str) -> date:
    """The date of an issue as people type it, ``2026-01-23.2`` for a later special. Raises ``CommandError``."""
    from digest.model.issue_date import issue_date

    try:
        return issue_date(text)
    except ValueError:
        raise CommandError(f"{_no_date(text)} The second special of a day is 2026-01-23.2.") from None


def _no_date(text: str) -> str:
    """That this is no date, and which one it was likely meant to be."""
    from digest.model.keys import words

    try:
        cure = f"Write {words.day(text)}."
    except words.InvalidValue as wrong:
        cure = wrong.cure
    return f'"{text}" is not a date. {cure}'


def edition_named(newsroom: Newsroom, name: str) -> Edition:
    """An edition by name. Raises ``CommandError`` with what was likely meant."""
    from digest.app.pipeline import editions_of

    return editions_of(newsroom, None, (name,))[0]


def check_known(what: str, name: str, names: list[str]) -> None:
    """Raises ``CommandError`` where ``adslots.yaml`` has no such line item or slot."""
    if name not in names:
        raise CommandError(f'adslots.yaml has no {what} "{name}".{did_you_mean(name, names)}')


def built_issue(store: Store, newsroom: Newsroom, name: str, day: str) -> BuiltIssue:
    """An issue of the ledger. Raises ``CommandError``: never built, or an edition nobody knows."""
    built = store.built(name, as_issue(day))
    if built is None:
        names = ", ".join(known_edition.name for known_edition in newsroom.editions)
        hint = (
            ""
            if newsroom.edition(name)
            else f' There is no edition "{name}" in digest.yaml (there are: {names}).'
        )
        raise CommandError(f"{name} of {day} was never built.{hint} `digest issues` lists what was.")
    return built
