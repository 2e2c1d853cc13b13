"""All arithmetic of issue dates: which dates an edition has, which of them a flight meets, when a cutoff is.

Dates are issue dates in the publication's zone; weekdays count from Monday = 0. A calendar names its dates by a
pattern (weekdays, or a day of the month), every so many of them, less those it skips.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from digest.errors import CommandError
from digest.model.issue_date import day_of

EVERY_DAY = frozenset(range(7))
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONGEST_WALK = 3_660  # days that are looked at one by one: ten years
_ONE_DAY = timedelta(days=1)
_MONDAY = date(2001, 1, 1)  # weeks are counted from here


@dataclass(frozen=True, slots=True)
class DateRange:
    """Whole days, both included."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day_of(day) <= self.last

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The dates of an edition. ``every`` counts days, weeks or months by the cadence, from ``first`` on."""

    cadence: str = "daily"  # daily | weekly | monthly | on_demand
    weekdays: frozenset[int] = EVERY_DAY
    day: int = 1  # of a monthly issue; a shorter month has it on its last day
    every: int = 1
    first: date | None = None
    skip: tuple[DateRange, ...] = ()

    def __contains__(self, day: object) -> bool:
        """Whether an issue is planned for this date; one on demand never is."""
        if not isinstance(day, date):
            return False
        day = day_of(day)
        return self.fits(day) and self._counts(day) and not self.skipped(day)

    def fits(self, day: date) -> bool:
        """Whether the date fits the pattern alone, skipped or not."""
        if self.cadence == "on_demand":
            return False
        if self.cadence == "monthly":
            return day.day == min(self.day, monthrange(day.year, day.month)[1])
        return day.weekday() in self.weekdays

    def skipped(self, day: date) -> bool:
        return any(day in span for span in self.skip)

    def _counts(self, day: date) -> bool:
        if self.first is None:
            return True
        if day < self.first:
            return False
        return self._steps(self.first, day) % self.every == 0

    def _steps(self, first: date, day: date) -> int:
        if self.cadence == "monthly":
            return (day.year - first.year) * 12 + day.month - first.month
        if self.cadence == "weekly":
            return (day - _MONDAY).days // 7 - (first - _MONDAY).days // 7
        return (day - first).days

    @property
    def by_weekday_alone(self) -> bool:
        """Whether the weekday of a date says all: counting then needs no walk."""
        return self.cadence in ("daily", "weekly") and self.first is None and not self.skip

    @property
    def period(self) -> timedelta:
        """The days an issue covers when no date before it is known."""
        days = {"weekly": 7, "monthly": 31}.get(self.cadence, 1)
        return timedelta(days=days * self.every)

    def before(self, day: date) -> date | None:
        """The last planned date before ``day``, of the ten years before it."""
        return next((d for d in _walk(day, -_ONE_DAY) if d in self), None)

    def after(self, day: date) -> date | None:
        """The first planned date after ``day``, of the ten years after it."""
        return next((d for d in _walk(day, _ONE_DAY) if d in self), None)

    def why_not(self, day: date) -> str:
        """Why there is no issue on a date that has none, as a sentence without its subject."""
        if self.fits(day) and self.skipped(day):
            return f"skips {next(span for span in self.skip if day in span)}"
        if self.first is not None and day < self.first:
            return f"comes out for the first time on {self.first}"
        weekday = f"{day} is a {DAY_NAMES[day.weekday()]}"
        if self.fits(day):
            unit = {"weekly": "week", "monthly": "month"}.get(self.cadence, "day")
            return (
                f"comes out every {self.every} {unit}s, counted from {self.first}, and {day} is none of them"
            )
        if self.cadence == "monthly":
            return f"comes out on day {self.day} of the month and {weekday}"
        return f"comes out on {days_in_words(self.weekdays)} and {weekday}"


def days_in_words(weekdays: Iterable[int]) -> str:
    """``Fridays``; ``Tuesdays and Fridays``."""
    names = [f"{DAY_NAMES[day]}s" for day in sorted(weekdays)]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "no day"


def _walk(day: date, step: timedelta) -> Iterator[date]:
    """Up to ten years of days after (or before) a date, within what a ``date`` can hold."""
    for _ in range(LONGEST_WALK):
        if day in (date.min, date.max):
            return
        day += step
        yield day


@dataclass(frozen=True, slots=True)
class DateSet:
    """A set of dates: those listed, or the weekdays ``days`` from ``start`` to ``end`` (``None``: open)."""

    start: date | None = None
    end: date | None = None
    days: frozenset[int] = EVERY_DAY
    listed: frozenset[date] | None = None

    def on(self, calendar: Calendar) -> DateSet:
        """Those of these dates that are the calendar's; of an open end the next ten years."""
        if calendar.by_weekday_alone:
            return self.meet(DateSet(days=calendar.weekdays))
        if self.listed is not None:
            return DateSet(listed=frozenset(day for day in self.listed if day in calendar))
        start = self.start or calendar.first or _MONDAY
        return DateSet(listed=frozenset(day for day in self._first_days(start) if day in calendar))

    def _first_days(self, start: date) -> Iterator[date]:
        days = (start.toordinal() + number for number in range(LONGEST_WALK))
        last = (self.end or date.max).toordinal()
        return (date.fromordinal(day) for day in days if day <= last and (day - 1) % 7 in self.days)

    def one_by_one(self) -> DateSet:
        """The same dates as a list; of more than ten years, the first ten."""
        if self.listed is not None:
            return self
        return DateSet(listed=frozenset(self._first_days(self.start or _MONDAY)))

    def meet(self, other: DateSet) -> DateSet:
        """The dates that are in both."""
        if self.listed is not None:
            return DateSet(listed=frozenset(day for day in self.listed if day in other))
        if other.listed is not None:
            return other.meet(self)
        starts = [start for start in (self.start, other.start) if start is not None]
        ends = [end for end in (self.end, other.end) if end is not None]
        return DateSet(max(starts, default=None), min(ends, default=None), self.days & other.days)

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        day = day_of(day)
        if self.listed is not None:
            return day in self.listed
        early = self.start is not None and day < self.start
        late = self.end is not None and day > self.end
        return not early and not late and day.weekday() in self.days

    @property
    def is_open(self) -> bool:
        return self.listed is None and (self.start is None or self.end is None)

    @property
    def count(self) -> int | None:
        """How many dates; ``None`` when there is no end to them."""
        if self.listed is not None:
            return len(self.listed)
        if not self.days:
            return 0
        if self.start is None or self.end is None:
            return None
        return sum(weekdays_between(self.start, self.end, day) for day in self.days)

    @property
    def is_empty(self) -> bool:
        return self.count == 0


def weekdays_between(first: date, last: date, weekday: int) -> int:
    """How many dates of ``first``..``last`` fall on the weekday, without walking through them."""
    days = (last - first).days - (weekday - first.weekday()) % 7
    return 0 if days < 0 else days // 7 + 1


def count_dates(dates: DateSet, calendars: frozenset[Calendar], until: date | None = None) -> int:
    """How many of the dates up to ``until`` (included; ``None``: all) are an issue date of one of the calendars.

    0 for dates without a start or an end. Ten years are counted one by one; beyond them weekdays alone count.
    """
    if dates.listed is None and (dates.start is None or dates.end is None):
        return 0
    if all(calendar.by_weekday_alone for calendar in calendars):
        return _count_by_weekday(dates, calendars, until)
    planned = _planned(dates, calendars)
    return len(planned) if until is None else bisect_right(planned, until)


def _count_by_weekday(dates: DateSet, calendars: frozenset[Calendar], until: date | None) -> int:
    weekdays = frozenset[int]().union(*(calendar.weekdays for calendar in calendars))
    if dates.listed is not None:
        return sum(d.weekday() in weekdays and (until is None or d <= until) for d in dates.listed)
    assert dates.start is not None
    assert dates.end is not None
    last = dates.end if until is None else min(until, dates.end)
    return sum(weekdays_between(dates.start, last, day) for day in weekdays & dates.days)


@lru_cache(maxsize=4_096)
def _planned(dates: DateSet, calendars: frozenset[Calendar]) -> list[date]:
    days: set[date] = set()
    for calendar in calendars:
        days |= dates.on(calendar).one_by_one().listed or frozenset()
    return sorted(days)


def cutoff_at(day: date, cutoff: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, when the clocks of ``zone`` show ``cutoff`` on ``day``.

    ``fold`` is the whole rule for daylight saving. What is written in a file has ``fold=0``: of two such moments it
    means the first, and one that the clocks skip is read with the offset that held before the change (PEP 495).
    Raises CommandError for a date at the very ends of the calendar.
    """
    try:
        return datetime.combine(day, cutoff, tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise CommandError(
            f"{day} is outside the calendar. Give a date between 0001-01-09 and 9999-12-30."
        ) from None
