"""Issue after issue by a loop of dates: no story lost or doubled, goals counted right, plan and calendar as it ran.

The ordinary suite goes from New Year past the change of the clocks in March; ``DIGEST_YEAR=1`` the whole of 2026.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tests.newsrooms import Room, newsroom, story

ZONE = ZoneInfo("America/New_York")
FIRST = date(2026, 1, 1)
LAST = date(2026, 12, 31) if os.environ.get("DIGEST_YEAR") else date(2026, 3, 15)
SKIPPED = {date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 2, 17), date(2026, 12, 25)}
DIGEST = """\
publication: {name: Harbor Post, url: "https://harbor.example", timezone: America/New_York,
              skip: [2026-01-01, 2026-01-19, {from: 2026-02-16, to: 2026-02-17}, 2026-12-25]}
sources: [{name: post, type: jsonl, url: stories.jsonl}]
sections: [{id: local-news, title: Local News, top: 60, min: 0}]
thin: {min_stories: 1, widen: 0h}
editions:
  daily: {cadence: daily, days: [mon, tue, wed, thu, fri], cutoff: "06:00", no_repeat_for: 366d,
          from: "a@harbor.example"}
  alert: {cadence: on_demand, cutoff: "12:00", no_repeat_for: 366d, catch_up: 366d, from: "a@harbor.example"}
"""


def bookings() -> str:
    """Forty of them: some for days of the week, some paused for a while, all with a goal of issues."""
    made = ["policy: {max_ads: 3, min_gap: 0, max_ratio: 1/2}", "slots:",
            "  in_stream: {position: between_stories, native: true}", "line_items:"]  # fmt: skip
    for n in range(40):
        start = FIRST + timedelta(days=9 * n % 340)
        days = ", days: [tue, thu]" if n % 4 == 1 else ""
        rest = (
            f", pauses: [{{from: {start + timedelta(days=3)}, to: {start + timedelta(days=9)}}}]"
            if n % 5 == 2
            else ""
        )
        made.append(
            f"  - {{id: b{n}, advertiser: a{n}, flight: {{start: {start}, end: {start + timedelta(days=27)}{days}}}, "
            f"slots: [in_stream], goal: {{issues: {2 + n % 4}}}, editions: [daily]{rest}, creatives: "
            f'[{{id: c, headline: H{n}, url: "https://a{n}.example/"}}]}}'
        )
    return "\n".join([*made, "advertisers:", *(f"  a{n}: {{}}" for n in range(40))]) + "\n"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    made = newsroom(tmp_path_factory.mktemp("year") / "room", digest=DIGEST, ads=bookings())
    days = [FIRST - timedelta(days=1) + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    made.stories(
        story(2 * n + half, section="Local News", published_at=f"{day}T{2 + 14 * half:02d}:30:00")
        for n, day in enumerate(days)
        for half in (0, 1)
    )
    assert made.run("ingest").code == 0
    return made


def issues() -> list[date]:
    days = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    return [day for day in days if day.weekday() < 5 and day not in SKIPPED]


@pytest.fixture(scope="module")
def ran(room: Room) -> dict[str, list[date]]:
    """Every issue built on its own morning; an alert each Wednesday at one o'clock."""
    import digest.cli.build

    clock = pytest.MonkeyPatch()
    built: dict[str, list[date]] = {"daily": [], "alert": []}
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        for edition, hour in (("daily", 7), ("alert", 13)):
            if edition == "alert" and day.weekday() != 2:
                continue
            at = datetime.combine(day, time(hour), ZONE).astimezone(UTC)
            clock.setattr(digest.cli.build, "now", lambda at=at: at)
            words = ("--daily",) if edition == "daily" else ("--edition", "alert")
            result = room.run("build", *words, "--no-ingest", "--json")
            assert result.code == 0, (day, result.err)
            built[edition] += [
                date.fromisoformat(one["date"]) for one in result.json["issues"] if one["status"] == "built"
            ]
    clock.undo()
    return built


def test_the_dates_are_those_of_the_calendar(ran: dict[str, list[date]]) -> None:
    """The first morning is a day off: it builds what was due before."""
    assert ran["daily"] == [FIRST - timedelta(days=1), *issues()]
    assert ran["alert"] == [day for day in _days() if day.weekday() == 2]


@pytest.mark.parametrize("edition", ["daily", "alert"])
def test_no_story_is_lost_or_doubled(edition: str, room: Room, ran: dict[str, list[date]]) -> None:
    """The windows follow each other, and what was published in them ran once."""
    manifests = [room.manifest(edition, str(day)) for day in ran[edition]]
    windows = [one["window"] for one in manifests]
    assert all(a["end"] == b["start"] for a, b in pairwise(windows))
    seen = Counter(one["id"] for made in manifests for part in made["sections"] for one in part["stories"])
    assert set(seen.values()) == {1}
    first, last = (datetime.fromisoformat(at) for at in (windows[0]["start"], windows[-1]["end"]))
    days = [FIRST - timedelta(days=1) + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    times = {
        f"s{2 * n + half}": datetime.combine(day, time(2 + 14 * half, 30), ZONE)
        for n, day in enumerate(days)
        for half in (0, 1)
    }
    assert set(seen) == {name for name, at in times.items() if first <= at < last}


def test_goals_are_counted_right(room: Room, ran: dict[str, list[date]]) -> None:
    """The report counts what stands in the manifests; nothing runs past its goal, out of its flight or in a pause."""
    placed = [
        (one["line_item"], day)
        for day in ran["daily"]
        for one in room.manifest("daily", str(day))["ads"]["placed"]
    ]
    counted = Counter(name for name, _ in placed)
    report = room.run("ads", "report", "--json", "--to", str(LAST)).json["line_items"]
    assert {one["line_item"]: one["delivered"] for one in report} == {
        f"b{n}": counted[f"b{n}"] for n in range(40)
    }
    for name, day in placed:
        n = int(name[1:])
        start = FIRST + timedelta(days=9 * n % 340)
        assert start <= day <= start + timedelta(days=27)
        assert n % 4 != 1 or day.weekday() in (1, 3)
        assert n % 5 != 2 or not start + timedelta(days=3) <= day <= start + timedelta(days=9)
        assert counted[name] <= 2 + n % 4
    over = [n for n in range(40) if FIRST + timedelta(days=9 * n % 340 + 27) <= LAST]
    assert all(counted[f"b{n}"] == 2 + n % 4 for n in over), {n: counted[f"b{n}"] for n in over}


def test_plan_and_calendar_agree_with_what_ran(room: Room, ran: dict[str, list[date]]) -> None:
    first, last = LAST - timedelta(days=27), LAST
    plan = room.run("ads", "plan", "--from", str(first), "--to", str(last), "--json").json
    planned = {one["date"]: sorted(ad["line_item"] for ad in one["ads"]) for one in plan["issues"]}
    known = {
        str(day): sorted(one["line_item"] for one in room.manifest("daily", str(day))["ads"]["placed"])
        for day in ran["daily"]
        if day >= first
    }
    assert planned == known
    calendar = room.run("ads", "calendar", "--from", str(first), "--to", str(last), "--json").json
    shown = {
        one["date"]: sorted(one["slots"]["in_stream"])
        for one in calendar["days"]
        if one["edition"] == "daily"
    }
    assert {day: ads for day, ads in shown.items() if ads} == {day: ads for day, ads in known.items() if ads}


def _days() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
