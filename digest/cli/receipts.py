"""``digest receipts``: what the mailer knows of the issues that went out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.handover import house_of
from digest.cli.options import Json, OutboxFolder, Root, as_issue, folder, load_newsroom, now
from digest.cli.output import emit, say, table, warn
from digest.errors import CommandError, DigestError
from digest.model.counts import counted

if TYPE_CHECKING:
    from datetime import date

    from digest.app.outgoing import HandoverContext
    from digest.app.receipts import ReceiptReading
    from digest.store import Store

RECENT = timedelta(days=30)


@app.command("receipts", epilog="Example: digest receipts daily 2026-01-23")
def receipts(
    name: Annotated[
        str | None, typer.Argument(metavar="[EDITION]", help="Only issues of this edition.")
    ] = None,
    day: Annotated[str | None, typer.Argument(metavar="[DATE]", help="Only the issue of this date.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="F.csv",
            help="Numbers of a mailer without an API: url,unique_clicks,clicks or sent,delivered,opens.",
        ),
    ] = None,
    outbox: OutboxFolder = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """Read sends, opens and clicks from the mailer, of one issue or of all of the last 30 days."""
    from digest.publish import Outbox
    from digest.store import open_store

    newsroom = load_newsroom(root)
    if file and not (name and day):
        raise CommandError("--file belongs to one issue: `digest receipts EDITION DATE --file F.csv`.")
    with open_store(newsroom.store, newsroom.publication) as store:
        context = house_of(newsroom, store, Outbox(folder(outbox, newsroom.root / "outbox")))
        wanted = _wanted(store, name, day)
        if not wanted:
            emit({"issues": []})
            say("No issue was handed over in the last 30 days. Name one: digest receipts EDITION DATE")
            return
        if name and day:
            rows, codes = [_read_one(context, *wanted[0], file)], [0]
        else:
            rows, codes = _read_all(context, wanted)
    emit({"issues": rows})
    if 0 not in codes:
        raise typer.Exit(max(codes))


def _wanted(store: Store, name: str | None, day: str | None) -> list[tuple[str, date]]:
    if name and day:
        return [(name, as_issue(day))]
    recent = store.handed_over((now() - RECENT).date())
    return [(edition, date) for edition, date in recent if name in (None, edition)]


def _read_all(
    context: HandoverContext, wanted: list[tuple[str, date]]
) -> tuple[list[dict[str, Any]], list[int]]:
    """One after another; what is wrong with one stops no other."""
    rows: list[dict[str, Any]] = []
    codes: list[int] = []
    for edition, date in wanted:
        try:
            rows.append(_read_one(context, edition, date, None))
            codes.append(0)
        except DigestError as error:
            warn(f"digest: {error}")
            rows.append({"edition": edition, "date": date, "error": str(error), "exit_code": error.exit_code})
            codes.append(error.exit_code)
    return rows, codes


def _read_one(context: HandoverContext, edition: str, day: date, file: Path | None) -> dict[str, Any]:
    from digest.app.outgoing import receipt_json
    from digest.app.outgoing import receipts as read_receipts

    result = read_receipts(context, edition, day, file)
    _show(result)
    return receipt_json(result)


_KINDS = {
    "unique": "readers who clicked each link",
    "total": "all clicks on each link, not readers",
    "capped": "the most clicked links only",
    "none": "no clicks per link",
}


def _show(result: ReceiptReading) -> None:
    issue_receipt, receipt = result.receipt, result.receipt.receipt
    counts = [
        f"{value:,} {word}"
        for value, word in (
            (receipt.sent, "sent"),
            (receipt.delivered, "delivered"),
            (receipt.opens, "opened"),
            (receipt.clicks, "clicked"),
        )
        if value is not None
    ]
    state = "" if receipt.complete else " (still sending)"
    issue = f"{issue_receipt.edition} {issue_receipt.date}"
    say(f"{issue}, from {issue_receipt.source}{state}: {', '.join(counts) or 'no counts'}")
    ads = [link for link in issue_receipt.clicks if link.what == "ad"]
    if ads:
        table(
            ("   line item", "creative", "slot", "readers", "clicks"),
            [
                (f"   {link.line_item}", link.creative, link.slot, _cell(link.unique), _cell(link.total))
                for link in ads
            ],
        )
    stories = sum(link.what == "story" for link in issue_receipt.clicks)
    if issue_receipt.clicks:
        say(
            f"   {counted(len(ads), 'link')} of ads, {stories} of stories; counted are {_KINDS[receipt.kind]}"
        )
    for note in result.remarks:
        warn(f"digest: {note}")


def _cell(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"
