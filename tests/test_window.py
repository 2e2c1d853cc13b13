"""Windows: local cutoffs, daylight saving, catch-up, and the law that windows partition time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import CommandError
from digest.model import Edition, Thin, Window
from digest.select import cutoff_at, last_issue_date, next_issue_date, passed_over, reach, window_of

DAILY = Edition(name="daily", cutoff=time(6))
WEEKLY = Edition(name="weekly", cadence="weekly", weekdays=frozenset({4}), cutoff=time(6))
NEW_YORK = ZoneInfo("America/New_York")
ZONES = sorted(available_timezones())


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "cutoff", "expected"),
    [
        ("America/New_York", date(2026, 1, 23), time(6), "2026-01-23T11:00"),
        ("America/New_York", date(2026, 7, 23), time(6), "2026-07-23T10:00"),
        # 02:30 does not exist on 8 March: read with the offset before the change (-5)
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:30"),
        # 01:30 happens twice on 1 November: the first (-4)
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:30"),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45"),
        ("Asia/Kathmandu", date(2026, 1, 1), time(0), "2025-12-31T18:15"),
        # Samoa skipped the whole of 30 December 2011
        ("Pacific/Apia", date(2011, 12, 30), time(6), "2011-12-30T16:00"),
        ("Pacific/Apia", date(2011, 12, 31), time(6), "2011-12-30T16:00"),
    ],
)
def test_cutoff_in_local_time(zone: str, day: date, cutoff: time, expected: str) -> None:
    assert cutoff_at(day, cutoff, ZoneInfo(zone)) == utc(expected)


def test_of_an_hour_that_comes_twice_a_written_cutoff_is_the_first_and_a_special_may_have_the_second() -> (
    None
):
    assert cutoff_at(date(2026, 11, 1), time(1, 30), NEW_YORK) == utc("2026-11-01T05:30")
    assert cutoff_at(date(2026, 11, 1), time(1, 30, fold=1), NEW_YORK) == utc("2026-11-01T06:30")


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 1, 23), 24)]
)
def test_daily_window_has_23_24_or_25_hours(day: date, hours: int) -> None:
    window = window_of(DAILY, day, NEW_YORK)
    assert window.end - window.start == timedelta(hours=hours)


def test_weekly_window_is_seven_local_days() -> None:
    window = window_of(WEEKLY, date(2026, 3, 13), NEW_YORK)
    assert window == Window(utc("2026-03-06T11:00"), utc("2026-03-13T10:00"))


def test_weekly_refuses_another_weekday_and_names_the_right_one() -> None:
    with pytest.raises(
        CommandError, match=r"weekly comes out on Fridays and 2026-01-24 is a Saturday.*2026-01-23"
    ):
        window_of(WEEKLY, date(2026, 1, 24), NEW_YORK)


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_dates_at_the_ends_of_the_calendar_are_commands_gone_wrong(day: date, zone: str) -> None:
    try:
        window = window_of(DAILY, day, ZoneInfo(zone))
    except CommandError:
        return
    assert window.start < window.end


@pytest.mark.parametrize(
    ("previous", "start"),
    [
        (None, "2026-01-22T11:00"),
        ("2026-01-22T11:00", "2026-01-22T11:00"),
        ("2026-01-20T11:00", "2026-01-20T11:00"),  # two issues were never built
        ("2026-01-10T11:00", "2026-01-19T11:00"),  # at most three days back
        ("2026-01-22T15:00", "2026-01-22T15:00"),  # the cutoff was later: no story twice
        ("2026-01-23T11:00", "2026-01-22T11:00"),
        ("2026-01-23T12:00", "2026-01-22T11:00"),  # it reaches past this issue: the plain window
    ],
)
def test_catch_up(previous: str | None, start: str) -> None:
    window = window_of(DAILY, date(2026, 1, 23), NEW_YORK, utc(previous) if previous else None)
    assert window == Window(utc(start), utc("2026-01-23T11:00"))


@pytest.mark.parametrize(
    ("now", "daily", "weekly"),
    [
        ("2026-01-23T10:59", date(2026, 1, 22), date(2026, 1, 16)),
        ("2026-01-23T11:00", date(2026, 1, 23), date(2026, 1, 23)),
        ("2026-01-24T03:00", date(2026, 1, 23), date(2026, 1, 23)),
        ("2026-01-29T23:00", date(2026, 1, 29), date(2026, 1, 23)),
    ],
)
def test_last_issue_date(now: str, daily: date, weekly: date) -> None:
    assert last_issue_date(DAILY, NEW_YORK, utc(now)) == daily
    assert last_issue_date(WEEKLY, NEW_YORK, utc(now)) == weekly


@pytest.mark.parametrize(
    ("previous", "start"),
    [
        (None, "2026-01-22T11:00"),
        ("2026-01-10T11:00", "2026-01-10T11:00"),
        ("2026-01-24T11:00", "2026-01-23T11:00"),
    ],
)
def test_an_issue_on_demand_takes_up_where_the_last_one_ended(previous: str | None, start: str) -> None:
    """However long ago that was; an issue of a day gone by has nothing that a later one told."""
    alert = Edition(name="alert", cadence="on_demand", cutoff=time(6))
    window = window_of(alert, date(2026, 1, 23), NEW_YORK, utc(previous) if previous else None)
    assert window == Window(utc(start), utc("2026-01-23T11:00"))
    assert last_issue_date(alert, NEW_YORK, utc("2026-01-24T04:59")) == date(2026, 1, 23)


@pytest.mark.parametrize(
    ("previous", "hours"),
    [
        (None, None),
        ("2026-01-19T11:00", None),
        ("2026-01-19T10:59", ("2026-01-19T10:59", "2026-01-19T11:00")),
    ],
)
def test_hours_that_catching_up_cuts_off_are_told(
    previous: str | None, hours: tuple[str, str] | None
) -> None:
    found = passed_over(DAILY, date(2026, 1, 23), NEW_YORK, utc(previous) if previous else None)
    assert found == (tuple(map(utc, hours)) if hours else None)


def test_reach_covers_late_stories_and_widening() -> None:
    window = window_of(DAILY, date(2026, 1, 23), NEW_YORK)
    assert reach(DAILY, Thin(widen=timedelta(hours=72)), window) == utc("2026-01-20T11:00")
    assert reach(DAILY, Thin(widen=timedelta(hours=1)), window) == utc("2026-01-21T11:00")
    assert reach(DAILY, Thin(widen=timedelta.max), window).year == 1


editions = st.builds(
    lambda weekly, weekday, minutes: Edition(
        name="e",
        cadence="weekly" if weekly else "daily",
        weekdays=frozenset({weekday} if weekly else ()),
        cutoff=time(minutes // 60, minutes % 60),
    ),
    st.booleans(),
    st.integers(0, 6),
    st.integers(0, 24 * 60 - 1),
)
days = st.dates(date(1970, 1, 10), date(2040, 1, 1))


@given(editions, st.sampled_from(ZONES), days)
def test_windows_of_consecutive_issues_partition_time(edition: Edition, name: str, day: date) -> None:
    zone = ZoneInfo(name)
    dates = [day + timedelta(days=i) for i in range(22) if edition.has_issue(day + timedelta(days=i))]
    windows = [window_of(edition, each, zone) for each in dates]
    for earlier, later in pairwise(windows):
        assert earlier.start <= earlier.end == later.start <= later.end
    for window, each in zip(windows, dates, strict=True):
        assert window_of(edition, each, zone, window.start) == window


@given(editions, st.sampled_from(ZONES), days, st.lists(st.booleans(), min_size=10, max_size=30))
def test_runs_that_skip_days_neither_lose_nor_double_an_hour(
    edition: Edition, name: str, day: date, built: list[bool]
) -> None:
    """Whatever issues are left out, each window starts where the last ended, within ``catch_up``."""
    zone, previous = ZoneInfo(name), None
    for i, runs in enumerate(built):
        each = day + timedelta(days=i)
        if not runs or not edition.has_issue(each):
            continue
        plain, window = window_of(edition, each, zone), window_of(edition, each, zone, previous)
        if previous is not None and previous < plain.end:
            assert window.start == max(previous, plain.start - edition.catch_up)
        assert window.end == plain.end
        previous = window.end


@given(editions, st.sampled_from(ZONES), st.integers(2_678_400, 2_208_988_800))
def test_the_last_issue_is_the_last_whose_cutoff_has_passed(edition: Edition, name: str, at: int) -> None:
    zone, now = ZoneInfo(name), datetime.fromtimestamp(at, UTC)
    last = last_issue_date(edition, zone, now)
    following = next_issue_date(edition, last)
    assert edition.has_issue(last)
    assert cutoff_at(last, edition.cutoff, zone) <= now
    assert cutoff_at(following, edition.cutoff, zone) > now
