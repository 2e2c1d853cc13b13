"""Issue after issue by a loop of dates: no story lost or doubled, goals counted right, plan and calendar as it ran.

The ordinary suite goes over four weeks with days off and the change of the clocks in March; ``DIGEST_YEAR=1`` over the
whole of 2026: 257 dailies, 78 specials (52 Wednesdays, 26 of them with a second one), 40 bookings, both changes of the
clocks; 116 s of processor time, and nothing wrong.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from digest.model.issue_date import day_of, issue_date, number_of
from tests.newsrooms import Room, newsroom, story

ZONE = ZoneInfo("America/New_York")
WHOLE = bool(os.environ.get("DIGEST_YEAR"))
FIRST = date(2026, 1, 1) if WHOLE else date(2026, 2, 16)
LAST = date(2026, 12, 31) if WHOLE else date(2026, 3, 15)
BEFORE = 4  # days of stories before the first date
SKIPPED = {date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 2, 17), date(2026, 12, 25)}
DIGEST = """\
publication: {name: Harbor Post, url: "https://harbor.example", timezone: America/New_York,
              skip: [2026-01-01, 2026-01-19, {from: 2026-02-16, to: 2026-02-17}, 2026-12-25]}
sources: [{name: post, type: jsonl, url: stories.jsonl}]
sections: [{id: local-news, title: Local News, top: 60, min: 0}]
thin: {min_stories: 1, widen: 0h}
editions:
  daily: {cadence: daily, days: [mon, tue, wed, thu, fri], cutoff: "06:00", no_repeat_for: 370d,
          from: "a@harbor.example"}
  alert: {cadence: on_demand, no_repeat_for: 370d, from: "a@harbor.example"}
"""


def editions_of(n: int) -> list[str]:
    return ["alert"] if n % 6 == 0 else ["daily", "alert"] if n % 6 == 3 else ["daily"]


def goal_of(n: int) -> int:
    return 4 if n % 6 == 0 else 2 + n % 4


def bookings() -> str:
    """Forty of them: for the daily, for specials or for both, some for days of the week, some paused for a while, all
    with a goal of issues."""
    lines = ["policy: {max_ads: 3, min_gap: 0, max_ratio: 1/2}", "slots:",
            "  in_stream: {position: between_stories, native: true}", "line_items:"]  # fmt: skip
    for n in range(40):
        start = FIRST + timedelta(days=9 * n % 340)
        days = ", days: [tue, thu]" if n % 4 == 1 else ""
        only = f", editions: [{', '.join(editions_of(n))}]"
        rest = (
            f", pauses: [{{from: {start + timedelta(days=3)}, to: {start + timedelta(days=9)}}}]"
            if n % 5 == 2
            else ""
        )
        lines.append(
            f"  - {{id: b{n}, advertiser: a{n}, flight: {{start: {start}, end: {start + timedelta(days=27)}{days}}}, "
            f"slots: [in_stream], goal: {{issues: {goal_of(n)}}}{only}{rest}, creatives: "
            f'[{{id: c, headline: H{n}, url: "https://a{n}.example/"}}]}}'
        )
    return "\n".join([*lines, "advertisers:", *(f"  a{n}: {{}}" for n in range(40))]) + "\n"


def times() -> dict[str, datetime]:
    """Three stories a day, one in the night and two in the afternoon, by id."""
    days = [FIRST + timedelta(days=n) for n in range(-BEFORE, (LAST - FIRST).days)]
    return {
        f"s{3 * n + part}": datetime.combine(day, time(hour, 30), ZONE)
        for n, day in enumerate(days)
        for part, hour in enumerate((2, 14, 16))
    }


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    sample = newsroom(tmp_path_factory.mktemp("year") / "room", digest=DIGEST, ads=bookings())
    sample.stories(
        story(int(name[1:]), section="Local News", published_at=at.isoformat())
        for name, at in times().items()
    )
    assert sample.run("ingest").code == 0
    return sample


def _days() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def mornings() -> list[date]:
    """The dates of the daily; on the first morning, where it is a day off, what was due before is built."""
    planned = [day for day in _days() if day.weekday() < 5 and day not in SKIPPED]
    return planned if FIRST in planned else [date(2025, 12, 31) if WHOLE else date(2026, 2, 13), *planned]


def alerts() -> list[str]:
    """One each Wednesday, in every second week a second one."""
    wednesdays = [day for day in _days() if day.weekday() == 2]
    return [key for n, day in enumerate(wednesdays) for key in [f"{day}", f"{day}.2"][: 1 + n % 2]]


@pytest.fixture(scope="module")
def ran(room: Room) -> dict[str, list[date]]:
    """Every issue built on its own morning; an alert on Wednesdays at one o'clock, and at half past five."""
    import digest.cli.build

    clock = pytest.MonkeyPatch()
    built: dict[str, list[date]] = {"daily": [], "alert": []}
    todo = [(datetime.combine(day, time(7), ZONE), "daily") for day in _days()]
    for key in map(issue_date, alerts()):
        hour = time(13) if number_of(key) == 1 else time(17, 30)
        todo.append((datetime.combine(day_of(key), hour, ZONE), "alert"))
    for moment, edition in sorted(todo):
        at = moment.astimezone(UTC)
        clock.setattr(digest.cli.build, "now", lambda at=at: at)
        words = ("--daily",) if edition == "daily" else ("--edition", "alert")
        result = room.run("build", *words, "--no-ingest", "--json")
        assert result.code == 0, (moment, result.err)
        dates = [issue["date"] for issue in result.json["issues"] if issue["status"] == "built"]
        built[edition] += map(issue_date, dates)
        for day in dates if edition == "alert" else ():
            assert room.run("mark-sent", edition, day).code == 0
    clock.undo()
    return built


def test_the_dates_are_those_of_the_calendar(ran: dict[str, list[date]]) -> None:
    assert ran["daily"] == mornings()
    assert [str(day) for day in ran["alert"]] == alerts()


@pytest.mark.parametrize("edition", ["daily", "alert"])
def test_no_story_is_lost_or_doubled(edition: str, room: Room, ran: dict[str, list[date]]) -> None:
    """The windows follow each other, and what was published in them ran once."""
    manifests = [room.manifest(edition, str(day)) for day in ran[edition]]
    windows = [manifest["window"] for manifest in manifests]
    assert all(a["end"] == b["start"] for a, b in pairwise(windows))
    seen = Counter(
        story["id"] for manifest in manifests for part in manifest["sections"] for story in part["stories"]
    )
    assert set(seen.values()) == {1}
    first, last = (datetime.fromisoformat(at) for at in (windows[0]["start"], windows[-1]["end"]))
    assert set(seen) == {name for name, at in times().items() if first <= at < last}


def _placed(room: Room, ran: dict[str, list[date]]) -> list[tuple[str, str, date]]:
    """Every ad of every issue: booking, edition, the issue's key."""
    return [
        (ad["line_item"], edition, day)
        for edition, days in ran.items()
        for day in days
        for ad in room.manifest(edition, str(day))["ads"]["placed"]
    ]


def test_goals_are_counted_right(room: Room, ran: dict[str, list[date]]) -> None:
    """The report counts what stands in the manifests; nothing runs past its goal, out of its flight or in a pause."""
    placed = _placed(room, ran)
    counted = Counter(name for name, _, _ in placed)
    report = room.run("ads", "report", "--json", "--to", str(LAST)).json["line_items"]
    assert {row["line_item"]: row["delivered"] for row in report} == {
        f"b{n}": counted[f"b{n}"] for n in range(40)
    }
    assert any(edition == "alert" and number_of(day) == 2 for _, edition, day in placed)
    for name, edition, key in placed:
        n, day = int(name[1:]), day_of(key)
        start = FIRST + timedelta(days=9 * n % 340)
        assert edition in editions_of(n)
        assert start <= day <= start + timedelta(days=27)
        assert n % 4 != 1 or day.weekday() in (1, 3)
        assert n % 5 != 2 or not start + timedelta(days=3) <= day <= start + timedelta(days=9)
        assert counted[name] <= goal_of(n)
    over = [n for n in range(40) if FIRST + timedelta(days=9 * n % 340 + 27) <= LAST]
    assert over
    assert all(counted[f"b{n}"] == goal_of(n) for n in over), {n: counted[f"b{n}"] for n in over}


def test_plan_and_calendar_agree_with_what_ran(room: Room, ran: dict[str, list[date]]) -> None:
    first, last = LAST - timedelta(days=27), LAST
    known = {
        (edition, str(day)): sorted(
            ad["line_item"] for ad in room.manifest(edition, str(day))["ads"]["placed"]
        )
        for edition, days in ran.items()
        for day in days
        if day >= first
    }
    span = ("--from", str(first), "--to", str(last), "--json")
    plan = room.run("ads", "plan", *span).json["issues"]
    assert known == {
        (issue["edition"], issue["date"]): sorted(ad["line_item"] for ad in issue["ads"]) for issue in plan
    }
    assert all(issue["built"] for issue in plan)
    calendar = room.run("ads", "calendar", *span).json["days"]
    assert known == {
        (issue["edition"], issue["date"]): sorted(issue["slots"]["in_stream"]) for issue in calendar
    }
