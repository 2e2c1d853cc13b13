"""``digest note`` and ``digest approve``: an editor's own words above an issue, and somebody's yes to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import app
from digest.cli.options import (
    By,
    EditionName,
    IssueDate,
    Json,
    Root,
    as_issue,
    built_issue,
    current_user,
    edition_named,
    load_newsroom,
    now,
)
from digest.cli.output import emit, say, warn
from digest.errors import CommandError
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.model import IssueNote


@app.command(
    "note", epilog='Example: digest note daily 2026-01-23 --text "Good morning. **Snow** is coming."'
)
def note(
    name: EditionName,
    day: Annotated[
        str | None,
        typer.Argument(metavar="[DATE]", help="The issue date (default: the issue that is due next)."),
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", help="The note: paragraphs, **bold**, [links](https://…).")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the note from this text file.")] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="The subject of this issue.")] = None,
    preheader: Annotated[str | None, typer.Option("--preheader", help="The preheader of this issue.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take note, subject and preheader back.")] = False,
    by: By = "",
    root: Root = None,
    json: Json = False,
) -> None:
    """An editor's note under the masthead, and the subject and preheader of one issue by hand."""
    from digest.app.decisions import write_note
    from digest.app.newsdesk import issue_due
    from digest.render import printed_as_written
    from digest.select import why_no_issue
    from digest.store import open_store

    newsroom = load_newsroom(root)
    chosen = edition_named(newsroom, name)
    with open_store(newsroom.store, newsroom.publication) as store:
        date_ = issue_due(newsroom, store, chosen, now()) if day is None else as_issue(day)
        if reason := why_no_issue(chosen, date_):
            raise CommandError(reason)
        texts = {} if clear else _texts(text, file, subject, preheader)
        written = write_note(newsroom, store, name, date_, texts, by=by or current_user(), at=now())
    odd = printed_as_written(written.text)
    emit({"note": _fields(written) | {"problems": odd}})
    say(f"{name} {date_}: " + ("the note is taken back." if clear else _summary(written)))
    for remark in odd:
        warn(f"digest: as it is, readers see the marks: {remark}")


def _texts(text: str | None, file: Path | None, subject: str | None, preheader: str | None) -> dict[str, str]:
    """The words that were given; others stay as they are. Raises ``CommandError`` where none are."""
    if text is not None and file is not None:
        raise CommandError("give the note as --text or as --file, not both.")
    if file is not None:
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f'--file "{file}" cannot be read as text in UTF-8: {error}') from None
    options = {"text": text, "subject": subject, "preheader": preheader}
    texts = {name: value.strip() for name, value in options.items() if value is not None}
    if not texts:
        raise CommandError("say what to write: --text, --file, --subject or --preheader (or --clear).")
    return texts


def _summary(written: IssueNote) -> str:
    parts = []
    if written.text:
        parts.append(f"a note of {counted(len(written.text.split()), 'word')}")
    parts += [f'{key} "{value}"' for key in ("subject", "preheader") if (value := getattr(written, key))]
    return f"{', '.join(parts)}, by {written.by or 'nobody named'}. The next build shows it."


def _fields(written: IssueNote) -> dict[str, object]:
    names = ("edition", "date", "text", "subject", "preheader", "by", "at")
    return {name: getattr(written, name) for name in names}


@app.command("approve", epilog="Example: digest approve daily 2026-01-23 --revision 2")
def approve(
    name: EditionName,
    day: IssueDate,
    revision: Annotated[
        int | None,
        typer.Option("--revision", min=1, help="The revision you have read (default: the latest)."),
    ] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the yes back.")] = False,
    note: Annotated[str, typer.Option("--note", help="Anything to remember with it.")] = "",
    by: By = "",
    root: Root = None,
    json: Json = False,
) -> None:
    """Say yes to an issue as it is built now; a later revision needs a yes of its own."""
    from digest.app import decisions
    from digest.store import open_store

    newsroom = load_newsroom(root)
    with open_store(newsroom.store, newsroom.publication) as store:
        date_ = built_issue(store, newsroom, name, day).date
        if withdraw:
            approval = decisions.withdraw(store, name, date_, note=note, by=by or current_user(), at=now())
        else:
            approval = decisions.approve(
                newsroom, store, name, date_, revision, note=note, by=by or current_user(), at=now()
            )
    emit({
        "edition": name, "date": approval.date, "revision": approval.revision, "manifest": approval.manifest,
        "by": approval.by, "at": approval.at, **({"withdrawn": True} if withdraw else {}),
    })  # fmt: skip
    if (issue_edition := newsroom.edition(name)) and issue_edition.approval != "required":
        say(f"{name} asks for no approval (approval: required in digest.yaml would); this one is kept.")
    done = "is not approved any more; taken back" if withdraw else "is approved"
    say(f"{name} {day}: revision {approval.revision} {done} by {approval.by or 'nobody named'}.")
