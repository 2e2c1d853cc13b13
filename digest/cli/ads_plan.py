"""``digest ads plan`` and ``digest ads avails``: the days ahead, and what can still be sold."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.ads import From, To, ads, span, tell_never_run, warn_without_solver
from digest.cli.options import Json, Root, load_newsroom
from digest.cli.output import emit, say, table, warn
from digest.cli.progress import progress
from digest.errors import CommandError, did_you_mean
from digest.model.counts import counted

if TYPE_CHECKING:
    from datetime import date

    from digest.place.forecast import Avail, Avails, BookingForecast, Forecast, IssueDate


@ads.command("plan", epilog="Example: digest ads plan --to 2026-02-15")
def plan(first: From = None, last: To = None, root: Root = None, json: Json = False) -> None:
    """The coming issues with what will run where, the best over all of them."""
    from digest.app.ads_forecast import inputs_of, never_run, planned, shared_remarks, warnings

    newsroom = load_newsroom(root)
    inputs = inputs_of(newsroom, *span(newsroom, first, last))
    warn_without_solver()
    with progress("planning") as tell:
        schedule = planned(inputs, tell)
    forgotten = never_run(inputs, schedule)
    emit(
        {
            "from": schedule.first,
            "to": schedule.last,
            "optimal": schedule.optimal,
            "complete": schedule.complete,
            "upper_bounds": [asdict(bound) for bound in schedule.bounds],
            "gap": schedule.gap,
            "issues": [_issue(schedule, issue, issue in inputs.built) for issue in schedule.issues],
            "line_items": [asdict(booking) for booking in schedule.bookings],
            "never_runs": [{"line_item": name, "in_its_way": rivals} for name, rivals in forgotten],
        }
    )
    _show_plan(schedule)
    for text in shared_remarks(inputs):
        say(f"{text}.")
    tell_never_run(forgotten)
    if schedule.exact:
        for text in warnings(schedule):
            warn(text)


def _issue(schedule: Forecast, issue: IssueDate, built: bool) -> dict[str, Any]:
    return {
        "edition": issue.edition,
        "date": issue.date,
        "built": built,
        "ads": [
            {"line_item": ad.line_item, "slot": ad.slot, "gap": ad.gap, "section": ad.section}
            for ad in schedule.in_issue(issue)
        ],
    }


def _show_plan(schedule: Forecast) -> None:
    issues, ads = counted(len(schedule.issues), "issue"), counted(len(schedule.ads), "ad")
    say(f"{schedule.first} to {schedule.last}: {issues}, {ads}\n")
    rows = [
        [f"{ad.date:%a} {ad.date}", ad.edition, ad.slot, ad.line_item, "built" if ad.built else ""]
        for ad in schedule.ads
    ]
    if rows:
        table(("date", "edition", "slot", "line item", ""), _thinned(rows))
        say()
    live = [b for b in schedule.bookings if b.issues or b.delivered or b.short or b.chances]
    heads = ("line item", "tier", "booked", "delivered", "planned", "short", "")
    if live:
        table(heads, [_booking_cells(booking) for booking in live])
    else:
        say("No booking can run in these issues.")


def _thinned(rows: list[list[str]]) -> list[list[str]]:
    """A date and edition once, above the ads of its issue."""
    thinned: list[list[str]] = []
    before: list[str] = []
    for row in rows:
        thinned.append(["", "", *row[2:]] if row[:2] == before else row)
        before = row[:2]
    return thinned


def _booking_cells(booking: BookingForecast) -> list[str]:
    goes_on = not booking.final and booking.booked is not None
    due = f"{booking.due:,} due by then, the flight goes on" if goes_on else ""
    return [
        booking.line_item,
        booking.tier,
        "-" if booking.booked is None else f"{booking.booked:,} {booking.unit}",
        f"{booking.delivered:,}",
        f"{booking.planned:,}",
        f"{booking.short:,}" if booking.short else "-",
        "; ".join(filter(None, (due, booking.remark))),
    ]


@ads.command("avails", epilog="Example: digest ads avails --slot in_stream")
def avails(
    slot: Annotated[
        str | None, typer.Option("--slot", help="Only this slot, as adslots.yaml names it (default: all).")
    ] = None,
    first: From = None,
    last: To = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """What can still be sold, slot by slot and issue by issue, without hurting a booking."""
    from digest.app.ads_forecast import inputs_of
    from digest.place import forecast

    newsroom = load_newsroom(root)
    names = [known_slot.id for known_slot in newsroom.ads.slots]
    if slot is not None and slot not in names:
        hint = did_you_mean(slot, names, otherwise=f" There are: {', '.join(names) or 'none'}.")
        raise CommandError(f'adslots.yaml has no slot "{slot}".{hint}')
    start, end = span(newsroom, first, last)
    inputs = inputs_of(newsroom, start, end)
    with progress("what is free") as tell:
        all_avails = forecast.avails(inputs, [slot] if slot else (), tell)
    slots = [_slot(slot_avails) for slot_avails in all_avails]
    together = [
        {
            "edition": avail.issue.edition,
            "date": avail.issue.date,
            "brings_at_most": forecast.brings(all_avails, number),
        }
        for number, avail in enumerate(all_avails[0].issues if all_avails else ())
    ]
    emit({"from": start, "to": end, **(slots[0] if slot else {"slots": slots, "issues": together})})
    if slot:
        _show_slot(all_avails[0], start, end)
    else:
        _show_slots(all_avails, start, end)


def _slot(avails: Avails) -> dict[str, Any]:
    return {
        "slot": avails.slot,
        "total": avails.total,
        "rate": avails.rate,
        "brings": avails.rate * avails.total,
        "issues": [
            {
                "edition": avail.issue.edition,
                "date": avail.issue.date,
                "room": avail.room,
                "booked": avail.booked,
                "free": avail.free,
                "at_most": avail.most,
                "brings": avails.rate * avail.free,
            }
            for avail in avails.issues
        ],
    }


def _show_slot(avails: Avails, start: date, end: date) -> None:
    say(f"{avails.slot}, {start} to {end}: {avails.total} more can be sold in all{_worth(avails)}\n")
    heads = ("date", "edition", "room", "booked", "free", "brings")
    table(heads, [_avail_cells(avail, avails.rate) for avail in avails.issues])
    if avails.total < sum(avail.free for avail in avails.issues):
        say("\nEach line holds for itself: to sell on one date may take away from another.")


def _worth(avails: Avails) -> str:
    return f", at {_money(avails.rate)} an issue: {_money(avails.rate * avails.total)}" if avails.rate else ""


def _avail_cells(avail: Avail, rate: Fraction) -> list[str]:
    return [
        f"{avail.issue.date:%a} {avail.issue.date}",
        avail.issue.edition,
        str(avail.room),
        str(avail.booked),
        _free(avail),
        _money(rate * avail.free) if rate and avail.free else "-",
    ]


def _money(value: Fraction) -> str:
    from digest.place.amounts import amount

    return amount(value)


def _free(avail: Avail) -> str:
    return str(avail.free) if avail.free == avail.most else f"{avail.free} to {avail.most}"


def _show_slots(all_avails: tuple[Avails, ...], start: date, end: date) -> None:
    """Days by slots, each cell what is free; below it what can be sold over all days together."""
    from digest.place import forecast

    say(f"{start} to {end}: free for new ads, each slot and issue for itself\n")
    rows = []
    for number, avail in enumerate(all_avails[0].issues if all_avails else ()):
        free = [slot.issues[number] for slot in all_avails]
        worth = forecast.brings(all_avails, number)
        date_of = f"{avail.issue.date:%a} {avail.issue.date}"
        rows.append([date_of, avail.issue.edition, *map(_free, free), _money(worth) if worth else "-"])
    heads = ("date", "edition", *(slot.slot for slot in all_avails), "brings")
    totals = [str(slot.total) for slot in all_avails]
    sums = [_money(slot.rate * slot.total) if slot.rate else "-" for slot in all_avails]
    table(
        heads,
        [
            *rows,
            ["in all", "", *totals, ""],
            ["at", "", *(_money(s.rate) if s.rate else "-" for s in all_avails), ""],
            ["brings", "", *sums, ""],
        ],
    )
    say(
        "\nin all: what can be sold over these days together, one slot or the other. at: the median rate at which "
        "the slot is booked. What an issue brings at most: its dearest places first, as many as its ad load takes."
    )
