"""The bookings: what was delivered of what was sold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from digest.desk.desk import Desk, Seen
from digest.desk.views.dates import flight_words
from digest.desk.views.words import campaign, in_words, item_names
from digest.errors import CommandError, did_you_mean
from digest.model import Newsroom
from digest.model.counts import counted
from digest.model.places import place_names

if TYPE_CHECKING:
    from digest.report import BookingReport, DeliveryPoint

PAGE = 50  # bookings
_INSERTIONS = 60  # of one booking, the newest
STATES = ("running", "to come", "finished", "open", "paused", "deleted")
WIDTH, HEIGHT = 160, 36  # of a small chart


def titles_of(room: Newsroom) -> dict[str, str]:
    return {item.id: campaign(room, item) for item in room.ads.line_items}


def names_of(room: Newsroom) -> dict[str, str]:
    """The advertiser's name of every booking."""
    known = {id: one.name for id, one in room.ads.advertisers.items()}
    items = [(item.id, item.advertiser or "") for item in room.ads.line_items]
    return {id: known.get(advertiser, advertiser or room.publication.name) for id, advertiser in items}


def accounts(desk: Desk, seen: Seen) -> tuple[BookingReport, ...]:
    """Every booking with what was delivered of it."""

    def made() -> tuple[BookingReport, ...]:
        from digest.app.clicks import with_clicks
        from digest.app.delivery_report import Span, report

        with desk.reading(seen.room) as store:
            ran = with_clicks(
                store.ran_ads(now=seen.room.ads.now, shared=seen.room.ads.shared), store.receipts()
            )
        today = desk.today(seen)
        last = max([today, *(run.date for run in ran)])
        return report(seen.room, ran, Span(None, last), today, None).bookings

    return desk.kept("accounts", seen, made)


def bookings(desk: Desk, seen: Seen, asked: Mapping[str, str]) -> dict[str, Any]:
    """The bookings that match, a page of them. Raises ``DigestError``."""
    room = seen.room
    rows = [row_of(room, one) for one in accounts(desk, seen)]
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


def row_of(room: Newsroom, one: BookingReport) -> dict[str, Any]:
    item = room.ads.line_item(one.line_item)
    behind = one.due - one.delivered if one.due and one.status == "running" else 0
    state = "paused" if item and item.paused and one.status in ("running", "to come", "open") else one.status
    return {
        "id": one.line_item,
        "title": campaign(room, item) if item else one.title or one.line_item,
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


def spark(points: Sequence[DeliveryPoint], booked: int | None) -> dict[str, str] | None:
    """Delivered against plan as the lines of a small chart; ``None`` where there is nothing to draw."""
    if len(points) < 2 or (booked is None and not any(point.delivered for point in points)):
        return None
    top = max(1, booked or 0, *(max(p.delivered or 0, p.planned or 0) for p in points))
    step = (WIDTH - 8) / (len(points) - 1)

    def at(number: int, value: int) -> tuple[str, str]:
        return f"{4 + step * number:.1f}", f"{HEIGHT - 3 - (HEIGHT - 8) * value / top:.1f}"

    def line(values: list[tuple[int, int]]) -> str:
        return " ".join(",".join(at(*value)) for value in values)

    done = [(i, p.delivered) for i, p in enumerate(points) if p.delivered is not None]
    x, y = at(*done[-1]) if done else ("", "")
    return {
        "plan": line([(i, p.planned) for i, p in enumerate(points) if p.planned is not None]),
        "done": line(done),
        "area": f"{line([(0, 0)])} {line(done)} {line([(done[-1][0], 0)])}" if done else "",
        "goal": at(0, booked or top)[1],
        "x": x,
        "y": y,
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
    places = place_names(room)
    insertions = [(run, places.get(run.slot, in_words(run.slot))) for run in reversed(found.insertions)]
    return {
        "wrong": None,
        "row": row_of(room, found),
        "report": found,
        "item": item,
        "chart": svg(found),
        "words": words(found),
        "insertions": insertions[:_INSERTIONS],
        "facts": _facts(room, item, places) if item else [],
        "rest": item.rests_on(seen.day) if item else "",
    }


def _facts(room: Newsroom, item: Any, places: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was agreed, in the words of the trade; what was left open is not said."""
    from digest.place.amounts import amount

    goal, cap = item.goal, item.frequency_cap
    titles = {section.id: section.title for section in room.sections}
    names = item_names(room)
    said = [
        ("Type", item.tier),
        (
            "Flight",
            flight_words(
                {"first": item.flight and item.flight.first, "last": item.flight and item.flight.last}
            ),
        ),
        ("Editions", ", ".join(item.editions or ()) or "all"),
        ("Places", ", ".join(places[one] for one in item.slots)),
        ("Sections", ", ".join(titles.get(one, one) for one in item.sections or ()) or "any"),
        ("Goal", f"{goal.amount:,} {goal.unit}, {item.pacing}" if goal else "none"),
        ("Rate", f"{amount(Fraction(item.rate))} {room.publication.currency} an issue" if item.rate else ""),
        ("At most", f"{counted(cap.max_issues, 'issue')} in {counted(cap.per_days, 'day')}" if cap else ""),
        ("Runs together with", ", ".join(names.get(one, one) for one in item.companions)),
        ("Keeps others out of", f"the {item.exclusive}" if item.exclusive != "none" else ""),
        ("Order", item.order),
        ("Notes", item.notes),
    ]
    return [(label, text) for label, text in said if text]
