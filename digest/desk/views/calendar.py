"""The calendar: what ran at once, what is planned as soon as it is worked out, and what was delivered so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from digest.desk.desk import CurrentIssue, Desk
from digest.desk.views.ads import booking_reports, names_of, row_of, titles_of
from digest.desk.views.words import item_names
from digest.errors import CommandError
from digest.model import Newsroom
from digest.model.places import place_names

if TYPE_CHECKING:
    from digest.app.ads_calendar import AdCalendar, CalendarIssue
    from digest.desk.background import Task
    from digest.place.forecast import Avails, Shortfall

BACK, AHEAD = 3, 13  # days around the issue
SOON = 0.15  # seconds that the page waits for a plan before it is shown without
CHARTS = 24
LISTED = 20  # bookings without a place


@dataclass(frozen=True, slots=True)
class PlannedDays:
    """The coming days as planned: ``calendar`` with their ads, what is ``free`` there, who will end ``short``."""

    calendar: AdCalendar
    free: tuple[Avails, ...]
    short: tuple[Shortfall, ...]


def calendar(desk: Desk, current: CurrentIssue, query: Mapping[str, str]) -> dict[str, Any]:
    """Days by slots: who runs, what is free, what is overbooked. Raises ``DigestError``.

    A plan of many bookings takes seconds: it is left out while it is worked out, unless ``asked`` says ``plan=1``.
    """
    from digest.app.ads_calendar import as_known

    newsroom, today = current.newsroom, desk.today(current)
    start, end = current.day - timedelta(days=BACK), current.day + timedelta(days=AHEAD)
    plan, unplanned = None, ""
    if end >= today:
        wait = desk.links.static or query.get("plan") == "1"
        try:
            work = desk.kept(f"plan {start}", current, lambda: _plan_task(desk, newsroom, start, end, today))
            plan = work.result() if wait or work.done.wait(SOON) else None
        except CommandError as error:  # too much to plan at once
            unplanned = str(error)
    ads_calendar = plan.calendar if plan else as_known(newsroom, start, end, today)
    free, short = (plan.free, plan.short) if plan else ((), ())
    titles = titles_of(newsroom)
    names, items = place_names(newsroom), item_names(newsroom)
    gone = sorted({ad.slot for issue in ads_calendar.issues for ad in issue.ads} - names.keys())
    never = [
        name
        for name, _ in ads_calendar.never_runs
        if name not in {shortfall.booking.line_item for shortfall in short}
    ]
    rivals = dict(ads_calendar.never_runs)
    return {
        "page_error": None,
        "waiting": end >= today and plan is None and not unplanned,
        "unplanned": unplanned,
        "first": start,
        "last": end,
        "before": current.day - timedelta(days=7),
        "after": current.day + timedelta(days=7),
        "today": today,
        "slots": [*names.items(), *((name, name) for name in gone)],
        "issues": [_issue(newsroom, issue, free, short, titles) for issue in ads_calendar.issues],
        "never": [
            (name, titles.get(name, name), [items.get(rival, rival) for rival in rivals[name]])
            for name in never[:LISTED]
        ],
        "short": [_short(desk, newsroom, shortfall, titles) for shortfall in short[:LISTED]],
        "unlisted": max(0, len(never) - LISTED) + max(0, len(short) - LISTED),
        "advertisers": names_of(newsroom),
        **_charts(desk, current, ads_calendar),
    }


def _plan_task(desk: Desk, newsroom: Newsroom, start: date, end: date, today: date) -> Task[PlannedDays]:
    """The plan, by what it is made from: what does not change it does not begin it anew."""
    from digest.app.ads_forecast import inputs_of
    from digest.app.forecast_inputs import last_end

    content = inputs_of(newsroom, max(start, today), max(end, last_end(newsroom, today)))
    key = sha256(repr((start, end, today, content)).encode()).digest()
    return desk.background.ask(key, lambda: _planned(newsroom, start, end, today))


def _planned(newsroom: Newsroom, start: date, end: date, today: date) -> PlannedDays:
    from digest.app.ads_calendar import calendar as planned
    from digest.app.ads_forecast import inputs_of, summarize
    from digest.place import forecast

    free = forecast.avails(inputs_of(newsroom, max(start, today), end)) if forecast.available() else ()
    return PlannedDays(planned(newsroom, start, end, today), free, summarize(newsroom, today).short)


def _charts(desk: Desk, current: CurrentIssue, ads_calendar: AdCalendar) -> dict[str, Any]:
    """Delivered against goal of the bookings of these days; those that are furthest behind come first."""
    running = {ad.line_item for issue in ads_calendar.issues for ad in issue.ads}
    rows = [
        row_of(current.newsroom, report)
        for report in booking_reports(desk, current)
        if report.booked and (report.line_item in running or _meets(report.first, report.last, ads_calendar))
    ]
    rows.sort(
        key=lambda row: (-max(row["behind"], row["owed"]) / row["booked"], row["advertiser"], row["id"])
    )
    return {"charts": rows[:CHARTS], "charted": len(rows)}


def _meets(first: date | None, last: date | None, ads_calendar: AdCalendar) -> bool:
    return (first is None or first <= ads_calendar.last) and (last is None or last >= ads_calendar.first)


def _issue(
    newsroom: Newsroom,
    issue: CalendarIssue,
    free: Sequence[Avails],
    short: Sequence[Shortfall],
    titles: Mapping[str, str],
) -> dict[str, Any]:
    free_cells = {
        slot.slot: cell
        for slot in free
        for cell in slot.issues
        if (cell.issue.date, cell.issue.edition) == (issue.date, issue.edition)
    }
    cells = {}
    for slot in {*(spec.id for spec in newsroom.ads.slots), *(ad.slot for ad in issue.ads)}:
        cell = free_cells.get(slot)
        ads = issue.in_slot(slot)
        full = cell is not None and not cell.free
        cells[slot] = {
            "ads": [(ad.line_item, titles.get(ad.line_item, ad.line_item), ad.built) for ad in ads],
            "free": cell.free if cell and issue.state == "planned" else None,
            "most": cell.most if cell else None,
            "wanted": _wanted(newsroom, issue, slot, short, titles)
            if full and issue.state == "planned"
            else [],
        }
    return {"date": issue.date, "edition": issue.edition, "state": issue.state, "cells": cells}


def _wanted(
    newsroom: Newsroom, issue: CalendarIssue, slot: str, short: Sequence[Shortfall], titles: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Bookings that will end short and could have used this place: it is overbooked by them."""
    running = {ad.line_item for ad in issue.ads}
    wanted = []
    for booking in short:
        item = newsroom.ads.line_item(booking.booking.line_item)
        if item is None or item.id in running or slot not in item.slots or item.rests_on(issue.date):
            continue
        if (
            item.flight
            and issue.date in item.flight
            and (not item.editions or issue.edition in item.editions)
        ):
            wanted.append((item.id, titles[item.id]))
    return wanted


def _short(desk: Desk, newsroom: Newsroom, shortfall: Shortfall, titles: Mapping[str, str]) -> dict[str, Any]:
    from digest.app.ads_forecast import shortfall_message

    name = shortfall.booking.line_item
    says, cure = map(desk.plain_reasons(newsroom), shortfall_message(newsroom, shortfall))
    return {"id": name, "title": titles[name], "says": says, "cure": cure}
