"""Which hours an issue covers: cutoffs in local time, daylight saving right, late runs caught up."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.errors import CommandError
from digest.model import Edition, Thin, Window

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FIRST = datetime.min.replace(tzinfo=UTC)


def back(at: datetime, span: timedelta) -> datetime:
    """``at - span``, no earlier than the first moment a ``datetime`` can hold."""
    try:
        return at - span
    except OverflowError:
        return _FIRST


def cutoff_at(day: date, cutoff: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, when the clocks of ``zone`` show ``cutoff`` on ``day``.

    ``fold=0`` is the whole rule for daylight saving: of two such moments it means the first, and
    one that the clocks skip is read with the offset that held before the change (PEP 495).
    Raises CommandError for a date at the very ends of the calendar.
    """
    try:
        return datetime.combine(day, cutoff.replace(fold=0), tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise CommandError(
            f"{day} is outside the calendar. Give a date between 0001-01-09 and 9999-12-30."
        ) from None


def window_of(edition: Edition, day: date, zone: ZoneInfo, previous_end: datetime | None = None) -> Window:
    """The window of the issue dated ``day``.

    ``previous_end`` is where the window of the last built earlier issue ended (``None`` for the first issue).
    The window takes up from there, at most ``catch_up`` before its plain start; where the previous one
    reaches past this issue's end (its cutoff was moved), the plain window holds.
    Raises CommandError where the edition has no issue on that day.
    """
    if not edition.has_issue(day):
        raise CommandError(_wrong_weekday(edition, day))
    end = cutoff_at(day, edition.cutoff, zone)
    start = cutoff_at(_before(day, edition.period), edition.cutoff, zone)
    if previous_end is not None and previous_end < end:
        start = max(previous_end, back(start, edition.catch_up))
    return Window(start, end)


def last_issue_date(edition: Edition, zone: ZoneInfo, now: datetime) -> date:
    """The date of the edition's last cutoff that has passed at ``now``."""
    day = now.astimezone(zone).date()
    while not edition.has_issue(day) or cutoff_at(day, edition.cutoff, zone) > now:
        day = _before(day, timedelta(days=1))
    return day


def reach(edition: Edition, thin: Thin, window: Window) -> datetime:
    """The earliest story time that any rule may ask for: late stories, and sections that widen."""
    return min(back(window.start, edition.late), back(window.end, thin.widen))


def _before(day: date, span: timedelta) -> date:
    try:
        return day - span
    except OverflowError:
        raise CommandError(f"{day} is outside the calendar. Give a later date.") from None


def _wrong_weekday(edition: Edition, day: date) -> str:
    due = WEEKDAYS[edition.weekday or 0]
    return (
        f"{edition.name} comes out on {due}s and {day} is a {WEEKDAYS[day.weekday()]}. "
        f"Give the date of a {due}, for example {_nearest(edition, day)}."
    )


def _nearest(edition: Edition, day: date) -> date:
    """The issue date at or before ``day`` (after it at the start of the calendar)."""
    days = (day.weekday() - (edition.weekday or 0)) % 7
    return day - timedelta(days=days) if day.toordinal() > days else day + timedelta(days=7 - days)
