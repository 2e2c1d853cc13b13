"""``digest init``: a new newsroom that builds at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from errno import ENOTDIR
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from digest.cli import app
from digest.cli.options import Json, now
from digest.cli.output import emit, say
from digest.errors import CommandError, ConfigurationError

if TYPE_CHECKING:
    from digest.starter import NewsroomOptions

_ABOUT = {
    "digest.yaml": "what is published, when, from which stories",
    "adslots.yaml": "what is sold, and who bought it",
    "samples": "invented stories, from two weeks ago to three weeks ahead",
    "templates": "how an issue looks; a file you delete comes from the program again",
}


@app.command("init", epilog="Example: digest init mynews")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the new newsroom.")],
    name: Annotated[
        str, typer.Option("--name", help="What the publication is called.")
    ] = "Alder Bay Morning",
    url: Annotated[str, typer.Option("--url", help="Its website.")] = "https://alderbay.example",
    timezone: Annotated[
        str | None,
        typer.Option("--timezone", metavar="ZONE", help="Such as America/New_York (default: yours)."),
    ] = None,
    locale: Annotated[str, typer.Option("--locale", help="How dates are written, such as en_US.")] = "en_US",
    templates: Annotated[
        bool, typer.Option("--templates", help="Copy the templates, too, to change them.")
    ] = False,
    json: Json = False,
) -> None:
    """Make a new newsroom, with samples, that builds at once. Nothing is ever overwritten."""
    options = _options(name, url, timezone or _zone_here(), locale)
    files = _files(options, templates)
    _write(folder, files)
    steps = ["digest check", "digest preview", "digest build --daily"]
    if folder.absolute() != Path.cwd():
        steps.insert(0, f"cd {quote(str(folder))}")
    emit(
        {
            "newsroom": str(folder.absolute()),
            "timezone": options.timezone,
            "files": sorted(files),
            "next": steps,
        }
    )
    _tell(folder, files, steps, guessed="" if timezone else options.timezone)


def _options(name: str, url: str, timezone: str, locale: str) -> NewsroomOptions:
    """The options, each read as its key in digest.yaml would be. Raises ``CommandError``."""
    from zoneinfo import ZoneInfo

    from digest.model.keys import web, words
    from digest.starter import NewsroomOptions

    site = _read("--url", web.url, url).rstrip("/")
    called = _read("--name", words.line, name)
    zone = _read("--timezone", web.zone, timezone)
    return NewsroomOptions(
        name=called,
        url=site,
        timezone=zone,
        locale=_writable(_read("--locale", web.locale, locale)),
        sender=_sender(called, site),
        today=now().astimezone(ZoneInfo(zone)).date(),
    )


def _read(option: str, reader: Callable[[object], str], value: str) -> str:
    from digest.model.keys.words import InvalidValue

    try:
        return reader(value)
    except InvalidValue as invalid:
        raise CommandError(f"{option} {invalid.says} {invalid.cure}".rstrip()) from None


def _writable(locale: str) -> str:
    """A locale whose dates can be written here. Raises ``CommandError``."""
    from digest.render.words import format_date

    try:
        format_date(date(2026, 1, 23), locale)
    except ConfigurationError as error:
        raise CommandError(f"--locale: {' '.join(f'{p.message} {p.cure}' for p in error.problems)}") from None
    return locale


def _sender(name: str, url: str) -> str:
    """A mailbox at the website's host, with the name's letters that a mailbox may have."""
    from digest.model.keys import web, words

    host = (urlsplit(url).hostname or "").removeprefix("www.")
    plain = " ".join("".join(c for c in name if c.isalnum() or c in " '.&-").split())
    for mailbox in (f"{plain} <news@{host}>".strip(), "news@news.example"):
        with suppress(words.InvalidValue):
            return web.sender(mailbox)
    raise AssertionError("the last one is a mailbox")


def _zone_here() -> str:
    """The time zone of this machine by its name, or UTC."""
    from digest.model.keys import zones

    zone = os.environ.get("TZ", "").lstrip(":") or str(Path("/etc/localtime").resolve())
    name = zone.partition("zoneinfo/")[2] or zone
    return name if name in zones.known() else "UTC"


def _files(options: NewsroomOptions, templates: bool) -> dict[str, bytes]:
    """Every file of the newsroom by its path in it."""
    from json import dumps

    from digest.config import json_schema
    from digest.starter import contents

    files = {name: text.encode() for name, text in contents(options).items()}
    for file in ("digest", "adslots"):
        files[f".schema/{file}.json"] = (
            dumps(json_schema(file), ensure_ascii=False, indent=1).encode() + b"\n"
        )
    return files | (dict(_templates()) if templates else {})


def _templates() -> Iterator[tuple[str, bytes]]:
    from digest.render.loader import shipped

    for path in sorted(shipped().rglob("*")):
        if path.is_file():
            yield f"templates/{path.relative_to(shipped()).as_posix()}", path.read_bytes()


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """All of the files, or none. Raises ``CommandError`` where one is there already, or cannot be written."""
    existing = sorted({name.partition("/")[0] for name in files if os.path.lexists(folder / name)})
    if existing:
        raise CommandError(
            f"{folder} has {', '.join(existing)} already, and nothing is overwritten. Nothing was written. "
            "Name another folder."
        )
    written: list[Path] = []
    try:
        for name, data in files.items():
            path = folder / name
            _make(path.parent, written)
            with path.open("xb") as file:
                written.append(path)
                file.write(data)
    except BaseException as error:
        _take_back(written)
        if isinstance(error, OSError):
            reason = error.strerror or error
            raise CommandError(f"{folder} cannot be made: {reason}. Nothing was written.") from None
        raise


def _make(folder: Path, written: list[Path]) -> None:
    """The folder and those above it, remembering which are new."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise NotADirectoryError(ENOTDIR, f"{folder} is no folder")
    if not folder.is_dir():
        _make(folder.parent, written)
        folder.mkdir()
        written.append(folder)


def _take_back(written: list[Path]) -> None:
    for path in reversed(written):
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()


def _tell(folder: Path, files: Mapping[str, bytes], steps: list[str], guessed: str) -> None:
    """What was made; ``guessed`` is the time zone that nobody named."""
    say(f"A newsroom is in {folder}:")
    tops = {name.partition("/")[0] for name in files}
    for name, about in _ABOUT.items():
        if name in tops:
            say(f"  {name:<14}{about}")
    if guessed:
        say(f"The time zone is this machine's, {guessed}; another one: timezone in digest.yaml.")
    say("\nNext:")
    for step in steps:
        say(f"  {step}")
