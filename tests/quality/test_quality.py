"""Floors under the figures of ``make quality``, so that no change loses them unseen; skipped without the data."""

from __future__ import annotations

from functools import partial

import pytest

from bench import quality
from digest.select import group, same_event
from tests.quality.columns import columns


def rows(name: str) -> list[quality.Row]:
    found = quality.rows(name)
    if not found:
        pytest.skip(f"{quality.FOLDER} has no {name}.jsonl.gz (DIGEST_DATA names the folder)")
    return found


def test_merges_are_right_and_many() -> None:
    found = rows("uci_2014_clusters")
    true = quality.true_pairs(found)
    precision, recall, _ = quality.scored(quality.grouped(found), true)
    _, plain, _ = quality.scored(quality.alike([(row["id"], row["title"]) for row in found], 0.35), true)
    assert precision >= 0.97
    assert recall >= 5 * plain


def test_events_of_the_hand_made_set() -> None:
    """Wars told over weeks: what the second look takes for another turn is one event there."""
    found = rows("wikinews_events")
    assert quality.scored(quality.grouped(found), quality.true_pairs(found))[2] >= 0.58


def test_judged_pairs_of_one_day() -> None:
    """Weights are fitted on these, too; "docs/decisions/events.md" has the figures on unseen days."""
    rows("newsapi_us_2022")
    precision, _, f1 = quality.agreed(*quality.judged_together("newsapi_us_2022", "2022-01-07"))
    assert precision >= 0.84
    assert f1 >= 0.82


def test_pairs_of_headlines() -> None:
    pairs = [row for row in rows("headline_pairs") if row["set"].startswith("sts")]
    alone = [same_event(quality.headline("a", p["a"]), quality.headline("b", p["b"])) for p in pairs]
    assert quality.agreed(alone, [p["score"] >= 3.5 for p in pairs])[2] >= 0.78


def test_ranking_beats_its_baselines() -> None:
    found = rows("engagement_2019")
    gains = quality.percentiles(found)
    days: dict[str, list[quality.Row]] = {}
    for row in found:
        if row["id"] in gains:
            days.setdefault(row["published_at"][:10], []).append(row)
    built = partial(quality.by_score, built=True)
    sample = quality.CHOICES["sample newsroom"]
    ours = quality.ndcg(days, gains, partial(quality.by_score, weights={}))
    assert ours >= 0.78
    assert quality.ndcg(days, gains, partial(built, weights={})) >= 0.72
    assert quality.ndcg(days, gains, partial(built, weights=sample)) >= 0.7
    assert (
        ours > quality.ndcg(days, gains, quality.plain_coverage) > quality.ndcg(days, gains, quality.newest)
    )


def test_no_regular_feature_is_merged() -> None:
    assert [event for event in group(columns()) if len(event) > 1] == []


def test_the_measures_themselves() -> None:
    pairs = {("a", "b"), ("a", "c")}
    assert quality.scored(pairs, {("a", "b"), ("x", "y")}) == (0.5, 0.5, 0.5)
    assert quality.agreed([True, False], [False, False]) == (0.0, 0.0, 0.0)
    assert quality.alike([("a", "one two"), ("b", "one three"), ("c", "four")], 0.3) == {("a", "b")}
    engaged = {"reaction": 1, "comment": None, "share": None}
    counted = [{"id": str(n), "source": "s", "popularity": {**engaged, "share": n}} for n in range(4)]
    assert quality.percentiles(counted) == {"0": 0.125, "1": 0.375, "2": 0.625, "3": 0.875}
    day = {"d": [{"id": "0"}, {"id": "3"}]}
    assert quality.ndcg(day, {"0": 0.0, "3": 1.0}, lambda _: ["3", "0"]) == 1.0
