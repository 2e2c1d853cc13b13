"""One booking with one goal over several publications: their newsrooms read one file and have one store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from digest.model import Publication
from digest.store import open_store
from tests.newsrooms import ADS, DIGEST, Room, newsroom, story
from tests.test_store import ad, issue

FIRST, SECOND = "2026-01-22", "2026-01-23"
SHARED = (
    "  - {id: spring, advertiser: gleammour, flight: {start: 2026-01-05, end: 2026-02-27}, slots: [in_stream], "
    "type: sponsorship, pacing: asap, rate: {per_issue: 100}, publications: [bay-post, cape-post], GOAL, "
    'creatives: [{id: c, headline: Spring, url: "https://gleammour.example/spring"}]}\n'
)


def group(
    root: Path, goal: str = "goal: {issues: 2}", names: tuple[str, ...] = ("bay", "cape")
) -> list[Room]:
    """Newsrooms in one store whose adslots.yaml is a link to one file."""
    digest = DIGEST.replace("sqlite:///var/digest.db", "sqlite:///../all.db")
    rooms = []
    for name in names:
        room = newsroom(root / name, digest=digest.replace("Harbor Post", f"{name.title()} Post"), ads="")
        room.stories(
            story(number, published_at=f"2026-01-{day}T{8 + number % 12:02d}:00:00-05:00")
            for number, day in ((n, 21 + n % 2) for n in range(24))
        )
        (room.root / "adslots.yaml").unlink()
        (room.root / "adslots.yaml").symlink_to(root / "adslots.yaml")
        rooms.append(room)
    rooms[0].root.joinpath("adslots.yaml").resolve().write_text(ADS + SHARED.replace("GOAL", goal))
    return rooms


def build(room: Room, day: str) -> Any:
    result = room.run("build", "--daily", "--date", day)
    assert result.code == 0, result.err
    return room.manifest("daily", day)["ads"]


def placed(ads: Any) -> set[str]:
    return {ad["line_item"] for ad in ads["placed"]}


def why(ads: Any, line_item: str = "spring") -> str:
    return next(
        f"{refusal['rule']}: {refusal['reason']}"
        for refusal in ads["refused"]
        if refusal["line_item"] == line_item
    )


def test_goal_and_caps_count_what_all_have_had_on_earlier_dates(tmp_path: Path) -> None:
    bay, cape, dune = group(tmp_path, names=("bay", "cape", "dune"))
    assert "spring" in placed(build(bay, FIRST))
    assert "spring" in placed(build(cape, FIRST))  # issues of one date do not count for each other
    assert why(build(dune, FIRST)) == "edition: it is booked for bay-post, cape-post, not for daily"
    assert why(build(bay, SECOND)) == (
        "goal: its goal is reached: 2 of 2 issues delivered before today (of them cape-post 1)"
    )
    report = bay.run("ads", "report", "gleammour", "--json").json["line_items"]
    spring = next(row for row in report if row["line_item"] == "spring")
    assert (spring["delivered"], spring["short"], spring["elsewhere"]) == (2, 0, "cape-post 1")
    assert {issue["edition"] for issue in spring["issues"]} == {"daily", "cape-post/daily"}
    planned = bay.run("ads", "plan", "--from", "2026-01-24", "--to", "2026-01-26")
    assert "Others delivered: cape-post 1" in planned.out
    assert " spring" not in planned.out.partition("is shared by")[0]
    explained = bay.run("explain", "daily", SECOND, "--line-item", "spring")
    assert "of them cape-post 1" in explained.out


def test_the_order_of_building_does_not_matter(tmp_path: Path) -> None:
    first, second = (
        group(tmp_path / "one", "goal: {sends: 1500}"),
        group(tmp_path / "other", "goal: {sends: 1500}"),
    )
    for day in (FIRST, SECOND):
        for room in first:
            build(room, day)
        for room in reversed(second):
            build(room, day)
    for day in (FIRST, SECOND):
        assert [room.files("daily", day) for room in first] == [room.files("daily", day) for room in second]
    assert why(first[0].manifest("daily", SECOND)["ads"]).startswith(
        "goal: its goal is reached: 2000 of 1500 sends"
    )


def test_a_frequency_cap_counts_the_others_issues(tmp_path: Path) -> None:
    bay, cape = group(tmp_path, "frequency_cap: {max_issues: 1, per_days: 7}")
    build(cape, FIRST)
    assert "cape-post/daily of 2026-01-22" in why(build(bay, SECOND))


def test_what_cannot_be_counted_is_said(tmp_path: Path) -> None:
    bay, _ = group(tmp_path)
    assert 'the publication "cape-post", which this store does not know' in bay.run("check").err
    bay, _ = group(tmp_path / "more", "goal: {clicks: 20}")
    result = bay.run("check")
    assert result.code == 2
    assert "Give the goal of a shared booking in issues or sends." in result.err


@pytest.mark.parametrize("line_item", ["aquafresh"])
def test_other_bookings_of_the_file_are_each_newsrooms_own(tmp_path: Path, line_item: str) -> None:
    bay, cape = group(tmp_path, "goal: {issues: 1}")
    for room in (bay, cape):
        build(room, FIRST)
    report = bay.run("ads", "report", "gleammour", "--json").json["line_items"]
    assert next(row for row in report if row["line_item"] == line_item)["elsewhere"] == ""


def test_the_ads_of_some_line_items_are_theirs_alone_in_other_publications_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/all.db"
    for name in ("Bay Post", "Cape Post"):
        with open_store(url, Publication(name=name, url="https://harbor.example")) as store:
            store.record(issue(), [], [ad("spring"), ad("summer", gap=9)])
            shared = {"spring": ("bay-post", "cape-post"), "summer": ("bay-post", "cape-post")}
            some, every = store.ran_ads(line_items=["spring"], shared=shared), store.ran_ads(shared=shared)
    assert [(ran.edition, ran.line_item) for ran in some] == [
        ("daily", "spring"),
        ("bay-post/daily", "spring"),
    ]
    assert len(every) == 4
