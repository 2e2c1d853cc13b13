"""The days ahead: what planning needs from the newsroom and its ledger, in plain values.

An issue that nobody has written yet is taken to look like the last ones of its edition: per section the median
number of stories over up to seven issues; for an edition without any, as many stories as its sections hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from digest.app.clicks import needs_clicks, with_clicks
from digest.app.spans import check_order
from digest.distribution import install
from digest.errors import CommandError, ConfigurationError
from digest.model import Edition, LineItem, Lineup, Newsroom
from digest.model.issue_date import day_of

if TYPE_CHECKING:
    from digest.place import PlaceRequest
    from digest.place.forecast import ForecastInputs
    from digest.store import Store

SPAN, LONGEST = 28, 92  # days ahead: at least, and at most unless asked for
FARTHEST, LOOKED = 400, 12_000  # how far overbooking is looked for: days, and line items times dates
MOST = 60_000  # line items times dates that are planned at all
ISSUES = 7  # that say what a typical issue looks like


def lineups(newsroom: Newsroom, store: Store, before: date) -> dict[str, Lineup]:
    """The typical issue of every edition, from issues dated before ``before``."""
    from digest.place.forecast.typical import typical

    return {
        edition.name: typical(
            (section.id, section.title, count)
            for section, count in zip(
                newsroom.sections_of(edition), _counts(newsroom, store, edition, before), strict=True
            )
        )
        for edition in newsroom.editions
    }


def _counts(newsroom: Newsroom, store: Store, edition: Edition, before: date) -> list[int]:
    """Stories per section of the edition."""
    sections = newsroom.sections_of(edition)
    days: list[date] = []
    while len(days) < ISSUES and (last := store.previous(edition.name, days[-1] if days else before)):
        days.append(last.date)
    ran = store.ran_stories(days[-1], days[0], edition.name) if days else []
    seen = Counter((run.section, run.date) for run in ran if run.date in days)
    counts = [
        sorted(seen[section.id, day] for day in days)[len(days) // 2] if days else 0 for section in sections
    ]
    return counts if any(counts) else [section.top for section in sections]


def inputs(newsroom: Newsroom, store: Store, first: date, last: date) -> ForecastInputs:
    """The coming issues dated ``first`` to ``last``; those that are built already are facts."""
    from digest.place.forecast.issues import ForecastInputs, IssueDate

    check_order(first, last)
    if (last - first).days >= 3660:
        raise CommandError(f"{first} to {last} is more than ten years; plan a shorter time.")
    size = _size(newsroom, first, last)
    if size > MOST:
        raise CommandError(
            f"{first} to {last} is too much to plan at once: {size:,} line items times dates, at most {MOST:,}."
        )
    ran = tuple(
        run
        for run in store.ran_ads(now=newsroom.ads.now, shared=newsroom.ads.shared)
        if not run.elsewhere or run.date < first
    )
    return ForecastInputs(
        ads=newsroom.ads,
        editions=newsroom.editions,
        first=first,
        last=last,
        lineups=lineups(newsroom, store, first),
        ran_ads=with_clicks(ran, store.receipts(last=last)) if needs_clicks(newsroom) else ran,
        built=frozenset(
            IssueDate(issue.date, issue.edition)
            for issue in store.issues()
            if first <= day_of(issue.date) <= last
        ),
    )


def last_day(newsroom: Newsroom, first: date, days: int = SPAN) -> date:
    """Where a plan ends unless told: with the longest flight that runs in the coming ``days``, at most 92 days ahead.

    A plan that ended before a flight does would not see that it cannot make up its dates later.
    """
    least = first + timedelta(days=days - 1)
    ends = [
        item.flight.last
        for item in newsroom.ads.line_items
        if item.flight and item.flight.last and (item.flight.first or first) <= least
    ]
    last = min(max([least, *ends]), max(least, first + timedelta(days=LONGEST - 1)))
    return _usable(newsroom, first, least, last)


def _usable(newsroom: Newsroom, first: date, least: date, last: date) -> date:
    """``last``, or so much before it, but not before ``least``, that a plan stays of a usable size."""
    while last > least and _size(newsroom, first, last) > LOOKED:
        last = max(least, first + (last - first) * 4 // 5)
    return last


def last_end(newsroom: Newsroom, first: date) -> date:
    """Where the booked flights end, as far as a plan up to then stays of a usable size."""
    flights = [item.flight for item in newsroom.ads.line_items if is_ahead(item, first)]
    ends = [flight.last for flight in flights if flight and flight.last]
    last = min(max(ends, default=first), first + timedelta(days=FARTHEST - 1))
    return _usable(newsroom, first, min(last, first + timedelta(days=SPAN)), last)


def is_ahead(item: LineItem, first: date) -> bool:
    """Whether something is booked whose flight ends on ``first`` or later."""
    return not item.is_house and bool(item.flight and item.flight.last and item.flight.last >= first)


def _size(newsroom: Newsroom, first: date, last: date) -> int:
    """Line items times dates of their flights."""
    days = (last - first).days + 1
    return sum(
        len(item.flight.days_between(first, last)) if item.flight else days
        for item in newsroom.ads.line_items
    )


def guided(newsroom: Newsroom, request: PlaceRequest, shapes: Mapping[str, Lineup]) -> PlaceRequest:
    """With ``policy.horizon`` the request follows the plan over the coming issues, that is, so many days and what of
    the flights in them comes after; else it stays as it is.

    Raises ``ConfigurationError`` where the solver for such plans is not installed.
    """
    days = newsroom.ads.policy.horizon
    if not days or not newsroom.ads.line_items:
        return request
    from digest.place import forecast

    if not forecast.available():
        from digest.config import problem_at

        message = "policy.horizon needs the solver HiGHS, which is not installed."
        cure = f"PlannedAd: {install('plan')}, or take the horizon out."
        raise ConfigurationError(
            [problem_at(newsroom.root, "adslots.yaml", ("policy", "horizon"), message, cure)]
        )
    days = (last_day(newsroom, request.day, days) - request.day).days + 1
    return forecast.guided(request, shapes, days)
