"""``digest recover``: the ledger again, from the manifests and receipts of the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import app
from digest.cli.options import Json, OutboxFolder, Root, folder, load_newsroom
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

    newsroom = load_newsroom(root)
    place = Outbox(folder(outbox, newsroom.root / "outbox"))
    issues: list[Recovered] = []
    with open_store(newsroom.store, newsroom.publication, rehearse=dry_run) as store:
        for edition in place.editions():
            with store.lock(edition):
                issues += recover(store, place, newsroom.publication, edition)
    emit({"issues": [_row(issue) for issue in issues]})
    for issue in issues:
        if issue.status == "unreadable":
            warn(f"digest: {issue.edition} {issue.date} was sent, and cannot be recovered: {issue.why}.")
        elif issue.status != "known":
            sent = ", sent" if issue.sent else ""
            say(f"{issue.edition} {issue.date}, revision {issue.revision}{sent}: {_WORDS[issue.status]}")
    new = sum(issue.status in _WORDS for issue in issues)
    would = "would be recovered" if dry_run else "recovered"
    say(f"{new} of {counted(len(issues), 'issue')} {would}.")
    if any(issue.status == "unreadable" for issue in issues):
        raise typer.Exit(Unreachable.exit_code)


def _row(issue: Recovered) -> dict[str, object]:
    return {
        "edition": issue.edition,
        "date": issue.date,
        "revision": issue.revision,
        "status": issue.status,
        "sent": issue.sent,
        "why": issue.why,
    }
