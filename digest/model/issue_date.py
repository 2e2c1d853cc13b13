"""The date that names an issue of an edition: its key, together with the edition's name.

Of an edition on demand a day may have several issues. The first has the date itself; the others carry their number:
``2026-01-23.2``, ``2026-01-23.3``. Read, written and ordered here and nowhere else.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

MOST = 9999  # issues of an edition on one date


class NumberedDate(date):
    """A date with the number of the issue on it, from 2. A plain date is number 1.

    It is its day wherever a day is asked for (weekday, year, differences); it equals, sorts and is written as the key
    of an issue: 2026-01-23 < 2026-01-23.2 < 2026-01-23.10 < 2026-01-24.
    """

    number: int = 1

    def __new__(cls, year: int, month: int, day: int, number: int = 1) -> NumberedDate:
        numbered = super().__new__(cls, year, month, day)
        numbered.number = number
        return numbered

    def isoformat(self) -> str:
        return _written(super().isoformat(), self.number)

    __str__ = isoformat

    def __repr__(self) -> str:
        return f"NumberedDate({self.isoformat()})"

    def __reduce__(self) -> tuple[Any, ...]:
        return NumberedDate, (self.year, self.month, self.day, self.number)

    def __hash__(self) -> int:
        return super().__hash__() if self.number == 1 else hash((self.toordinal(), self.number))

    def __eq__(self, other: object) -> bool:
        return _rank(self) == _rank(other) if _is_date(other) else NotImplemented

    def __ne__(self, other: object) -> bool:  # a date's own would look at the day alone
        return _rank(self) != _rank(other) if _is_date(other) else NotImplemented

    def __lt__(self, other: date) -> bool:
        return _rank(self) < _rank(other) if _is_date(other) else NotImplemented

    def __le__(self, other: date) -> bool:
        return _rank(self) <= _rank(other) if _is_date(other) else NotImplemented

    def __gt__(self, other: date) -> bool:
        return _rank(self) > _rank(other) if _is_date(other) else NotImplemented

    def __ge__(self, other: date) -> bool:
        return _rank(self) >= _rank(other) if _is_date(other) else NotImplemented


def _is_date(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _rank(day: Any) -> tuple[int, int]:
    return day.toordinal(), number_of(day)


def _written(day: str, number: int) -> str:
    return day if number == 1 else f"{day}.{number}"


def number_of(day: date) -> int:
    """Which issue of its day a date names."""
    return day.number if isinstance(day, NumberedDate) else 1


def day_of(day: date) -> date:
    """The day itself, for calendars, flights and spans."""
    return date(day.year, day.month, day.day) if isinstance(day, NumberedDate) else day


def numbered(day: date, number: int) -> date:
    """The key of the issue with that number on a day."""
    return day_of(day) if number == 1 else NumberedDate(day.year, day.month, day.day, number)


def issue_date(text: str) -> date:
    """``2026-01-23``, or of a later special ``2026-01-23.2``. Raises ``ValueError``."""
    day, dot, number = text.partition(".")
    parsed = date.fromisoformat(day)
    if not dot:
        return parsed
    if not (
        number.isascii()
        and number.isdecimal()
        and not number.startswith("0")
        and 2 <= int(number[:9]) <= MOST
    ):
        raise ValueError(text)
    return NumberedDate(parsed.year, parsed.month, parsed.day, int(number))
