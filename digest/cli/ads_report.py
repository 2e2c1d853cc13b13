"""``digest ads report``: booked against delivered, for the desk and for the advertiser."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.app.spans import check_order
from digest.cli.ads import ads, issue_date, tell_never_run, today
from digest.cli.options import Json, Root, SinceDate, UpToDate, check_known, load_newsroom
from digest.cli.output import emit, say, table
from digest.errors import CommandError, DigestError
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.model import Newsroom
    from digest.report import BookingReport, Insertion, Report

_SHOWN = 5
_AHEAD = ("running", "to come")  # of a booking that may still run


@ads.command("report", epilog="Example: digest ads report gleammour --html gleammour.html")
def report(
    advertiser: Annotated[
        str | None, typer.Argument(metavar="[ADVERTISER]", help="Only the bookings of this advertiser.")
    ] = None,
    first: SinceDate = None,
    last: UpToDate = None,
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

    newsroom = load_newsroom(root)
    full_report = replace(_report(newsroom, advertiser, first, last), neighbours=neighbours)
    writers = (as_summary_html, as_summary_csv) if summary else (as_html, as_csv)
    written = [
        _write(path, text(full_report)) for path, text in zip((html, csv), writers, strict=True) if path
    ]
    forgotten = _never_run(newsroom, full_report)
    never = [{"line_item": name, "in_its_way": rivals} for name, rivals in forgotten]
    emit(_as_json(full_report) | {"never_runs": never} | ({"files": written} if written else {}))
    if summary:
        _summary(full_report)
    for booking in () if summary else full_report.bookings:
        _show(booking, every)
    tell_never_run(forgotten)
    if not full_report.bookings:
        say("There are no bookings to report.")
    for path in written:
        say(f"written: {path}")


def _report(newsroom: Newsroom, advertiser: str | None, first: str | None, last: str | None) -> Report:
    from digest.app.clicks import with_clicks
    from digest.app.delivery_report import Span, report
    from digest.store import open_store

    with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
        ran = with_clicks(store.ran_ads(now=newsroom.ads.now, shared=newsroom.ads.shared), store.receipts())
    now = today(newsroom)
    start = issue_date(first) if first else None
    end = issue_date(last) if last else max([now, *(run.date for run in ran)])
    if start:
        check_order(start, end)
    return report(newsroom, ran, Span(start, end), now, advertiser)


def _never_run(newsroom: Newsroom, report: Report) -> list[tuple[str, list[str]]]:
    """Of the bookings shown: those that are paid, have no goal, never ran, and have no place in any coming issue."""
    names = {
        booking.line_item
        for booking in report.bookings
        if booking.booked is None
        and not booking.delivered
        and booking.tier != "house"
        and booking.status in _AHEAD
    }
    if not names:
        return []
    from digest.cli.ads_check import looked

    short = looked(newsroom, today(newsroom), None).short
    return [
        (shortfall.booking.line_item, list(shortfall.rivals))
        for shortfall in short
        if shortfall.booking.line_item in names and not shortfall.booking.issues
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


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "publication": report.publication,
        "from": report.first,
        "to": report.last,
        "line_items": [_booking(booking) for booking in report.bookings],
        "totals": {
            "issues": sum(len(booking.insertions) for booking in report.bookings),
            "sends": sum(booking.sends for booking in report.bookings),
        },
    }


def _booking(booking: BookingReport) -> dict[str, Any]:
    fields = asdict(booking)
    rows = fields.pop("insertions")
    pictures = fields.pop("creatives")
    curve = fields.pop("curve")
    return fields | {
        "make_good": booking.make_good,
        "sends": booking.sends,
        "sends_expected": booking.expected,
        "opens": booking.opens,
        "clicks": booking.clicks,
        "clicks_kind": booking.clicks_kind or None,
        "ctr": None if booking.ctr is None else round(booking.ctr, 6),
        "value": None if booking.value is None else float(booking.value),
        "cpm": None if booking.cpm is None else round(float(booking.cpm), 4),
        "creatives": [_creative(booking, creative["creative"]) for creative in pictures],
        "issues": rows,
        "curve": [[point["date"], point["delivered"], point["planned"]] for point in curve],
    }


def _creative(booking: BookingReport, name: str) -> dict[str, Any]:
    from digest.report.values import rate_of

    insertions = booking.of(name)
    clicks = [insertion.clicks for insertion in insertions if insertion.clicks is not None]
    rate = rate_of(insertions)
    return {
        "creative": name,
        "issues": len(insertions),
        "clicks": sum(clicks) if clicks else None,
        "ctr": None if rate is None else round(rate, 6),
    }


def _summary(report: Report) -> None:
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
            f"value {report.currency}",
            "CPM",
        ),
        [
            (
                booking.line_item,
                booking.name,
                "-" if booking.booked is None else f"{booking.booked:,} {booking.unit}",
                f"{booking.delivered:,}",
                f"{booking.make_good:,}" if booking.make_good else "-",
                f"{booking.sends:,}",
                "-" if booking.clicks is None else f"{booking.clicks:,}",
                _percent(booking.ctr),
                "-" if booking.value is None else f"{float(booking.value):,.2f}",
                "-" if booking.cpm is None else f"{float(booking.cpm):,.2f}",
            )
            for booking in report.bookings
        ],
    )


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.2f} %"


def _show(booking: BookingReport, every: bool) -> None:
    from digest.report import spark, words

    say(f"{booking.line_item}  ({booking.name}, {booking.tier}, {_flight(booking)})")
    say(f"   {words(booking)}{'  MAKE-GOOD' if booking.make_good else ''}")
    if booking.elsewhere:
        say(f"   of them delivered by others who share it: {booking.elsewhere}")
    if booking.curve:
        say(f"   {spark(booking.curve)}")
    if booking.clicks is not None or booking.opens is not None:
        kind = "all clicks" if booking.clicks_kind == "total" else "readers who clicked"
        opens = "-" if booking.opens is None else f"{booking.opens:,}"
        clicks = "-" if booking.clicks is None else f"{booking.clicks:,} ({kind})"
        say(f"   opens {opens}, clicks {clicks}, CTR {_percent(booking.ctr)}")
        for creative in booking.creatives if len(booking.creatives) > 1 else ():
            totals = _creative(booking, creative.creative)
            counts = f"{counted(totals['issues'], 'issue')}, {counted(totals['clicks'], 'click')}"
            say(f"     {creative.creative}: {counts}, CTR {_percent(totals['ctr'])}")
    rows = booking.insertions if every else booking.insertions[-_SHOWN:]
    if rows:
        say()
        table(
            ("   date", "edition", "slot", "where", "sends", "next to"),
            [
                [
                    f"   {insertion.date}",
                    insertion.edition,
                    insertion.slot,
                    insertion.place,
                    "-"
                    if insertion.sends is None
                    else f"{insertion.sends:,}{'' if insertion.counted else ' expected'}",
                    " | ".join(insertion.neighbours),
                ]
                for insertion in rows
            ],
            wrap=56,
        )
        hidden = len(booking.insertions) - len(rows)
        if hidden:
            say(f"   and {hidden} earlier (--all shows them)")
    say()


def _sends(insertion: Insertion) -> str:
    if insertion.sends is None:
        return "-"
    return f"{insertion.sends:,}" + ("" if insertion.counted else " expected")


def _flight(booking: BookingReport) -> str:
    if booking.status == "deleted":
        return "not in adslots.yaml any more"
    if booking.first is None:
        return booking.status
    end: date | str = booking.last or "open"
    return f"{booking.first} to {end}, {booking.status}"


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

    newsroom = load_newsroom(root)
    check_known("line item", line_item, [item.id for item in newsroom.ads.line_items])
    short_booking = next(
        booking for booking in _report(newsroom, None, None, None).bookings if booking.line_item == line_item
    )
    if not short_booking.make_good:
        says = "is not over yet" if short_booking.short else "ended without a shortfall, or has no goal"
        raise CommandError(
            f"nothing is owed for {line_item}: it {says} ({short_booking.delivered:,} delivered)."
        )
    start, end = flight_of(0, today(newsroom))
    start = issue_date(first) if first else start
    end = issue_date(last) if last else max(end, start)
    check_order(start, end)
    path = newsroom.root / "adslots.yaml"
    before = path.read_text(encoding="utf-8")
    name, entry = booking(before, line_item, short_booking.make_good, short_booking.unit, start, end)
    _write(path, added(before, entry))
    try:
        load_newsroom(root, remember=False)
    except DigestError as error:
        _write(path, before)
        raise CommandError(
            f"adslots.yaml stays as it was, for the booking would not be read:\n{error}\n{entry}"
        ) from None
    emit(
        {
            "line_item": name,
            "short": short_booking.make_good,
            "unit": short_booking.unit,
            "from": start,
            "to": end,
        }
    )
    say(
        f"{name}: {short_booking.make_good:,} {short_booking.unit}, {start} to {end}, written to adslots.yaml."
    )
