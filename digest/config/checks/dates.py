"""Counting issue dates by arithmetic, so that a flight of ten years costs no more than one of a week."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from digest.model import Edition, Flight

EVERY_DAY = frozenset(range(7))


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

    def __iter__(self) -> Iterator[date]:
        """The dates in order. Only for a span with an end."""
        if self.listed is not None:
            yield from sorted(self.listed)
        elif self.start is not None and self.end is not None:
            for offset in range((self.end - self.start).days + 1):
                day = self.start + timedelta(days=offset)
                if day.weekday() in self.days:
                    yield day


def most_under_cap(issues: Iterable[tuple[date, int]], per_window: int, window: int, enough: int) -> int:
    """How many issues can run at most with ``per_window`` in any ``window`` days; stops at ``enough``.

    ``issues`` are dates in order with the number of issues on each. Running as early as possible is
    best, since the windows are intervals: an exchange argument moves any later run forward.
    """
    total, inside = 0, 0
    recent: deque[tuple[date, int]] = deque()
    for day, number in issues:
        while recent and (day - recent[0][0]).days >= window:
            inside -= recent.popleft()[1]
        run = min(number, per_window - inside)
        if run > 0:
            recent.append((day, run))
            inside, total = inside + run, total + run
        if total >= enough:
            return total
    return total
