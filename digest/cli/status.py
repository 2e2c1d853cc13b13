"""``digest status``: one command for a monitor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import Json, Root, load_newsroom, now, usual_outbox
from digest.cli.output import emit, say, table, warn
from digest.errors import CommandError
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.app.status import EditionStatus

MISSING = 6  # the exit code


@app.command("status", epilog="Example: digest status --grace 30 --needs sent")
def status(
    grace: Annotated[
        int,
        typer.Option("--grace", min=0, metavar="MINUTES", help="An issue is due so long after its cutoff."),
    ] = 0,
    needs: Annotated[
        str,
        typer.Option(
            "--needs",
            metavar="STATE",
            help="How far a due issue must be: built, approved, handed-over, sent.",
        ),
    ] = "built",
    root: Root = None,
    json: Json = False,
) -> None:
    """Per edition, is the latest due issue built, approved, handed over and sent? If not: exit 6."""
    from digest.app.readings import wrong
    from digest.app.renamed import renamed
    from digest.app.status import NEEDS
    from digest.app.status import status as look
    from digest.store import open_store

    if needs not in NEEDS:
        raise CommandError(f'--needs "{needs}": say {", ".join(NEEDS[:-1])} or {NEEDS[-1]}.')
    newsroom = load_newsroom(root, tell=False)
    at = now()
    with open_store(newsroom.store, newsroom.publication) as store:
        state = look(newsroom, store, at, timedelta(minutes=grace))
        sources = wrong(newsroom, store.readings(), at)
        renaming = renamed(newsroom, store, usual_outbox(newsroom))
    missing = [status for status in state.editions if status.missing(needs)]
    emit({
        "ok": not missing,
        "editions": [_row(status, needs) for status in state.editions],
        "newest_story": state.newest_story,
        "sources": sources,
        "warnings": [renaming] if renaming else [],
        "broken_bookings": [{"line_item": item.line_item, "reason": item.reason} for item in newsroom.broken],
    })  # fmt: skip
    clock = newsroom.publication.clock
    table(
        ("edition", "due", "built", "approved", "handed over", "sent", ""),
        [
            [
                status.edition,
                str(status.date),
                f"{clock(status.issue.built_at)}, revision {status.issue.revision}" if status.issue else "-",
                "-" if status.approved is None else "yes" if status.approved else "not yet",
                _at_the_mailer(status, clock),
                clock(status.issue.sent_at) if status.issue and status.issue.sent_at else "-",
                f"MISSING: not {needs.replace('-', ' ')}" if status.missing(needs) else "ok",
            ]
            for status in state.editions
        ],
    )
    say(_newest(state.newest_story, at))
    for problem in sources:
        say(f"source {problem}")
    if renaming:
        warn(f"warning: {renaming}")
    for booking in newsroom.broken:
        say(f'line item "{booking.line_item}" is left out: {booking.reason}')
    if missing:
        raise typer.Exit(MISSING)


def _row(status: EditionStatus, needs: str) -> dict[str, Any]:
    issue = status.issue
    return {
        "edition": status.edition, "date": status.date, "built": status.built, "approved": status.approved,
        "sent": status.sent,
        "revision": issue and issue.revision, "built_at": issue and issue.built_at,
        "handed_over": asdict(status.handed_over) | {"outdated": status.outdated} if status.handed_over else None,
        "sent_at": issue and issue.sent_at, "missing": status.missing(needs),
    }  # fmt: skip


def _at_the_mailer(status: EditionStatus, clock: Callable[[datetime], str]) -> str:
    handed = status.handed_over
    if handed is None:
        return "-"
    if not handed.there:
        return {"unanswered": f"no answer from {handed.mailer}", "failed": f"{handed.mailer} refused"}[
            handed.state
        ]
    when = f" for {clock(handed.due)}" if handed.due else ""
    old = f", still revision {handed.revision}" if status.outdated else ""
    some = f", {handed.campaigns:,} of {handed.variants:,} variants" if handed.variants else ""
    return f"{handed.mailer}: {handed.state}{when}{some}{old}"


def _newest(newest: datetime | None, at: datetime) -> str:
    if newest is None:
        return "The store has no story yet. Read the sources: digest ingest"
    hours = int((at - newest).total_seconds() // 3600)
    old = f"{counted(hours, 'hour') if hours < 72 else counted(hours // 24, 'day')} old"
    return f"The newest story is {old}." if hours >= 1 else "The newest story is less than an hour old."
