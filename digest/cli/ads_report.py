"""``digest ads report``: booked against delivered, for the desk and for the advertiser."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.ads import ads, issue_date, tell_never_run, today
from digest.cli.options import Json, Root, newsroom
from digest.cli.output import emit, say, table
from digest.errors import CommandError

if TYPE_CHECKING:
    from digest.model import Newsroom
    from digest.report import Account, Report

_SHOWN = 5
_AHEAD = ("running", "to come")  # of a booking that may still run


@ads.command("report")
def report(
    advertiser: Annotated[
        str | None, typer.Argument(metavar="[ADVERTISER]", help="Only the bookings of this advertiser.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="Only issues from this date on.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Only issues up to this date.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page to mail to the advertiser.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the issues as rows for a spreadsheet.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every issue, not only the last ones.")] = False,
    root: Root = None,
    json: Json = False,
) -> None:
    """Booked, delivered and short per booking, with every issue it ran in."""
    from digest.report import as_csv, as_html

    room = newsroom(root)
    found = _report(room, advertiser, first, last)
    written = [_write(path, text(found)) for path, text in ((html, as_html), (csv, as_csv)) if path]
    forgotten = _never_run(room, found)
    never = [{"line_item": name, "in_its_way": rivals} for name, rivals in forgotten]
    emit(_as_json(found) | {"never_runs": never} | ({"files": written} if written else {}))
    for account in found.accounts:
        _show(account, every)
    tell_never_run(forgotten)
    if not found.accounts:
        say("There are no bookings to report.")
    for path in written:
        say(f"written: {path}")


def _report(room: Newsroom, advertiser: str | None, first: str | None, last: str | None) -> Report:
    from digest.app.delivery_report import Span, report
    from digest.store import open_store

    with open_store(room.store, room.publication, rehearse=True) as store:
        ran = store.ran_ads()
    now = today(room)
    start = issue_date(first) if first else None
    end = issue_date(last) if last else max([now, *(run.date for run in ran)])
    if start and end < start:
        raise CommandError(f"--to {end} lies before --from {start}.")
    return report(room, ran, Span(start, end), now, advertiser)


def _never_run(room: Newsroom, found: Report) -> list[tuple[str, list[str]]]:
    """Of the bookings shown: those that are paid, have no goal, never ran, and have no place in any coming issue."""
    names = {
        one.line_item
        for one in found.accounts
        if one.booked is None and not one.delivered and one.tier != "house" and one.status in _AHEAD
    }
    if not names:
        return []
    from digest.cli.ads_check import look

    short = look(room, today(room), None).short
    return [
        (one.booking.line_item, list(one.rivals))
        for one in short
        if one.booking.line_item in names and not one.booking.issues
    ]


def _write(path: Path, text: str) -> str:
    """Write beside and rename, so that a page is whole or not there. Raises ``CommandError``."""
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from None
    return str(path)


def _as_json(found: Report) -> dict[str, Any]:
    return {
        "publication": found.publication,
        "from": found.first,
        "to": found.last,
        "line_items": [_account(account) for account in found.accounts],
        "totals": {
            "issues": sum(len(account.shown) for account in found.accounts),
            "sends": sum(account.sends for account in found.accounts),
        },
    }


def _account(account: Account) -> dict[str, Any]:
    whole = asdict(account)
    rows = whole.pop("shown")
    curve = whole.pop("curve")
    return whole | {
        "make_good": account.make_good,
        "sends": account.sends,
        "sends_expected": account.expected,
        "issues": rows,
        "curve": [[point["date"], point["delivered"], point["planned"]] for point in curve],
    }


def _show(account: Account, every: bool) -> None:
    from digest.report import spark, words

    say(f"{account.line_item}  ({account.name}, {account.tier}, {_flight(account)})")
    say(f"   {words(account)}{'  MAKE-GOOD' if account.make_good else ''}")
    if account.curve:
        say(f"   {spark(account.curve)}")
    rows = account.shown if every else account.shown[-_SHOWN:]
    if rows:
        say()
        table(
            ("   date", "edition", "slot", "where", "sends", "next to"),
            [
                [
                    f"   {one.date}",
                    one.edition,
                    one.slot,
                    one.place,
                    "-" if one.sends is None else f"{one.sends:,}{'' if one.counted else ' expected'}",
                    " | ".join(one.neighbours),
                ]
                for one in rows
            ],
            wrap=56,
        )
        hidden = len(account.shown) - len(rows)
        if hidden:
            say(f"   and {hidden} earlier (--all shows them)")
    say()


def _flight(account: Account) -> str:
    if account.status == "deleted":
        return "not in adslots.yaml any more"
    if account.first is None:
        return account.status
    end: date | str = account.last or "open"
    return f"{account.first} to {end}, {account.status}"
