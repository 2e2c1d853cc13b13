"""The bookings: what was delivered of what was sold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from digest.desk.desk import CurrentIssue, Desk
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


def titles_of(newsroom: Newsroom) -> dict[str, str]:
    return {item.id: campaign(newsroom, item) for item in newsroom.ads.line_items}


def names_of(newsroom: Newsroom) -> dict[str, str]:
    """The advertiser's name of every booking."""
    known = {id: advertiser.name for id, advertiser in newsroom.ads.advertisers.items()}
    items = [(item.id, item.advertiser or "") for item in newsroom.ads.line_items]
    return {id: known.get(advertiser, advertiser or newsroom.publication.name) for id, advertiser in items}


def booking_reports(desk: Desk, current: CurrentIssue) -> tuple[BookingReport, ...]:
    """Every booking with what was delivered of it."""

    def made() -> tuple[BookingReport, ...]:
        from digest.app.clicks import with_clicks
        from digest.app.delivery_report import Span, report

        with desk.reading(current.newsroom) as store:
            ran = with_clicks(
                store.ran_ads(now=current.newsroom.ads.now, shared=current.newsroom.ads.shared),
                store.receipts(),
            )
        today = desk.today(current)
        last = max([today, *(run.date for run in ran)])
        return report(current.newsroom, ran, Span(None, last), today, None).bookings

    return desk.kept("booking_reports", current, made)


def bookings(desk: Desk, current: CurrentIssue, query: Mapping[str, str]) -> dict[str, Any]:
    """The bookings that match, a page of them. Raises ``DigestError``."""
    newsroom = current.newsroom
    rows = [row_of(newsroom, report) for report in booking_reports(desk, current)]
    counts = {state: sum(row["state"] == state for row in rows) for state in STATES}
    words = query.get("q", "").casefold().split()
    state, short = query.get("state", ""), query.get("short", "") == "1"
    matching = [
        row
        for row in rows
        if all(word in row["words"] for word in words)
        and (not state or row["state"] == state)
        and (not short or row["behind"] or row["owed"])
    ]
    size = len(matching) or 1 if desk.links.static else PAGE
    pages = max(1, -(-len(matching) // size))
    number = min(max(1, int(query["page"]) if query.get("page", "").isdecimal() else 1), pages)
    return {
        "page_error": None,
        "rows": matching[(number - 1) * size : number * size],
        "found": len(matching),
        "total": len(rows),
        "counts": [(name, count) for name, count in counts.items() if count],
        "short": sum(bool(row["behind"] or row["owed"]) for row in rows),
        "number": number,
        "pages": pages,
        "query": {key: query[key] for key in ("q", "state", "short", "edition", "date") if query.get(key)},
        "currency": newsroom.publication.currency,
        "may_book": bool(newsroom.ads.slots),
    }


def row_of(newsroom: Newsroom, report: BookingReport) -> dict[str, Any]:
    item = newsroom.ads.line_item(report.line_item)
    behind = report.due - report.delivered if report.due and report.status == "running" else 0
    state = (
        "paused"
        if item and item.paused and report.status in ("running", "to come", "open")
        else report.status
    )
    return {
        "id": report.line_item,
        "title": campaign(newsroom, item) if item else report.title or report.line_item,
        "advertiser": report.name,
        "words": " ".join(
            map(
                str,
                (report.line_item, report.title, report.name, report.advertiser, item.order if item else ""),
            )
        ).casefold(),
        "tier": report.tier,
        "state": state,
        "first": report.first,
        "last": report.last,
        "unit": report.unit,
        "booked": report.booked,
        "delivered": report.delivered,
        "share": min(100, 100 * report.delivered // report.booked) if report.booked else None,
        "due": report.due,
        "behind": max(0, behind),
        "owed": report.make_good,
        "spark": spark(report.curve, report.booked),
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


def booking(desk: Desk, current: CurrentIssue, name: str) -> dict[str, Any]:
    """One booking: what was sold, what was delivered, where it ran. Raises ``DigestError``."""
    from digest.report.chart import svg, words

    newsroom = current.newsroom
    report = next(
        (candidate for candidate in booking_reports(desk, current) if candidate.line_item == name), None
    )
    if report is None:
        names = [item.id for item in newsroom.ads.line_items]
        raise CommandError(f'there is no booking "{name}" in adslots.yaml.{did_you_mean(name, names)}')
    item = newsroom.ads.line_item(name)
    places = place_names(newsroom)
    insertions = [(run, places.get(run.slot, in_words(run.slot))) for run in reversed(report.insertions)]
    return {
        "page_error": None,
        "row": row_of(newsroom, report),
        "report": report,
        "item": item,
        "chart": svg(report),
        "words": words(report),
        "insertions": insertions[:_INSERTIONS],
        "facts": _facts(newsroom, item, places) if item else [],
        "rest": item.rests_on(current.day) if item else "",
    }


def _facts(newsroom: Newsroom, item: Any, places: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was agreed, in the words of the trade; what was left open is not said."""
    from digest.place.amounts import amount

    goal, cap = item.goal, item.frequency_cap
    titles = {section.id: section.title for section in newsroom.sections}
    names = item_names(newsroom)
    facts = [
        ("Type", item.tier),
        (
            "Flight",
            flight_words(
                {"first": item.flight and item.flight.first, "last": item.flight and item.flight.last}
            ),
        ),
        ("Editions", ", ".join(item.editions or ()) or "all"),
        ("Places", ", ".join(places[slot] for slot in item.slots)),
        ("Sections", ", ".join(titles.get(section, section) for section in item.sections or ()) or "any"),
        ("Goal", f"{goal.amount:,} {goal.unit}, {item.pacing}" if goal else "none"),
        (
            "Rate",
            f"{amount(Fraction(item.rate))} {newsroom.publication.currency} an issue" if item.rate else "",
        ),
        ("At most", f"{counted(cap.max_issues, 'issue')} in {counted(cap.per_days, 'day')}" if cap else ""),
        ("Runs together with", ", ".join(names.get(companion, companion) for companion in item.companions)),
        ("Keeps others out of", f"the {item.exclusive}" if item.exclusive != "none" else ""),
        ("Order", item.order),
        ("Notes", item.notes),
    ]
    return [(label, text) for label, text in facts if text]
