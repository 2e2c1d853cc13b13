"""Counting issue dates by arithmetic, so that a flight of ten years costs no more than one of a week."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date

from digest.model import Edition, Flight
from digest.model.calendar import DateSet


def issue_dates(flight: Flight | None, editions: Iterable[Edition]) -> list[DateSet]:
    """The dates of a flight in each of its editions: all by weekday, or all listed."""
    span = flight.span if flight else DateSet()
    spans = [dates_in(span, edition) for edition in editions]
    return [span.one_by_one() for span in spans] if any(span.listed is not None for span in spans) else spans


def dates_in(span: DateSet, edition: Edition) -> DateSet:
    """Those of some dates on which the edition may have an issue: one on demand on every day."""
    return span if edition.cadence == "on_demand" else span.on(edition.calendar)


def most_in_a_day(spans: Sequence[DateSet]) -> int:
    """The most issues of these spans that share a date."""
    listed = _listed(spans)
    if listed:
        return max(sum(day in span for span in spans) for day in listed)
    return max(_by_weekday(spans))


def most_under_cap(spans: Sequence[DateSet], per_window: int, window: int) -> int:
    """How many issues of one flight can run at most with ``per_window`` in any ``window`` days.

    ``spans`` are the flight's dates in each of its editions. Running as early as possible is best, since
    the windows are intervals: an exchange argument moves any later run forward. The pattern of runs
    comes back after some weeks, and whole periods of it are then added at once.
    """
    listed = _listed(spans)
    if listed:
        runs = _Runs(per_window, window)
        for day in sorted(listed):
            runs.on(day.toordinal(), sum(day in span for span in spans))
        return runs.total
    start, end = spans[0].start, spans[0].end
    if start is None or end is None or end < start:
        return 0
    return _by_weeks(_by_weekday(spans), start.toordinal(), end.toordinal(), _Runs(per_window, window))


def _by_weeks(numbers: list[int], day: int, last: int, runs: _Runs) -> int:
    """Week by week from ``day``; once a week begins like an earlier one, the weeks between repeat."""
    seen: dict[tuple[tuple[int, int], ...], tuple[int, int]] | None = {}
    while day + 6 <= last:
        if seen is not None:
            state = runs.before(day)
            if state in seen:
                then, total = seen[state]
                periods = (last - day + 1) // (day - then)
                runs.skip(periods * (day - then), periods * (runs.total - total))
                day, seen = day + periods * (day - then), None
                continue
            seen[state] = (day, runs.total)
        for each in range(day, day + 7):
            runs.on(each, numbers[(each - 1) % 7])
        day += 7
    for each in range(day, last + 1):
        runs.on(each, numbers[(each - 1) % 7])
    return runs.total


class _Runs:
    """Issues run so far, and those still inside the window. Days are ordinals; ordinal 1 is a Monday."""

    def __init__(self, per_window: int, window: int) -> None:
        self.per_window, self.window = per_window, window
        self.total = self.inside = 0
        self.recent: deque[tuple[int, int]] = deque()

    def on(self, day: int, issues: int) -> None:
        """Run as many of this day's issues as the cap lets."""
        self._forget(day)
        if (run := min(issues, self.per_window - self.inside)) > 0:
            self.recent.append((day, run))
            self.inside, self.total = self.inside + run, self.total + run

    def before(self, day: int) -> tuple[tuple[int, int], ...]:
        """What of the past still counts on this day: how long ago, and how many."""
        self._forget(day)
        return tuple((day - ran, number) for ran, number in self.recent)

    def skip(self, days: int, issues: int) -> None:
        """The same again for so many days."""
        self.recent = deque((day + days, number) for day, number in self.recent)
        self.total += issues

    def _forget(self, day: int) -> None:
        while self.recent and day - self.recent[0][0] >= self.window:
            self.inside -= self.recent.popleft()[1]


def _listed(spans: Sequence[DateSet]) -> set[date]:
    return {day for span in spans for day in span.listed or ()}


def _by_weekday(spans: Sequence[DateSet]) -> list[int]:
    return [sum(weekday in span.days for span in spans) for weekday in range(7)]
