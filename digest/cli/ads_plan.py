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
    from digest.app.ads_ahead import doubts, inputs_of, never_run, planned, shared_words

    room = load_newsroom(root)
    asked = inputs_of(room, *span(room, first, last))
    warn_without_solver()
    with progress("planning") as tell:
        schedule = planned(asked, tell)
    forgotten = never_run(asked, schedule)
    emit(
        {
            "from": schedule.first,
            "to": schedule.last,
            "optimal": schedule.optimal,
            "complete": schedule.complete,
            "upper_bounds": [asdict(bound) for bound in schedule.bounds],
            "gap": schedule.gap,
            "issues": [_issue(schedule, issue, issue in asked.built) for issue in schedule.issues],
            "line_items": [asdict(booking) for booking in schedule.bookings],
            "never_runs": [{"line_item": name, "in_its_way": rivals} for name, rivals in forgotten],
        }
    )
    _show_plan(schedule)
    for text in shared_words(asked):
        say(f"{text}.")
    tell_never_run(forgotten)
    if schedule.exact:
        for text in doubts(schedule):
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
    found: list[list[str]] = []
    before: list[str] = []
    for row in rows:
        found.append(["", "", *row[2:]] if row[:2] == before else row)
        before = row[:2]
    return found


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
    from digest.app.ads_ahead import inputs_of
    from digest.place import forecast

    room = load_newsroom(root)
    names = [one.id for one in room.ads.slots]
    if slot is not None and slot not in names:
        hint = did_you_mean(slot, names, otherwise=f" There are: {', '.join(names) or 'none'}.")
        raise CommandError(f'adslots.yaml has no slot "{slot}".{hint}')
    start, end = span(room, first, last)
    asked = inputs_of(room, start, end)
    with progress("what is free") as tell:
        found = forecast.avails(asked, [slot] if slot else (), tell)
    said = [_slot(one) for one in found]
    together = [
        {
            "edition": one.issue.edition,
            "date": one.issue.date,
            "brings_at_most": forecast.brings(found, number),
        }
        for number, one in enumerate(found[0].issues if found else ())
    ]
    emit({"from": start, "to": end, **(said[0] if slot else {"slots": said, "issues": together})})
    if slot:
        _show_slot(found[0], start, end)
    else:
        _show_slots(found, start, end)


def _slot(found: Avails) -> dict[str, Any]:
    return {
        "slot": found.slot,
        "total": found.total,
        "rate": found.rate,
        "brings": found.rate * found.total,
        "issues": [
            {
                "edition": one.issue.edition,
                "date": one.issue.date,
                "room": one.room,
                "booked": one.booked,
                "free": one.free,
                "at_most": one.most,
                "brings": found.rate * one.free,
            }
            for one in found.issues
        ],
    }


def _show_slot(found: Avails, start: date, end: date) -> None:
    say(f"{found.slot}, {start} to {end}: {found.total} more can be sold in all{_worth(found)}\n")
    heads = ("date", "edition", "room", "booked", "free", "brings")
    table(heads, [_avail_cells(one, found.rate) for one in found.issues])
    if found.total < sum(one.free for one in found.issues):
        say("\nEach line holds for itself: to sell on one date may take away from another.")


def _worth(found: Avails) -> str:
    return f", at {_money(found.rate)} an issue: {_money(found.rate * found.total)}" if found.rate else ""


def _avail_cells(one: Avail, rate: Fraction) -> list[str]:
    return [
        f"{one.issue.date:%a} {one.issue.date}",
        one.issue.edition,
        str(one.room),
        str(one.booked),
        _free(one),
        _money(rate * one.free) if rate and one.free else "-",
    ]


def _money(value: Fraction) -> str:
    from digest.place.amounts import amount

    return amount(value)


def _free(one: Avail) -> str:
    return str(one.free) if one.free == one.most else f"{one.free} to {one.most}"


def _show_slots(found: tuple[Avails, ...], start: date, end: date) -> None:
    """Days by slots, each cell what is free; below it what can be sold over all days together."""
    from digest.place import forecast

    say(f"{start} to {end}: free for new ads, each slot and issue for itself\n")
    rows = []
    for number, one in enumerate(found[0].issues if found else ()):
        free = [slot.issues[number] for slot in found]
        worth = forecast.brings(found, number)
        date_of = f"{one.issue.date:%a} {one.issue.date}"
        rows.append([date_of, one.issue.edition, *map(_free, free), _money(worth) if worth else "-"])
    heads = ("date", "edition", *(slot.slot for slot in found), "brings")
    totals = [str(slot.total) for slot in found]
    sums = [_money(slot.rate * slot.total) if slot.rate else "-" for slot in found]
    table(
        heads,
        [
            *rows,
            ["in all", "", *totals, ""],
            ["at", "", *(_money(s.rate) if s.rate else "-" for s in found), ""],
            ["brings", "", *sums, ""],
        ],
    )
    say(
        "\nin all: what can be sold over these days together, one slot or the other. at: the median rate at which "
        "the slot is booked. What an issue brings at most: its dearest places first, as many as its ad load takes."
    )
