"""When a story was published, as a reader of the issue's locale says it."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Final

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")


@lru_cache(maxsize=4096)
def time_of(at: datetime, day: date, locale: str) -> str:
    """A local time beside an issue of ``day``: ``7:40 a.m.`` on the day itself, ``Thu 7:40 a.m.`` in the
    week before, ``Jan 14`` otherwise. Midnight is a date without a time.

    Empty where the locale's times cannot be written.
    """
    distance = (day - at.date()).days
    dated = (at.hour, at.minute, at.second) == (0, 0, 0)
    language = locale.replace("-", "_").partition("_")[0].lower()
    if language != "en":
        return _by_babel(at, locale, distance, dated)
    clock = "" if dated else _english(at, locale)
    if 0 <= distance < 7:
        return clock if distance == 0 else f"{_DAYS[at.weekday()]} {clock}".rstrip()
    american = locale.replace("-", "_").partition("_")[2][:2].upper() in ("", "US", "PH", "PR", "CA")
    month = _MONTHS[at.month - 1]
    return f"{month} {at.day}" if american else f"{at.day} {month}"


def _english(at: datetime, locale: str) -> str:
    if locale.replace("-", "_").partition("_")[2][:2].upper() in ("GB", "IE"):
        return f"{at:%H:%M}"
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'a.m.' if at.hour < 12 else 'p.m.'}"


def _by_babel(at: datetime, locale: str, distance: int, dated: bool) -> str:
    try:
        from babel import Locale, UnknownLocaleError
        from babel.dates import format_date, format_time
    except ImportError:
        return ""
    try:
        known = Locale.parse(locale.split(".")[0].split("@")[0].replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return ""
    clock = "" if dated else format_time(at, format="short", locale=known)
    if 0 <= distance < 7:
        weekday = format_date(at.date(), format="EEE", locale=known) if distance else ""
        return f"{weekday} {clock}".strip()
    return format_date(at.date(), format="d MMM", locale=known)
