"""``digest issues`` and ``digest mark-sent``: what was built, sent, and when."""

from __future__ import annotations

import json as codec
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import EditionName, IssueDate, Json, Root, found, newsroom, now
from digest.cli.output import emit, say, table

if TYPE_CHECKING:
    from digest.model import BuiltIssue

issues = typer.Typer(help="What was built, sent, and when.", rich_markup_mode=None)
app.add_typer(issues, name="issues")


@issues.callback(invoke_without_command=True)
def every(ctx: typer.Context, root: Root = None, json: Json = False) -> None:
    """What was built, sent, and when; `issues show EDITION DATE` for one of them."""
    if ctx.invoked_subcommand:
        ctx.obj = root
        return
    from digest.store import open_store

    room = newsroom(root)
    with open_store(room.store, room.publication) as store:
        rows = store.issues()
    emit({"issues": [_row(one) for one in rows]})
    if not rows:
        say("No issue was built yet. Build one: digest build --daily")
        return
    heads = ("edition", "date", "revision", "built", "sent", "delivered")
    table(heads, [_cells(one, room.publication.clock) for one in rows])


@issues.command("show")
def show(
    ctx: typer.Context, name: EditionName, day: IssueDate, root: Root = None, json: Json = False
) -> None:
    """One issue: its window, its stories and its ads."""
    from digest.cli.explain import show as print_manifest
    from digest.store import open_store

    room = newsroom(root or ctx.obj)
    with open_store(room.store, room.publication) as store:
        built = found(store, room, name, day)
    manifest, clock = codec.loads(built.manifest), room.publication.clock
    emit(_row(built) | {"manifest": manifest})
    sent = f", sent {clock(built.sent_at)}" if built.sent_at else ", not sent"
    say(f"{name} {day}, revision {built.revision}, built {clock(built.built_at)}{sent}")
    print_manifest(room, manifest, every=False)


@app.command("mark-sent")
def mark_sent(
    name: EditionName,
    day: IssueDate,
    delivered: Annotated[
        int | None, typer.Option(min=0, help="How many copies the mailer delivered.")
    ] = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """The mailer's receipt: a sent issue is never rebuilt, and goals in sends count what was delivered."""
    from digest.store import open_store

    room = newsroom(root)
    with open_store(room.store, room.publication) as store, store.lock(name):
        built = found(store, room, name, day)
        store.mark_sent(built.edition, built.date, now(), delivered)
        built = found(store, room, name, day)
    emit(_row(built))
    sent = room.publication.clock(built.sent_at or now())
    count = "" if built.delivered is None else f", {built.delivered} delivered"
    say(f"{name} {day}, revision {built.revision}: sent {sent}{count}")


def _row(built: BuiltIssue) -> dict[str, Any]:
    return {
        "edition": built.edition,
        "date": built.date,
        "revision": built.revision,
        "built_at": built.built_at,
        "sent_at": built.sent_at,
        "delivered": built.delivered,
    }


def _cells(built: BuiltIssue, clock: Callable[[datetime], str]) -> list[str]:
    delivered = "-" if built.delivered is None else str(built.delivered)
    return [
        built.edition,
        str(built.date),
        str(built.revision),
        clock(built.built_at),
        clock(built.sent_at) if built.sent_at else "-",
        delivered,
    ]
