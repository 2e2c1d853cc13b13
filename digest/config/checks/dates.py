"""Counting issue dates by arithmetic, so that a flight of ten years costs no more than one of a week."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from digest.model import Edition, Flight

EVERY_DAY = frozenset(range(7))
_LONG = 5_000  # dates: nearly fourteen years of a daily edition


def weekdays(edition: Edition) -> frozenset[int]:
    """The weekdays on which an edition has an issue (Monday = 0)."""
    if edition.cadence == "daily":
        return EVERY_DAY
    return frozenset() if edition.weekday is None else frozenset({edition.weekday})


@dataclass(frozen=True)
class Span:
    """A set of dates: those listed, or the days of the week from ``start`` to ``end`` (``None``: open)."""

    start: date | None = None
    end: date | None = None
    days: frozenset[int] = EVERY_DAY
    listed: frozenset[date] | None = None

    @classmethod
    def of(cls, flight: Flight | None) -> Span:
        if flight is None:
            return cls()
        if flight.dates:
            return cls(listed=frozenset(flight.dates))
        return cls(flight.start, flight.end, flight.days)

    def on(self, days: frozenset[int]) -> Span:
        """Those of these dates that fall on such weekdays."""
        return self.meet(Span(days=days))

    def meet(self, other: Span) -> Span:
        """The dates that are in both."""
        if self.listed is not None:
            return Span(listed=frozenset(day for day in self.listed if day in other))
        if other.listed is not None:
            return other.meet(self)
        starts = [start for start in (self.start, other.start) if start is not None]
        ends = [end for end in (self.end, other.end) if end is not None]
        return Span(max(starts, default=None), min(ends, default=None), self.days & other.days)

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        if self.listed is not None:
            return day in self.listed
        early = self.start is not None and day < self.start
        late = self.end is not None and day > self.end
        return not early and not late and day.weekday() in self.days

    @property
    def is_open(self) -> bool:
        return self.listed is None and (self.start is None or self.end is None)

    @cached_property
    def count(self) -> int | None:
        """How many dates; ``None`` when there is no end to them."""
        if self.listed is not None:
            return len(self.listed)
        if not self.days:
            return 0
        if self.start is None or self.end is None:
            return None
        length = (self.end - self.start).days + 1
        if length <= 0:
            return 0
        weeks, rest = divmod(length, 7)
        first = self.start.weekday()
        return weeks * len(self.days) + sum((first + i) % 7 in self.days for i in range(rest))

    @property
    def is_empty(self) -> bool:
        return self.count == 0


def issues_by_date(spans: Sequence[Span]) -> Iterator[tuple[date, int]]:
    """Dates in order with the number of issues on each, for the spans of one flight in its editions."""
    listed = {day for span in spans for day in span.listed or ()}
    if listed:
        yield from ((day, sum(day in span for span in spans)) for day in sorted(listed))
        return
    start, end = spans[0].start, spans[0].end
    if start is None or end is None:
        return
    on = [sum(weekday in span.days for span in spans) for weekday in range(7)]
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        if on[day.weekday()]:
            yield day, on[day.weekday()]


def most_in_a_day(spans: Sequence[Span]) -> int:
    """The most issues of these spans that share a date."""
    listed = {day for span in spans for day in span.listed or ()}
    if listed:
        return max(sum(day in span for span in spans) for day in listed)
    return max(sum(weekday in span.days for span in spans) for weekday in range(7))


def most_under_cap(spans: Sequence[Span], per_window: int, window: int, enough: int) -> int:
    """How many issues can run at most with ``per_window`` in any ``window`` days; stops at ``enough``.

    Running as early as possible is best, since the windows are intervals: an exchange argument moves
    any later run forward. After ``_LONG`` dates the rest is bounded from above instead of counted.
    """
    if _surely(spans, per_window, window) >= enough:
        return enough
    total, inside = 0, 0
    recent: deque[tuple[date, int]] = deque()
    for number, (day, issues) in enumerate(issues_by_date(spans)):
        while recent and (day - recent[0][0]).days >= window:
            inside -= recent.popleft()[1]
        run = min(issues, per_window - inside)
        if run > 0:
            recent.append((day, run))
            inside, total = inside + run, total + run
        if total >= enough:
            return total
        if number >= _LONG:
            return total + _at_most_after(day, spans, per_window, window)
    return total


def _surely(spans: Sequence[Span], per_window: int, window: int) -> int:
    """A number that can be reached, found without counting dates.

    Windows of whole weeks side by side hold the same weekdays, so the same choice in each keeps every
    window, wherever it starts, under the cap.
    """
    start, end = spans[0].start, spans[0].end
    if start is None or end is None:
        return 0
    weeks = -(-window // 7)
    in_weeks = weeks * sum(len(span.days) for span in spans)
    return ((end - start).days + 1) // (7 * weeks) * min(per_window, in_weeks)


def _at_most_after(day: date, spans: Sequence[Span], per_window: int, window: int) -> int:
    last = spans[0].end or day
    return per_window * (((last - day).days + window - 1) // window)
