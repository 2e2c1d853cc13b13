"""``digest recover``: the ledger again, from the manifests and receipts of the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import app
from digest.cli.options import Json, OutboxFolder, Root, folder, newsroom
from digest.cli.output import emit, say, warn
from digest.errors import Unreachable

if TYPE_CHECKING:
    from digest.app.sending import Recovered

_WORDS = {"recorded": "recorded again", "sent": "known; that it was sent is new"}


@app.command("recover", epilog="Example: digest recover")
def recover(
    outbox: OutboxFolder = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be recovered.")] = False,
    root: Root = None,
    json: Json = False,
) -> None:
    """Rebuild the ledger from the outbox: for a store that was lost, or restored from a backup."""
    from digest.app.sending import recover
    from digest.model.counts import counted
    from digest.publish import Outbox
    from digest.store import open_store

    room = newsroom(root)
    place = Outbox(folder(outbox, room.root / "outbox"))
    found: list[Recovered] = []
    with open_store(room.store, room.publication, rehearse=dry_run) as store:
        for edition in place.editions():
            with store.lock(edition):
                found += recover(store, place, room.publication, edition)
    emit({"issues": [_row(one) for one in found]})
    for one in found:
        if one.status == "unreadable":
            warn(f"digest: {one.edition} {one.date} was sent, and cannot be recovered: {one.why}.")
        elif one.status != "known":
            sent = ", sent" if one.sent else ""
            say(f"{one.edition} {one.date}, revision {one.revision}{sent}: {_WORDS[one.status]}")
    new = sum(one.status in _WORDS for one in found)
    would = "would be recovered" if dry_run else "recovered"
    say(f"{new} of {counted(len(found), 'issue')} {would}.")
    if any(one.status == "unreadable" for one in found):
        raise typer.Exit(Unreachable.exit_code)


def _row(one: Recovered) -> dict[str, object]:
    return {
        "edition": one.edition,
        "date": one.date,
        "revision": one.revision,
        "status": one.status,
        "sent": one.sent,
        "why": one.why,
    }
