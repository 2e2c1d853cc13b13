"""``digest ads report``: booked against delivered, for the desk and for the advertiser."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.ads import ads, issue_date, tell_never_run, today
from digest.cli.options import Json, Root, check_known, load_newsroom
from digest.cli.output import emit, say, table
from digest.errors import CommandError, DigestError
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.model import Newsroom
    from digest.report import BookingReport, Report

_SHOWN = 5
_AHEAD = ("running", "to come")  # of a booking that may still run


@ads.command("report", epilog="Example: digest ads report gleammour --html gleammour.html")
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
    summary: Annotated[
        bool,
        typer.Option("--summary", help="One line a booking, with its value; --html and --csv write that."),
    ] = False,
    neighbours: Annotated[
        bool, typer.Option("--neighbours", help="The page also names the stories next to each ad.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Every issue, not only the last ones.")] = False,
    root: Root = None,
    json: Json = False,
) -> None:
    """Booked, delivered and short per booking, with every issue it ran in."""
    from digest.report import as_csv, as_html, as_summary_csv, as_summary_html

    room = load_newsroom(root)
    found = replace(_report(room, advertiser, first, last), neighbours=neighbours)
    writers = (as_summary_html, as_summary_csv) if summary else (as_html, as_csv)
    written = [_write(path, text(found)) for path, text in zip((html, csv), writers, strict=True) if path]
    forgotten = _never_run(room, found)
    never = [{"line_item": name, "in_its_way": rivals} for name, rivals in forgotten]
    emit(_as_json(found) | {"never_runs": never} | ({"files": written} if written else {}))
    if summary:
        _summary(found)
    for account in () if summary else found.bookings:
        _show(account, every)
    tell_never_run(forgotten)
    if not found.bookings:
        say("There are no bookings to report.")
    for path in written:
        say(f"written: {path}")


def _report(room: Newsroom, advertiser: str | None, first: str | None, last: str | None) -> Report:
    from digest.app.clicks import with_clicks
    from digest.app.delivery_report import Span, report
    from digest.store import open_store

    with open_store(room.store, room.publication, rehearse=True) as store:
        ran = with_clicks(store.ran_ads(now=room.ads.now, shared=room.ads.shared), store.receipts())
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
        for one in found.bookings
        if one.booked is None and not one.delivered and one.tier != "house" and one.status in _AHEAD
    }
    if not names:
        return []
    from digest.cli.ads_check import looked

    short = looked(room, today(room), None).short
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
        "line_items": [_account(account) for account in found.bookings],
        "totals": {
            "issues": sum(len(account.insertions) for account in found.bookings),
            "sends": sum(account.sends for account in found.bookings),
        },
    }


def _account(account: BookingReport) -> dict[str, Any]:
    whole = asdict(account)
    rows = whole.pop("insertions")
    pictures = whole.pop("creatives")
    curve = whole.pop("curve")
    return whole | {
        "make_good": account.make_good,
        "sends": account.sends,
        "sends_expected": account.expected,
        "opens": account.opens,
        "clicks": account.clicks,
        "clicks_kind": account.clicks_kind or None,
        "ctr": None if account.ctr is None else round(account.ctr, 6),
        "value": None if account.value is None else float(account.value),
        "cpm": None if account.cpm is None else round(float(account.cpm), 4),
        "creatives": [_creative(account, one["creative"]) for one in pictures],
        "issues": rows,
        "curve": [[point["date"], point["delivered"], point["planned"]] for point in curve],
    }


def _creative(account: BookingReport, name: str) -> dict[str, Any]:
    from digest.report.values import rate_of

    shown = account.of(name)
    clicks = [one.clicks for one in shown if one.clicks is not None]
    rate = rate_of(shown)
    return {
        "creative": name,
        "issues": len(shown),
        "clicks": sum(clicks) if clicks else None,
        "ctr": None if rate is None else round(rate, 6),
    }


def _summary(found: Report) -> None:
    table(
        (
            "booking",
            "advertiser",
            "booked",
            "delivered",
            "owed",
            "sends",
            "clicks",
            "CTR",
            f"value {found.currency}",
            "CPM",
        ),
        [
            (
                one.line_item,
                one.name,
                "-" if one.booked is None else f"{one.booked:,} {one.unit}",
                f"{one.delivered:,}",
                f"{one.make_good:,}" if one.make_good else "-",
                f"{one.sends:,}",
                "-" if one.clicks is None else f"{one.clicks:,}",
                _percent(one.ctr),
                "-" if one.value is None else f"{float(one.value):,.2f}",
                "-" if one.cpm is None else f"{float(one.cpm):,.2f}",
            )
            for one in found.bookings
        ],
    )


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.2f} %"


def _show(account: BookingReport, every: bool) -> None:
    from digest.report import spark, words

    say(f"{account.line_item}  ({account.name}, {account.tier}, {_flight(account)})")
    say(f"   {words(account)}{'  MAKE-GOOD' if account.make_good else ''}")
    if account.elsewhere:
        say(f"   of them delivered by others who share it: {account.elsewhere}")
    if account.curve:
        say(f"   {spark(account.curve)}")
    if account.clicks is not None or account.opens is not None:
        kind = "all clicks" if account.clicks_kind == "total" else "readers who clicked"
        opens = "-" if account.opens is None else f"{account.opens:,}"
        clicks = "-" if account.clicks is None else f"{account.clicks:,} ({kind})"
        say(f"   opens {opens}, clicks {clicks}, CTR {_percent(account.ctr)}")
        for one in account.creatives if len(account.creatives) > 1 else ():
            made = _creative(account, one.creative)
            say(
                f"     {one.creative}: {counted(made['issues'], 'issue')}, {counted(made['clicks'], 'click')}, "
                f"CTR {_percent(made['ctr'])}"
            )
    rows = account.insertions if every else account.insertions[-_SHOWN:]
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
        hidden = len(account.insertions) - len(rows)
        if hidden:
            say(f"   and {hidden} earlier (--all shows them)")
    say()


def _flight(account: BookingReport) -> str:
    if account.status == "deleted":
        return "not in adslots.yaml any more"
    if account.first is None:
        return account.status
    end: date | str = account.last or "open"
    return f"{account.first} to {end}, {account.status}"


@ads.command("make-good", epilog="Example: digest ads make-good aquafresh")
def make_good(
    line_item: Annotated[str, typer.Argument(metavar="LINE_ITEM", help="The booking that ended short.")],
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="YYYY-MM-DD", help="Its first issue date (default: tomorrow)."),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="YYYY-MM-DD", help="Its last issue date (default: four weeks)."),
    ] = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """Write the booking that makes a shortfall good into adslots.yaml: the same ads and slots, no rate."""
    from digest.app.make_good import added, booking, flight_of

    room = load_newsroom(root)
    check_known("line item", line_item, [item.id for item in room.ads.line_items])
    account = next(one for one in _report(room, None, None, None).bookings if one.line_item == line_item)
    if not account.make_good:
        says = "is not over yet" if account.short else "ended without a shortfall, or has no goal"
        raise CommandError(f"nothing is owed for {line_item}: it {says} ({account.delivered:,} delivered).")
    start, end = flight_of(0, today(room))
    start = issue_date(first) if first else start
    end = issue_date(last) if last else max(end, start)
    if end < start:
        raise CommandError(f"--to {end} lies before --from {start}.")
    path = room.root / "adslots.yaml"
    before = path.read_text(encoding="utf-8")
    name, entry = booking(before, line_item, account.make_good, account.unit, start, end)
    _write(path, added(before, entry))
    try:
        load_newsroom(root, remember=False)
    except DigestError as error:
        _write(path, before)
        raise CommandError(
            f"adslots.yaml stays as it was, for the booking would not be read:\n{error}\n{entry}"
        ) from None
    emit({"line_item": name, "short": account.make_good, "unit": account.unit, "from": start, "to": end})
    say(f"{name}: {account.make_good:,} {account.unit}, {start} to {end}, written to adslots.yaml.")
