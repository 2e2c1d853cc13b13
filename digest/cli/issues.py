"""``digest issues`` and ``digest mark-sent``: what was built, sent, and when."""

from __future__ import annotations

import json as codec
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.groups import Commands
from digest.cli.options import (
    By,
    EditionName,
    IssueDate,
    Json,
    OutboxFolder,
    Root,
    built_issue,
    current_user,
    edition_named,
    folder,
    load_newsroom,
    now,
)
from digest.cli.output import emit, say, table, warn
from digest.errors import CommandError
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.cli.audience import CommandAudience
    from digest.model import BuiltIssue, Newsroom
    from digest.publish import Outbox
    from digest.store import Store

issues = typer.Typer(
    cls=Commands,
    help="What was built, sent, and when.",
    epilog="Example: digest issues show daily 2026-01-23",
    rich_markup_mode=None,
)
app.add_typer(issues, name="issues")


@issues.callback(invoke_without_command=True)
def every(ctx: typer.Context, root: Root = None, json: Json = False) -> None:
    """What was built, sent, and when; `issues show EDITION DATE` for one of them."""
    if ctx.invoked_subcommand:
        ctx.obj = root
        return
    from digest.store import open_store

    newsroom = load_newsroom(root)
    with open_store(newsroom.store, newsroom.publication) as store:
        rows, approved = store.issues(), store.approved()
    approvals = {(issue.edition, issue.date): _approval(newsroom, issue, approved) for issue in rows}
    emit(
        {
            "issues": [
                _row(issue) | {"approved": approvals[issue.edition, issue.date] == "yes"} for issue in rows
            ]
        }
    )
    if not rows:
        say("No issue was built yet. Build one: digest build --daily")
        return
    heads = ("edition", "date", "revision", "built", "approved", "sent", "delivered")
    table(
        heads,
        [_cells(issue, newsroom.publication.clock, approvals[issue.edition, issue.date]) for issue in rows],
    )


def _approval(newsroom: Newsroom, built: BuiltIssue, approved: dict[tuple[str, date], int]) -> str:
    """``yes``, ``not yet`` where the edition asks for it, else ``-``."""
    if approved.get((built.edition, built.date)) == built.revision:
        return "yes"
    edition = newsroom.edition(built.edition)
    return "not yet" if edition and edition.approval == "required" else "-"


@issues.command("show", epilog="Example: digest issues show daily 2026-01-23")
def show(
    ctx: typer.Context, name: EditionName, day: IssueDate, root: Root = None, json: Json = False
) -> None:
    """One issue: its window, its stories and its ads."""
    from digest.cli.explain import show as print_manifest
    from digest.store import open_store

    newsroom = load_newsroom(root or ctx.obj)
    with open_store(newsroom.store, newsroom.publication) as store:
        built = built_issue(store, newsroom, name, day)
        events = store.history(built.edition, built.date)
    manifest, clock = codec.loads(built.manifest), newsroom.publication.clock
    emit(_row(built) | {"manifest": manifest, "history": events})
    sent = f", sent {clock(built.sent_at)}" if built.sent_at else ", not sent"
    say(f"{name} {day}, revision {built.revision}, built {clock(built.built_at)}{sent}")
    for event in events:
        say(f"  {_event(event, clock)}")
    print_manifest(newsroom, manifest, every=False)


def _event(event: dict[str, Any], clock: Callable[[datetime], str]) -> str:
    count = "" if event["delivered"] is None else f", {event['delivered']} delivered"
    verb = {"built": "built", "sent": "marked as sent", "undone": "not sent after all"}[event["action"]]
    revision = "" if event["revision"] is None else f", revision {event['revision']}"
    return f"{clock(event['at'])} {verb}{revision}{count}" + (f", by {event['by']}" if event["by"] else "")


@issues.command("restore", epilog="Example: digest issues restore daily 2026-01-23")
def restore(
    ctx: typer.Context,
    name: EditionName,
    day: IssueDate,
    audience: Annotated[
        str | None,
        typer.Option(
            "--audience", metavar="FILE", help="Its variants too, out of the audience of its build."
        ),
    ] = None,
    history: Annotated[
        list[str] | None,
        typer.Option("--history", metavar="FILE", help="As its build had it (repeatable)."),
    ] = None,
    outbox: OutboxFolder = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """Write an issue's files again, as they were sent: for an outbox that was lost."""
    from digest.app.sending import restore
    from digest.cli.audience import readers
    from digest.publish import Outbox
    from digest.store import open_store

    newsroom = load_newsroom(root or ctx.obj)
    place = Outbox(folder(outbox, newsroom.root / "outbox"))
    with open_store(newsroom.store, newsroom.publication) as store, store.lock(name):
        built = built_issue(store, newsroom, name, day)
        status = restore(store, place, built.edition, built.date)
        with readers(newsroom, audience, history or [], "local", None) as found:
            if found:
                status = _packs_again(newsroom, store, place, built, found) or status
    lost = _lost_audience(newsroom, place, built)
    emit(
        _row(built)
        | {
            "status": status,
            "folder": str(place.place(built.edition, built.date)),
            "audience_lost": bool(lost),
        }
    )
    states = {"there": "is there already", "completed": "was not whole; it is now", "restored": "is back"}
    say(f"{place.place(built.edition, built.date)} {states[status]} (revision {built.revision}).")
    if lost:
        warn(f"digest: {lost}")


def _packs_again(
    newsroom: Newsroom, store: Store, place: Outbox, built: BuiltIssue, readers: CommandAudience
) -> str:
    """Make what is missing of its variants; ``completed``, or empty where nothing was."""
    from digest.app.history import audience_of
    from digest.app.pipeline import BuildContext
    from digest.app.restoring import packs_again
    from digest.model.environment import cache_folder
    from digest.render import load_theme

    if not audience_of(built):
        raise CommandError(f"{built.edition} of {built.date} was built without an audience.")
    edition = edition_named(newsroom, built.edition)
    context = BuildContext(newsroom, store, load_theme(newsroom, cache_folder(newsroom.root)))
    personal = readers.of(place, edition, built.date, False)
    try:
        return "completed" if packs_again(context, place, edition, built.date, personal)[1] else ""
    finally:
        personal.close()


def _lost_audience(newsroom: Newsroom, place: Outbox, built: BuiltIssue) -> str:
    """What restoring cannot bring back of an issue for an audience, and how it comes; empty where nothing is lost."""
    from digest.app.history import audience_of
    from digest.app.reading import PublishedAudience

    counts = audience_of(built)
    if not counts or PublishedAudience.of(newsroom, place.root, built.edition, built.date).is_complete:
        return ""
    how = (
        f"`digest issues restore {built.edition} {built.date} --audience FILE` makes them again, with the audience and "
        "the --history of its build; else bring its audience/ folder back from a backup"
    )
    return (
        f"{counted(counts['variants'], 'variant')} for {counted(counts['readers'], 'reader')}: not here, and the "
        f"store does not keep them; {how}."
    )


@issues.command(
    "correction", epilog='Example: digest issues correction daily 2026-01-23 --text "The bridge is 40 m."'
)
def correction(
    ctx: typer.Context,
    name: EditionName,
    day: IssueDate,
    text: Annotated[
        str | None, typer.Option("--text", help="The correction, for readers of the next issue.")
    ] = None,
    by: By = "",
    root: Root = None,
    json: Json = False,
) -> None:
    """What can still be done about an issue; with --text the correction stands in the next issue's note."""
    from digest.app.newsdesk import corrected
    from digest.store import open_store

    newsroom = load_newsroom(root or ctx.obj)
    with open_store(newsroom.store, newsroom.publication) as store:
        built = built_issue(store, newsroom, name, day)
        if built.sent_at is None:
            emit({"edition": name, "date": built.date, "sent": False, "next": None, "note": None})
            say(
                f"{name} {day} is not sent yet: mend it (digest stories edit, kill, note) and build it again."
            )
            return
        note = corrected(
            newsroom, store, edition_named(newsroom, name), built, text, by=by or current_user(), now=now()
        )
        if text:
            store.write_note(note)
    emit(
        {
            "edition": name,
            "date": built.date,
            "sent": True,
            "next": note.date,
            "note": note.text if text else None,
        }
    )
    if text:
        say(f"The correction stands in the note of {name} {note.date}. Build or preview it to see it.")
        return
    say(
        f"{name} {day} was sent at {newsroom.publication.clock(built.sent_at)} and cannot be changed any more."
    )
    say(f"A correction can stand in the next issue, {name} {note.date}:")
    say(f'  digest issues correction {name} {day} --text "..."')


@app.command("mark-sent", epilog="Example: digest mark-sent daily 2026-01-23 --delivered 47612")
def mark_sent(
    name: EditionName,
    day: IssueDate,
    delivered: Annotated[
        int | None, typer.Option(min=0, help="How many copies the mailer delivered.")
    ] = None,
    revision: Annotated[
        int | None, typer.Option(min=1, help="The revision that was sent (default: the newest).")
    ] = None,
    undo: Annotated[
        bool,
        typer.Option("--undo", help="It was not sent after all; until the edition's next issue is built."),
    ] = False,
    by: Annotated[str, typer.Option(help="Who says so (default: you).")] = "",
    outbox: OutboxFolder = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """The mailer's receipt: a sent issue is never rebuilt; goals in sends count what was delivered."""
    from digest.app import sending
    from digest.publish import Outbox
    from digest.store import open_store

    if undo and (delivered is not None or revision is not None):
        raise CommandError("--undo takes back all that was said; leave --delivered and --revision out.")
    newsroom = load_newsroom(root)
    place = Outbox(folder(outbox, newsroom.root / "outbox"))
    with open_store(newsroom.store, newsroom.publication) as store, store.lock(name):
        issue = built_issue(store, newsroom, name, day)
        about = (store, place, issue.edition, issue.date)
        if undo:
            built = sending.undo_sent(*about, at=now(), by=by or current_user())
        else:
            built = sending.mark_sent(
                *about, at=now(), delivered=delivered, revision=revision, by=by or current_user()
            )
    emit(_row(built))
    if built.sent_at is None:
        say(f"{name} {day}, revision {built.revision}: not sent.")
        return
    count = "" if built.delivered is None else f", {built.delivered} delivered"
    say(f"{name} {day}, revision {built.revision}: sent {newsroom.publication.clock(built.sent_at)}{count}")
    _warn_of_slips(built, place)


def _warn_of_slips(built: BuiltIssue, place: Outbox) -> None:
    if built.delivered and built.expected_sends and built.delivered > 2 * built.expected_sends:
        warn(
            f"digest: {built.delivered} delivered is more than twice the {built.expected_sends} that "
            f"{built.edition} expects. If it is a slip, say it again with the right number."
        )
    if not place.is_sent(built.edition, built.date):
        warn(
            f"digest: {place.place(built.edition, built.date)} is not there, so no receipt lies beside the issue."
        )


def _row(built: BuiltIssue) -> dict[str, Any]:
    return {
        "edition": built.edition,
        "date": built.date,
        "revision": built.revision,
        "built_at": built.built_at,
        "sent_at": built.sent_at,
        "delivered": built.delivered,
    }


def _cells(built: BuiltIssue, clock: Callable[[datetime], str], approved: str) -> list[str]:
    delivered = "-" if built.delivered is None else str(built.delivered)
    return [
        built.edition,
        str(built.date),
        str(built.revision),
        clock(built.built_at),
        approved,
        clock(built.sent_at) if built.sent_at else "-",
        delivered,
    ]
