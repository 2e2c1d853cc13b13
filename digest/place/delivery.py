"""What a booking has had and what it may have by a day: pure arithmetic on dates and the ledger.

All fractions are exact. ``runs`` is any collection of ledger rows; each function keeps to the rows of the
line item and of issues dated before ``day``, so an older issue built again never counts newer ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from digest.model import Edition, Flight, LineItem, RunAd
from digest.model.calendar import Calendar, count_dates
from digest.model.issue_date import day_of


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a line item stands on an issue date, before the issue of that date.

    ``delivered`` and ``allowed`` are in the goal's unit (issues without a goal); ``allowed`` is what the pacing
    lets it have by today, ``even`` what an even plan would have given it by today. Both are ``None`` without a
    goal. ``urgency`` counts issues and is at least 1. ``elapsed`` and ``total`` count eligible issue dates.
    """

    delivered: int
    allowed: int | None
    even: int | None
    urgency: int
    elapsed: int
    total: int


def runs_in(item: LineItem, edition: Edition) -> bool:
    """Whether the booking is for this edition."""
    return item.editions is None or edition.name in item.editions


def editions_of(item: LineItem, editions: Iterable[Edition]) -> tuple[Edition, ...]:
    """The editions that a line item is booked for."""
    return tuple(edition for edition in editions if runs_in(item, edition))


def calendars(editions: Iterable[Edition]) -> frozenset[Calendar]:
    """The calendars of these editions."""
    return frozenset(edition.calendar for edition in editions)


def eligible_dates(item: LineItem, editions: Iterable[Edition], first: date, last: date) -> tuple[date, ...]:
    """The dates in ``first``..``last`` on which the line item's flight meets an issue of one of its editions."""
    if item.flight is None:
        span = range((last - first).days + 1)
        dates: tuple[date, ...] = tuple(first + timedelta(days=i) for i in span)
    else:
        dates = item.flight.days_between(first, last)
    planned = calendars(editions_of(item, editions))
    return tuple(day for day in dates if any(day in calendar for calendar in planned))


def eligible_count(flight: Flight, planned: frozenset[Calendar], until: date | None = None) -> int:
    """How many dates of the flight up to ``until`` (inclusive; ``None``: all) have an issue of these calendars."""
    return count_dates(flight.span, planned, until)


def elapsed_and_total(item: LineItem, editions: Iterable[Edition], day: date) -> tuple[int, int]:
    """Eligible issue dates up to ``day`` (included), and in the whole flight. (0, 0) without an end."""
    if item.flight is None:
        return 0, 0
    planned = calendars(editions_of(item, editions))
    return eligible_count(item.flight, planned, day), eligible_count(item.flight, planned)


def earlier(
    item: LineItem, runs: Iterable[RunAd], day: date, before: frozenset[str] = frozenset()
) -> tuple[RunAd, ...]:
    """The ledger's rows of this line item in earlier issues, oldest first, one an issue.

    Those of earlier dates, and of ``day`` itself those of the editions ``before`` (see ``editions_before``). The id of
    the line item decides, whatever the advertiser is called today.
    """
    rows = {
        (run.edition, run.date): run
        for run in runs
        if run.line_item == item.id and precedes(run, day, before)
    }
    return tuple(sorted(rows.values(), key=lambda run: (day_of(run.date), run.sequence, run.edition)))


def precedes(run: RunAd, day: date, before: frozenset[str]) -> bool:
    """Whether it ran on an earlier date, or on the same one in an edition of ``before`` (see ``editions_before``)."""
    ran, today = day_of(run.date), day_of(day)
    return ran < today or (ran == today and run.edition in before)


def editions_before(edition: Edition, editions: Iterable[Edition]) -> frozenset[str]:
    """The editions whose issues of a date come before this one: those with an earlier cutoff.

    Those on demand are among them, this one too: each of their issues has a cutoff of its own, so whoever reads the
    ledger leaves out the later ones.
    """
    return frozenset(
        issued.name
        for issued in editions
        if issued.cadence == "on_demand" or (issued.name != edition.name and issued.cutoff < edition.cutoff)
    )


def sends_of(run: RunAd, editions: Iterable[Edition]) -> int:
    """The readers of an audience who have it; else the mailer's receipt where there is one, else what the edition
    expects, else what the ledger noted."""
    if run.readers is not None:
        return run.readers
    if run.delivered and run.sends is not None:
        return run.sends
    expected = next((e.expected_sends for e in editions if e.name == run.edition), None)
    return expected if expected is not None else run.sends or 0


def delivered(item: LineItem, rows: Iterable[RunAd], editions: Iterable[Edition]) -> int:
    """What these rows amount to, in the goal's unit; issues without a goal."""
    editions = tuple(editions)
    if item.goal is not None and item.goal.unit == "sends":
        return sum(sends_of(run, editions) for run in rows)
    if item.goal is not None and item.goal.unit == "clicks":
        return sum(run.clicks or 0 for run in rows)
    return len(tuple(rows))


def elsewhere(item: LineItem, rows: Iterable[RunAd], editions: Iterable[Edition]) -> str:
    """What of these rows other publications delivered that share the booking: ``bay-news 4, cape-news 2``."""
    rows, editions = tuple(rows), tuple(editions)
    others = sorted({run.elsewhere for run in rows if run.elsewhere})
    return ", ".join(
        f"{name} {delivered(item, (run for run in rows if run.elsewhere == name), editions):,}"
        for name in others
    )


def allowed_by(pacing: str, goal: int, elapsed: int, total: int) -> int:
    """How many of ``goal`` a pacing lets a line item have once ``elapsed`` of ``total`` dates have come."""
    x = Fraction(min(elapsed, total), total) if total else Fraction(1)
    if pacing == "even":
        return ceil(goal * x)
    if pacing == "frontloaded":
        return ceil(goal * (1 - (1 - x) ** 2))
    return goal


def behind(item: LineItem, even: int | None, delivered: int, edition: Edition) -> int:
    """The urgency: issues behind the even plan, at least 1; sends count by this edition's expected sends."""
    if item.goal is None or even is None:
        return 1
    short = max(1, even - delivered)
    if item.goal.unit == "issues":
        return short
    if item.goal.unit == "clicks":
        return 1  # what an issue will bring, nobody knows
    return ceil(Fraction(short, edition.expected_sends)) if edition.expected_sends else 1


def standing(
    item: LineItem, editions: tuple[Edition, ...], edition: Edition, day: date, rows: tuple[RunAd, ...]
) -> Standing:
    """Where the line item stands on ``day`` in ``edition``; ``rows`` are its earlier ones (see ``earlier``)."""
    had = delivered(item, rows, editions)
    if item.goal is None:
        return Standing(had, None, None, 1, 0, 0)
    elapsed, total = elapsed_and_total(item, editions, day)
    even = allowed_by("even", item.goal.amount, elapsed, total)
    allowed = allowed_by(item.pacing, item.goal.amount, elapsed, total)
    return Standing(had, allowed, even, behind(item, even, had, edition), elapsed, total)


def in_window(rows: Iterable[RunAd], day: date, days: int) -> tuple[RunAd, ...]:
    """Those rows that fall in the ``days`` days ending on ``day``."""
    return tuple(run for run in rows if 0 <= (day - run.date).days < days)


def band(gap: int, stories: int) -> str:
    """The third of the issue a gap lies in: ``upper`` if 3g <= n, ``middle`` if 3g <= 2n, else ``lower``."""
    if 3 * gap <= stories:
        return "upper"
    return "middle" if 3 * gap <= 2 * stories else "lower"


def load(max_ads: int, max_ratio: Fraction, stories: int) -> int:
    """How many ads an issue of so many stories holds: L = min(max_ads, floor(max_ratio x n))."""
    return max(0, min(max_ads, floor(max_ratio * stories)))
