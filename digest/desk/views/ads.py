"""The bookings: the calendar of what runs and what is free, and what was delivered of what was sold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from digest.desk.desk import Desk, Seen
from digest.desk.views.issue import in_words
from digest.errors import CommandError, did_you_mean
from digest.model import Newsroom

if TYPE_CHECKING:
    from digest.app.ads_calendar import Calendar, CalendarIssue
    from digest.place.forecast import Avails, Shortfall
    from digest.report import Account, Point

PAGE = 50  # bookings
STATES = ("running", "to come", "finished", "open", "paused", "deleted")
BACK, AHEAD = 3, 13  # days of the calendar around the issue
WIDTH, HEIGHT = 160, 36  # of a small chart


def calendar(desk: Desk, seen: Seen) -> dict[str, Any]:
    """Days by slots: who runs, what is free, what is overbooked. Raises ``DigestError``."""
    start, end = seen.day - timedelta(days=BACK), seen.day + timedelta(days=AHEAD)
    today = desk.today(seen)
    found, free, short = desk.kept(f"calendar {start}", seen, lambda: _planned(seen.room, start, end, today))
    titles = titles_of(seen.room)
    slots = list(seen.room.ads.slots)
    gone = sorted({ad.slot for one in found.issues for ad in one.ads} - {slot.id for slot in slots})
    return {
        "wrong": None,
        "first": start,
        "last": end,
        "before": seen.day - timedelta(days=7),
        "after": seen.day + timedelta(days=7),
        "today": today,
        "slots": [(slot.id, in_words(slot.id)) for slot in slots] + [(name, in_words(name)) for name in gone],
        "issues": [_issue(seen.room, one, free, short, titles) for one in found.issues],
        "never": [(name, titles.get(name, name), rivals) for name, rivals in found.never_runs],
        "short": [_short(seen.room, one, titles) for one in short],
        "advertisers": names_of(seen.room),
    }


def _planned(
    room: Newsroom, start: date, end: date, today: date
) -> tuple[Calendar, tuple[Avails, ...], tuple[Shortfall, ...]]:
    from digest.app.ads_ahead import inputs_of, look
    from digest.app.ads_calendar import calendar as planned
    from digest.place import forecast

    found = planned(room, start, end, today)
    first = max(start, today)
    free = forecast.avails(inputs_of(room, first, end)) if first <= end and forecast.available() else ()
    return found, free, look(room, today).short if first <= end else ()


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


def _short(room: Newsroom, one: Shortfall, titles: Mapping[str, str]) -> dict[str, Any]:
    from digest.app.ads_ahead import words

    name = one.booking.line_item
    says, cure = words(room, one)
    rivals = [(rival, titles.get(rival, rival)) for rival in one.rivals]
    return {"id": name, "title": titles[name], "says": says, "cure": cure, "rivals": rivals}


def titles_of(room: Newsroom) -> dict[str, str]:
    from digest.app.delivery_report import title_of

    return {item.id: title_of(item) for item in room.ads.line_items}


def names_of(room: Newsroom) -> dict[str, str]:
    """The advertiser's name of every booking."""
    known = {id: one.name for id, one in room.ads.advertisers.items()}
    items = [(item.id, item.advertiser or "") for item in room.ads.line_items]
    return {id: known.get(advertiser, advertiser or room.publication.name) for id, advertiser in items}


def accounts(desk: Desk, seen: Seen) -> tuple[Account, ...]:
    """Every booking with what was delivered of it."""

    def made() -> tuple[Account, ...]:
        from digest.app.clicks import with_clicks
        from digest.app.delivery_report import Span, report

        with desk.reading(seen.room) as store:
            ran = with_clicks(store.ran_ads(now=seen.room.ads.now), store.receipts())
        today = desk.today(seen)
        last = max([today, *(run.date for run in ran)])
        return report(seen.room, ran, Span(None, last), today, None).accounts

    return desk.kept("accounts", seen, made)


def bookings(desk: Desk, seen: Seen, asked: Mapping[str, str]) -> dict[str, Any]:
    """The bookings that match, a page of them. Raises ``DigestError``."""
    room = seen.room
    rows = [_row(room, one) for one in accounts(desk, seen)]
    counts = {state: sum(row["state"] == state for row in rows) for state in STATES}
    words = asked.get("q", "").casefold().split()
    state, short = asked.get("state", ""), asked.get("short", "") == "1"
    found = [
        row
        for row in rows
        if all(word in row["words"] for word in words)
        and (not state or row["state"] == state)
        and (not short or row["behind"] or row["owed"])
    ]
    size = len(found) or 1 if desk.links.static else PAGE
    pages = max(1, -(-len(found) // size))
    number = min(max(1, int(asked["page"]) if asked.get("page", "").isdecimal() else 1), pages)
    return {
        "wrong": None,
        "rows": found[(number - 1) * size : number * size],
        "found": len(found),
        "total": len(rows),
        "counts": [(name, count) for name, count in counts.items() if count],
        "short": sum(bool(row["behind"] or row["owed"]) for row in rows),
        "number": number,
        "pages": pages,
        "query": {key: asked[key] for key in ("q", "state", "short", "edition", "date") if asked.get(key)},
        "currency": room.publication.currency,
        "may_book": bool(room.ads.slots),
    }


def _row(room: Newsroom, one: Account) -> dict[str, Any]:
    item = room.ads.line_item(one.line_item)
    behind = one.due - one.delivered if one.due and one.status == "running" else 0
    state = "paused" if item and item.paused and one.status in ("running", "to come", "open") else one.status
    return {
        "id": one.line_item,
        "title": one.title or one.line_item,
        "advertiser": one.name,
        "words": f"{one.line_item} {one.title} {one.name} {one.advertiser} {item.order if item else ''}".casefold(),
        "tier": one.tier,
        "state": state,
        "first": one.first,
        "last": one.last,
        "unit": one.unit,
        "booked": one.booked,
        "delivered": one.delivered,
        "share": min(100, 100 * one.delivered // one.booked) if one.booked else None,
        "due": one.due,
        "behind": max(0, behind),
        "owed": one.make_good,
        "spark": spark(one.curve, one.booked),
        "paused": bool(item and item.paused),
        "in_file": item is not None,
    }


def spark(points: Sequence[Point], booked: int | None) -> dict[str, str] | None:
    """Delivered against plan as two lines of a small chart; ``None`` where there is nothing to draw."""
    if len(points) < 2 or (booked is None and not any(point.delivered for point in points)):
        return None
    top = max(1, booked or 0, *(max(p.delivered or 0, p.planned or 0) for p in points))

    def line(values: list[tuple[int, int]]) -> str:
        step = (WIDTH - 4) / (len(points) - 1)
        return " ".join(
            f"{2 + step * i:.1f},{HEIGHT - 2 - (HEIGHT - 6) * value / top:.1f}" for i, value in values
        )

    return {
        "plan": line([(i, p.planned) for i, p in enumerate(points) if p.planned is not None]),
        "done": line([(i, p.delivered) for i, p in enumerate(points) if p.delivered is not None]),
    }


def booking(desk: Desk, seen: Seen, name: str) -> dict[str, Any]:
    """One booking: what was sold, what was delivered, where it ran. Raises ``DigestError``."""
    from digest.report.chart import svg, words

    room = seen.room
    found = next((one for one in accounts(desk, seen) if one.line_item == name), None)
    if found is None:
        names = [item.id for item in room.ads.line_items]
        raise CommandError(f'there is no booking "{name}" in adslots.yaml.{did_you_mean(name, names)}')
    item = room.ads.line_item(name)
    return {
        "wrong": None,
        "row": _row(room, found),
        "account": found,
        "item": item,
        "chart": svg(found),
        "words": words(found),
        "shown": [(one, in_words(one.slot)) for one in reversed(found.shown)][:60],
        "facts": _facts(room, item) if item else [],
        "rest": item.rests_on(seen.day) if item else "",
    }


def _facts(room: Newsroom, item: Any) -> list[tuple[str, str]]:
    """What was agreed, in the words of the trade; what was left open is not said."""
    from digest.place.amounts import amount

    flight, goal, cap = item.flight, item.goal, item.frequency_cap
    titles = {section.id: section.title for section in room.sections}
    said = [
        ("Type", item.tier),
        ("Flight", f"{flight.first or 'open'} to {flight.last or 'open'}" if flight else "always"),
        ("Editions", ", ".join(item.editions or ()) or "all"),
        ("Places", ", ".join(map(in_words, item.slots))),
        ("Sections", ", ".join(titles.get(one, one) for one in item.sections or ()) or "any"),
        ("Goal", f"{goal.amount:,} {goal.unit}, {item.pacing}" if goal else "none"),
        ("Rate", f"{amount(Fraction(item.rate))} {room.publication.currency} an issue" if item.rate else ""),
        ("At most", f"{cap.max_issues} issues in {cap.per_days} days" if cap else ""),
        ("Runs together with", ", ".join(item.companions)),
        ("Keeps others out of", f"the {item.exclusive}" if item.exclusive != "none" else ""),
        ("Order", item.order),
        ("Notes", item.notes),
    ]
    return [(label, text) for label, text in said if text]
