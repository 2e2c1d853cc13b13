"""Eight days of real news in a row: nothing twice, every window right, every ad rule holding."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.real import week

DAYS = [date(2022, 1, 4) + timedelta(days=n) for n in range(8)]
ZONE = ZoneInfo("America/New_York")

ADS = """\
policy:
  max_ads: 4
  max_ratio: 1/8
  min_gap: 3
  sensitive: {keywords: [killed, shooting, died, dead]}
slots:
  top_banner: {position: top, native: true}
  in_stream: {position: between_stories, first_after: 2, native: true, bands: {upper: 3, middle: 2, lower: 1}}
  footer: {position: end, native: true}
advertisers:
  one: {name: One, labels: [bank]}
  two: {name: Two, labels: [bank]}
  three: {name: Three, labels: [shop]}
line_items:
""" + "".join(
    f"  - {{id: {name}, advertiser: {who}, type: {tier}, flight: {{start: 2022-01-03, end: 2022-01-20}}, {more}, "
    f'creatives: [{{id: c, headline: "Ad {name}", body: Words., cta: Go, url: "https://{who}.example/"}}]}}\n'
    for name, who, tier, more in (
        ("lead", "one", "sponsorship", "slots: [top_banner], goal: {issues: 4}"),
        ("rival", "two", "standard", "slots: [in_stream], rate: {per_issue: 300}"),
        ("shop", "three", "standard", "slots: [in_stream, footer], sections: [health, science], rate: {per_issue: 90}, "
         "adjacency: {avoid_flags: [sensitive]}"),
        ("often", "three", "bulk", "slots: [in_stream], frequency_cap: {max_issues: 2, per_days: 7}"),
    )
) + """\
  - {id: house, type: house, slots: [in_stream, footer], creatives: [{id: h, headline: Advertise here, cta: Book, url: "https://week.example/ads"}]}
"""  # fmt: skip


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    room = week(tmp_path_factory.mktemp("week") / "room", ADS)
    assert room.run("ingest").code == 0
    built = []
    for day in DAYS:
        result = room.run("build", "--daily", "--date", day.isoformat(), "--no-ingest")
        assert result.code == 0, result.err
        built.append(room.manifest("daily", day.isoformat()))
    return built


def told(manifest: Any) -> list[tuple[Any, Any]]:
    return [(section, one) for section in manifest["sections"] for one in section["stories"]]


def test_every_window_is_the_day_up_to_six_in_the_morning(manifests: list[Any]) -> None:
    for day, manifest in zip(DAYS, manifests, strict=True):
        end = datetime.fromisoformat(manifest["window"]["end"]).astimezone(ZONE)
        assert (end.date(), end.hour, end.minute) == (day, 6, 0)
    for before, after in pairwise(manifests):
        assert before["window"]["end"] == after["window"]["start"]


def test_no_story_and_no_event_runs_twice_in_the_week(manifests: list[Any]) -> None:
    seen: set[str] = set()
    for manifest in manifests:
        for _, one in told(manifest):
            assert not {one["id"], *one["also"]} & seen
        seen |= {name for _, one in told(manifest) for name in (one["id"], *one["also"])}


def test_every_story_lies_in_its_window_or_came_by_a_rule(manifests: list[Any]) -> None:
    for manifest in manifests:
        start, end = (datetime.fromisoformat(manifest["window"][key]) for key in ("start", "end"))
        for _, one in told(manifest):
            at = datetime.fromisoformat(one["published_at"])
            assert end - timedelta(hours=72) <= at < end
        inside = [
            one for _, one in told(manifest) if start <= datetime.fromisoformat(one["published_at"]) < end
        ]
        assert len(inside) >= len(told(manifest)) * 0.8


def test_every_section_is_full_and_in_order(manifests: list[Any]) -> None:
    for manifest in manifests:
        assert [one["position"] for _, one in told(manifest)] == list(range(1, len(told(manifest)) + 1))
        for section in manifest["sections"]:
            assert 2 <= len(section["stories"]) <= 6
            scores = [one["score"] for one in section["stories"]]
            assert scores == sorted(scores, reverse=True)


def test_every_ad_rule_holds(manifests: list[Any]) -> None:
    for manifest in manifests:
        stories = [one for _, one in told(manifest)]
        placed = manifest["ads"]["placed"]
        assert len(placed) <= min(4, len(stories) // 8)
        for one, other in combinations(placed, 2):
            assert abs(one["gap"] - other["gap"]) >= 3
            assert one["advertiser"] is None or one["advertiser"] != other["advertiser"]
        assert not {"lead", "rival"} <= {ad["line_item"] for ad in placed}
        for ad in placed:
            if ad["line_item"] == "shop":
                assert ad["section"] in ("health", "science")
                near = stories[max(ad["gap"] - 1, 0) : ad["gap"] + 1]
                words = " ".join(one["title"].lower() for one in near)
                assert not any(word in words.split() for word in ("killed", "shooting", "died", "dead"))
        assert {ad["line_item"] for ad in placed} | {no["line_item"] for no in manifest["ads"]["refused"]} == {
            "lead", "rival", "shop", "often", "house",
        }  # fmt: skip


def test_goals_and_caps_hold_over_the_week(manifests: list[Any]) -> None:
    ran = {
        name: [
            day
            for day, m in zip(DAYS, manifests, strict=True)
            if name in {ad["line_item"] for ad in m["ads"]["placed"]}
        ]
        for name in ("lead", "often")
    }
    assert 1 <= len(ran["lead"]) <= 4
    for day in DAYS:
        assert sum(day - timedelta(days=7) < one <= day for one in ran["often"]) <= 2
