"""The calendar of an edition: days off, several weekdays, months, every second one, specials; nothing falls between."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import config
from digest.errors import CommandError
from digest.model import Edition, Flight
from digest.model.calendar import Calendar, DateRange, DateSet, count_dates
from digest.select import last_issue_date, passed_over, window_of
from tests.newsrooms import DIGEST, newsroom, story

NEW_YORK = ZoneInfo("America/New_York")
ZONES = sorted(available_timezones())
WORKDAYS = frozenset(range(5))


def _dates(calendar: Calendar, first: date, days: int) -> list[date]:
    return [day for day in (first + timedelta(days=n) for n in range(days)) if day in calendar]


@pytest.mark.parametrize(
    ("calendar", "expected"),
    [
        (Calendar(weekdays=WORKDAYS), "23 26 27 28 29 30 2 3 4 5 6"),
        (Calendar(cadence="weekly", weekdays=frozenset({1, 4})), "23 27 30 3 6"),
        (Calendar(cadence="weekly", weekdays=frozenset({4}), every=2, first=date(2026, 1, 9)), "23 6"),
        (Calendar(cadence="monthly", day=31), "31"),
        (Calendar(cadence="monthly", day=1), "1"),
        (Calendar(every=3, first=date(2026, 1, 24)), "24 27 30 2 5"),
        (Calendar(skip=(DateRange(date(2026, 1, 24), date(2026, 2, 4)),)), "23 5 6"),
        (Calendar(cadence="on_demand"), ""),
    ],
)
def test_which_dates_have_an_issue(calendar: Calendar, expected: str) -> None:
    dates = _dates(calendar, date(2026, 1, 23), 15)
    assert " ".join(str(day.day) for day in dates) == expected


def test_a_month_without_such_a_day_has_its_issue_on_the_last() -> None:
    calendar = Calendar(cadence="monthly", day=31)
    assert [calendar.after(date(2026, month, 15)) for month in (2, 4, 12)] == [
        date(2026, 2, 28), date(2026, 4, 30), date(2026, 12, 31),
    ]  # fmt: skip


def test_every_second_week_goes_on_over_the_new_year() -> None:
    calendar = Calendar(cadence="weekly", weekdays=frozenset({1, 4}), every=2, first=date(2026, 12, 15))
    dates = _dates(calendar, date(2026, 12, 14), 35)
    assert [str(day) for day in dates] == [
        "2026-12-15", "2026-12-18", "2026-12-29", "2027-01-01", "2027-01-12", "2027-01-15",
    ]  # fmt: skip


weekdays = st.frozensets(st.integers(0, 6), min_size=1)
spans = st.builds(
    lambda first, days: DateRange(first, first + timedelta(days=days)),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.integers(0, 20),
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    cadence = draw(st.sampled_from(["daily", "weekly", "monthly"]))
    every = draw(st.sampled_from([1, 1, 2, 3]))
    return Calendar(
        cadence=cadence,
        weekdays=draw(weekdays),
        day=draw(st.integers(1, 31)),
        every=every,
        first=draw(st.dates(date(2025, 6, 1), date(2026, 3, 1))) if every > 1 else None,
        skip=tuple(draw(st.lists(spans, max_size=3))),
    )


def _edition(calendar: Calendar, minutes: int) -> Edition:
    return Edition(
        name="e", cadence=calendar.cadence, weekdays=calendar.weekdays, days=calendar.weekdays, day=calendar.day,
        every=calendar.every, first=calendar.first, skip=calendar.skip, cutoff=time(minutes // 60, minutes % 60),
    )  # fmt: skip


@given(
    calendars(), st.sampled_from(ZONES), st.integers(0, 1439), st.dates(date(2026, 1, 1), date(2026, 11, 1))
)
def test_the_windows_of_a_calendar_tile_time(
    calendar: Calendar, zone: str, minutes: int, start: date
) -> None:
    edition = _edition(calendar, minutes)
    windows = [window_of(edition, day, ZoneInfo(zone)) for day in _dates(calendar, start, 120)]
    for window, next_ in pairwise(windows):
        assert window.start <= window.end == next_.start <= next_.end


@given(calendars(), st.integers(0, 1439), st.dates(date(2026, 1, 1), date(2026, 11, 1)), st.integers(1, 40))
def test_builds_lose_nothing_without_saying_so(
    calendar: Calendar, minutes: int, start: date, missing: int
) -> None:
    """Whatever is built of a calendar, the hours between two windows are none, or told."""
    edition = _edition(calendar, minutes)
    end: datetime | None = None
    for number, day in enumerate(_dates(calendar, start, 120)):
        if number % missing == missing - 1:
            continue  # a morning that built nothing
        window = window_of(edition, day, NEW_YORK, end)
        hours = passed_over(edition, day, NEW_YORK, end)
        if end is not None:
            assert window.start == end or hours == (end, window.start)
        end = window.end


@given(
    st.dates(date(2026, 1, 1), date(2026, 6, 1)), st.integers(0, 200), weekdays,
    st.frozensets(calendars(), min_size=1, max_size=3), st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)  # fmt: skip
def test_counting_is_walking(
    start: date, length: int, days: frozenset[int], planned: frozenset[Calendar], until: date
) -> None:
    dates = DateSet(start, start + timedelta(days=length), days)
    walked = [
        day
        for day in (start + timedelta(days=n) for n in range(length + 1))
        if day in dates and any(day in calendar for calendar in planned)
    ]
    assert count_dates(dates, planned) == len(walked)
    assert count_dates(dates, planned, until) == sum(day <= until for day in walked)


@given(calendars(), st.dates(date(2026, 2, 1), date(2026, 12, 1)))
def test_before_and_after_are_the_nearest(calendar: Calendar, day: date) -> None:
    before, after = calendar.before(day), calendar.after(day)
    near = _dates(calendar, day - timedelta(days=400), 800)
    assert before == max((d for d in near if d < day), default=before)
    assert after == min((d for d in near if d > day), default=after)


@pytest.mark.parametrize(
    ("keys", "day", "told"),
    [
        (
            "days: [mon, tue, wed, thu, fri]",
            "2026-01-24",
            "and 2026-01-24 is a Saturday. Give another date, for",
        ),
        (
            "skip: [2026-01-23]",
            "2026-01-23",
            "daily skips 2026-01-23. Give another date, for example 2026-01-22",
        ),
        ("skip: [{from: 2026-01-20, to: 2026-01-25}]", "2026-01-23", "skips 2026-01-20 to 2026-01-25."),
        (
            "every: 2, first: 2026-01-22",
            "2026-01-23",
            "every 2 days, counted from 2026-01-22, and 2026-01-23",
        ),
        ("first: 2026-02-01", "2026-01-23", "for the first time on 2026-02-01"),
    ],
)
def test_a_date_without_an_issue_is_refused_by_name_and_passed_over_by_cadence(
    keys: str, day: str, told: str, tmp_path: Path
) -> None:
    room = newsroom(tmp_path, digest=DIGEST.replace("cadence: daily,", f"cadence: daily, {keys},"))
    by_name = room.run("build", "--edition", "daily", "--date", day)
    assert by_name.code == 2
    assert told in by_name.err
    by_cadence = room.run("build", "--daily", "--date", day, "--json")
    assert by_cadence.code == 0
    assert [issue["status"] for issue in by_cadence.json["issues"]] == ["skipped"]
    assert not (tmp_path / "outbox").exists()


def test_the_publication_skips_for_every_edition(tmp_path: Path) -> None:
    digest = DIGEST.replace("name: Harbor Post,", "name: Harbor Post, skip: [2026-01-23],")
    room = config.load(newsroom(tmp_path, digest=digest).root)
    assert not room.editions[0].has_issue(date(2026, 1, 23))
    assert room.editions[0].has_issue(date(2026, 1, 22))


def _weekend(number: int) -> dict[str, Any]:
    return story(number, published_at=f"2026-01-{23 + number % 4:02d}T08:00:00-05:00")


def test_monday_has_the_stories_of_the_weekend_whatever_catch_up(tmp_path: Path) -> None:
    digest = DIGEST.replace(
        "cadence: daily,", "cadence: daily, days: [mon, tue, wed, thu, fri], catch_up: 0h,"
    )
    room = newsroom(tmp_path, digest=digest)
    room.stories([*(story(n) for n in range(12)), *(_weekend(n) for n in range(20, 32))])
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    assert room.run("build", "--daily", "--date", "2026-01-26").code == 0
    assert room.manifest(day="2026-01-26")["window"] == {
        "start": "2026-01-23T11:00:00Z", "end": "2026-01-26T11:00:00Z",
    }  # fmt: skip


def test_what_catch_up_cuts_off_is_said(tmp_path: Path) -> None:
    room = newsroom(tmp_path, digest=DIGEST.replace("cadence: daily,", "cadence: daily, catch_up: 0h,"))
    room.stories([*(story(n) for n in range(12)), *(_weekend(n) for n in range(20, 32))])
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    done = room.run("build", "--daily", "--date", "2026-01-26")
    assert "stories from 2026-01-23 06:00 up to 2026-01-25 06:00 are in none" in done.out + done.err
    assert any("catch_up" in note for note in room.manifest(day="2026-01-26")["notes"])


def test_a_special_covers_what_came_since_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = '  alert: {cadence: on_demand, from: "a@b.example"}\n'
    room = newsroom(tmp_path, digest=DIGEST + alert)
    moments = {
        "2026-01-22": datetime(2026, 1, 22, 20, tzinfo=UTC),
        "2026-01-23": datetime(2026, 1, 23, 9, tzinfo=UTC),
    }
    windows = []
    for day, moment in moments.items():
        monkeypatch.setattr("digest.cli.build.now", lambda moment=moment: moment)
        assert room.run("build", "--edition", "alert").code == 0
        windows.append(room.manifest("alert", day)["window"])
    assert windows[0]["end"] == windows[1]["start"] == "2026-01-22T20:00:00Z"
    assert windows[1]["end"] == "2026-01-23T09:00:00Z"
    monkeypatch.setattr("digest.cli.build.now", lambda: datetime(2026, 1, 23, 12, tzinfo=UTC))
    before = room.manifest("alert", "2026-01-23")
    again = room.run("build", "--edition", "alert", "--json").json["issues"][0]
    assert room.manifest("alert", "2026-01-23") == before
    assert again["status"] == "unchanged", "the same issue again ends when it was first built"


def test_an_issue_of_the_morning_counts_for_the_caps_of_the_evening(tmp_path: Path) -> None:
    pm = '  pm: {cadence: daily, cutoff: "18:00", from: "a@b.example", no_repeat: none, late: 0h}\n'
    ads = """\
policy: {max_ads: 1, min_gap: 0, max_ratio: 1}
slots: {in_stream: {position: between_stories, native: true}}
advertisers: {a: {}}
line_items:
  - {id: one, advertiser: a, flight: {start: 2026-01-23, end: 2026-01-23}, slots: [in_stream],
     frequency_cap: {max_issues: 1, per_days: 1}, creatives: [{id: c, headline: H, url: "https://a.example"}]}
"""
    room = newsroom(tmp_path, digest=DIGEST + pm, ads=ads)
    room.stories(
        [
            *(story(n) for n in range(12)),
            *(story(n, published_at="2026-01-23T09:00:00-05:00") for n in range(40, 52)),
        ]
    )
    assert room.run("build", "--edition", "daily", "--date", "2026-01-23").code == 0
    assert room.run("build", "--edition", "pm", "--date", "2026-01-23").code == 0
    assert [ad["line_item"] for ad in room.manifest("daily")["ads"]["placed"]] == ["one"]
    assert [(r["line_item"], r["rule"]) for r in room.manifest("pm")["ads"]["refused"]] == [
        ("one", "frequency_cap")
    ]


def test_an_edition_that_has_begun_nowhere_says_so() -> None:
    edition = Edition(name="e", first=date(2030, 1, 1))
    with pytest.raises(CommandError, match="has had no issue up to 2026-01-23"):
        last_issue_date(edition, NEW_YORK, datetime(2026, 1, 23, 12, tzinfo=UTC))


def test_a_flight_is_a_set_of_dates() -> None:
    flight = Flight(start=date(2026, 1, 5), end=date(2026, 1, 11), days=frozenset({0, 4}))
    assert flight.span.count == 2
    assert date(2026, 1, 9) in flight
