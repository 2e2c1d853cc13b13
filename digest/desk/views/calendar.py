"""The calendar: what ran at once, what is planned as soon as it is worked out, and what was delivered so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from digest.desk.desk import Desk, Seen
from digest.desk.views.ads import accounts, names_of, row_of, titles_of
from digest.desk.views.words import item_names
from digest.errors import CommandError
from digest.model import Newsroom
from digest.model.places import place_names

if TYPE_CHECKING:
    from digest.app.ads_calendar import Calendar, CalendarIssue
    from digest.desk.background import Work
    from digest.place.forecast import Avails, Shortfall

BACK, AHEAD = 3, 13  # days around the issue
SOON = 0.15  # seconds that the page waits for a plan before it is shown without
CHARTS = 24
LISTED = 20  # bookings without a place


@dataclass(frozen=True, slots=True)
class Planned:
    """The coming days as planned: ``calendar`` with their ads, what is ``free`` there, who will end ``short``."""

    calendar: Calendar
    free: tuple[Avails, ...]
    short: tuple[Shortfall, ...]


def calendar(desk: Desk, seen: Seen, asked: Mapping[str, str]) -> dict[str, Any]:
    """Days by slots: who runs, what is free, what is overbooked. Raises ``DigestError``.

    A plan of many bookings takes seconds: it is left out while it is worked out, unless ``asked`` says ``plan=1``.
    """
    from digest.app.ads_calendar import as_known

    room, today = seen.room, desk.today(seen)
    start, end = seen.day - timedelta(days=BACK), seen.day + timedelta(days=AHEAD)
    plan, unplanned = None, ""
    if end >= today:
        wait = desk.links.static or asked.get("plan") == "1"
        try:
            work = desk.kept(f"plan {start}", seen, lambda: _asked(desk, room, start, end, today))
            plan = work.result() if wait or work.done.wait(SOON) else None
        except CommandError as error:  # too much to plan at once
            unplanned = str(error)
    found = plan.calendar if plan else as_known(room, start, end, today)
    free, short = (plan.free, plan.short) if plan else ((), ())
    titles = titles_of(room)
    names, items = place_names(room), item_names(room)
    gone = sorted({ad.slot for one in found.issues for ad in one.ads} - names.keys())
    never = [name for name, _ in found.never_runs if name not in {one.booking.line_item for one in short}]
    rivals = dict(found.never_runs)
    return {
        "wrong": None,
        "waiting": end >= today and plan is None and not unplanned,
        "unplanned": unplanned,
        "first": start,
        "last": end,
        "before": seen.day - timedelta(days=7),
        "after": seen.day + timedelta(days=7),
        "today": today,
        "slots": [*names.items(), *((name, name) for name in gone)],
        "issues": [_issue(room, one, free, short, titles) for one in found.issues],
        "never": [
            (name, titles.get(name, name), [items.get(one, one) for one in rivals[name]])
            for name in never[:LISTED]
        ],
        "short": [_short(desk, room, one, titles) for one in short[:LISTED]],
        "unlisted": max(0, len(never) - LISTED) + max(0, len(short) - LISTED),
        "advertisers": names_of(room),
        **_charts(desk, seen, found),
    }


def _asked(desk: Desk, room: Newsroom, start: date, end: date, today: date) -> Work[Planned]:
    """The plan, by what it is made from: what does not change it does not begin it anew."""
    from digest.app.ads_ahead import inputs_of
    from digest.app.forecast_inputs import last_end

    content = inputs_of(room, max(start, today), max(end, last_end(room, today)))
    key = sha256(repr((start, end, today, content)).encode()).digest()
    return desk.background.ask(key, lambda: _planned(room, start, end, today))


def _planned(room: Newsroom, start: date, end: date, today: date) -> Planned:
    from digest.app.ads_ahead import inputs_of, look
    from digest.app.ads_calendar import calendar as planned
    from digest.place import forecast

    free = forecast.avails(inputs_of(room, max(start, today), end)) if forecast.available() else ()
    return Planned(planned(room, start, end, today), free, look(room, today).short)


def _charts(desk: Desk, seen: Seen, found: Calendar) -> dict[str, Any]:
    """Delivered against goal of the bookings of these days; those that are furthest behind come first."""
    there = {ad.line_item for one in found.issues for ad in one.ads}
    rows = [
        row_of(seen.room, one)
        for one in accounts(desk, seen)
        if one.booked and (one.line_item in there or _meets(one.first, one.last, found))
    ]
    rows.sort(
        key=lambda row: (-max(row["behind"], row["owed"]) / row["booked"], row["advertiser"], row["id"])
    )
    return {"charts": rows[:CHARTS], "charted": len(rows)}


def _meets(first: date | None, last: date | None, found: Calendar) -> bool:
    return (first is None or first <= found.last) and (last is None or last >= found.first)


def _issue(
    room: Newsroom,
    one: CalendarIssue,
    free: Sequence[Avails],
    short: Sequence[Shortfall],
    titles: Mapping[str, str],
) -> dict[str, Any]:
    room_left = {
        slot.slot: cell
        for slot in free
        for cell in slot.issues
        if (cell.issue.date, cell.issue.edition) == (one.date, one.edition)
    }
    cells = {}
    for slot in {*(spec.id for spec in room.ads.slots), *(ad.slot for ad in one.ads)}:
        cell = room_left.get(slot)
        here = one.in_slot(slot)
        full = cell is not None and not cell.free
        cells[slot] = {
            "ads": [(ad.line_item, titles.get(ad.line_item, ad.line_item), ad.built) for ad in here],
            "free": cell.free if cell and one.state == "planned" else None,
            "most": cell.most if cell else None,
            "wanted": _wanted(room, one, slot, short, titles) if full and one.state == "planned" else [],
        }
    return {"date": one.date, "edition": one.edition, "state": one.state, "cells": cells}


def _wanted(
    room: Newsroom, one: CalendarIssue, slot: str, short: Sequence[Shortfall], titles: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Bookings that will end short and could have used this place: it is overbooked by them."""
    there = {ad.line_item for ad in one.ads}
    found = []
    for booking in short:
        item = room.ads.line_item(booking.booking.line_item)
        if item is None or item.id in there or slot not in item.slots or item.rests_on(one.date):
            continue
        if item.flight and one.date in item.flight and (not item.editions or one.edition in item.editions):
            found.append((item.id, titles[item.id]))
    return found


def _short(desk: Desk, room: Newsroom, one: Shortfall, titles: Mapping[str, str]) -> dict[str, Any]:
    from digest.app.ads_ahead import words

    name = one.booking.line_item
    says, cure = map(desk.words(room), words(room, one))
    return {"id": name, "title": titles[name], "says": says, "cure": cure}
