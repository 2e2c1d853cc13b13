"""Which hours an issue covers: from the planned cutoff before it to its own, late runs caught up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.errors import CommandError
from digest.model import Edition, Thin, Window
from digest.model.calendar import DAY_NAMES, cutoff_at
from digest.model.issue_date import day_of, number_of

_FIRST = datetime.min.replace(tzinfo=UTC)


def back(at: datetime, span: timedelta) -> datetime:
    """``at - span``, no earlier than the first moment a ``datetime`` can hold."""
    try:
        return at - span
    except OverflowError:
        return _FIRST


def window_of(edition: Edition, day: date, zone: ZoneInfo, previous_end: datetime | None = None) -> Window:
    """The window of the issue dated ``day``: it begins where the window of the planned date before it ended.

    ``previous_end`` is where the window of the last built earlier issue ended (``None`` for the first issue).
    The window takes up from there, at most ``catch_up`` before its plain start; where the previous one
    reaches past this issue's end (its cutoff was moved), the plain window holds. One on demand always takes up from
    there.
    Raises CommandError where the edition has no issue on that day.
    """
    if why := why_no_issue(edition, day):
        raise CommandError(why)
    end = cutoff_at(day, edition.cutoff, zone)
    start = plain_start(edition, day, zone)
    if edition.cadence == "on_demand":
        start = start if previous_end is None else min(previous_end, end)
    elif previous_end is not None and previous_end < end:
        start = max(previous_end, back(start, edition.catch_up))
    return Window(start, end)


def plain_start(edition: Edition, day: date, zone: ZoneInfo) -> datetime:
    """Where the window begins when nothing was missed: days off lose nothing."""
    before = edition.calendar.before(day) or _before(day, edition.calendar.period)
    return cutoff_at(before, edition.cutoff, zone)


def until(edition: Edition, moment: datetime, zone: ZoneInfo) -> Edition:
    """An edition on demand whose window ends at this moment: its cutoff is when it is built."""
    return replace(edition, cutoff=moment.astimezone(zone).time())


def passed_over(
    edition: Edition, day: date, zone: ZoneInfo, previous_end: datetime | None
) -> tuple[datetime, datetime] | None:
    """The hours between the last built issue and this one that ``catch_up`` cuts off; ``None``: none."""
    if previous_end is None:
        return None
    window = window_of(edition, day, zone, previous_end)
    return (previous_end, window.start) if previous_end < window.start else None


def last_issue_date(edition: Edition, zone: ZoneInfo, now: datetime) -> date:
    """The date of the edition's last planned cutoff that has passed at ``now``; of one on demand, today's first.

    Raises CommandError where none was planned so far.
    """
    day = now.astimezone(zone).date()
    if edition.cadence == "on_demand":
        return day
    if day in edition.calendar and cutoff_at(day, edition.cutoff, zone) <= now:
        return day
    before = edition.calendar.before(day)
    if before is None:
        raise CommandError(f"{edition.name} has had no issue up to {day}, as digest.yaml has it.")
    return before


def next_issue_date(edition: Edition, after: date) -> date:
    """The planned date that follows. Raises CommandError where none is planned any more."""
    next_day = edition.calendar.after(after)
    if next_day is None:
        raise CommandError(f"{edition.name} has no issue after {after}, as digest.yaml has it.")
    return next_day


def reach(edition: Edition, thin: Thin, window: Window) -> datetime:
    """The earliest story time that any rule may ask for: late stories, and sections that widen."""
    return min(back(window.start, edition.late), back(window.end, thin.widen))


def _before(day: date, span: timedelta) -> date:
    try:
        return day - span
    except OverflowError:
        raise CommandError(f"{day} is outside the calendar. Give a later date.") from None


def why_no_issue(edition: Edition, day: date) -> str:
    """Why the edition has no issue of that date, with a date that has one; empty where it may have one."""
    return "" if edition.may_have_issue(day) else _no_issue(edition, day)


def _no_issue(edition: Edition, day: date) -> str:
    if number_of(day) > 1:
        return (
            f"{edition.name} has one issue a date, so there is no {day}; only an edition with `cadence: on_demand` has "
            f"more. Give {day_of(day)}."
        )
    near = edition.calendar.before(day) or edition.calendar.after(day)
    what = "another date"
    if edition.cadence == "weekly" and len(edition.weekdays) == 1 and not edition.calendar.fits(day):
        what = f"the date of a {DAY_NAMES[min(edition.weekdays)]}"
    example = f", for example {near}" if near else ""
    return f"{edition.name} {edition.calendar.why_not(day)}. Give {what}{example}."
