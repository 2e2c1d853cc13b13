"""Two exact searches side by side, and what is said when a search is cut short."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from digest.place import place, search
from digest.place.context import IssueContext
from digest.place.eligibility import eligibility, eligible, problem
from digest.place.optimality_gap import Level, optimality_gap
from digest.place.problem import Problem, Scale, Solution, broken
from digest.place.search import Search, settled
from digest.place.walk.branches import Branches
from digest.place.walk.paths import Effort
from tests.strategies.big_ads import issue
from tests.strategies.twisted_ads import twisted


def question(seed: int) -> Problem:
    table = eligibility(IssueContext(twisted(seed)))
    return problem(table, eligible(table))


def musts(asked: Problem, seed: int) -> list[int]:
    """Nothing, and two of the line items, that must run."""
    items = sorted(asked.left)
    return [0, *(1 << items[(seed + step) % len(items)] for step in (0, 3) if items)]


@pytest.mark.parametrize("seed", range(60))
def test_the_search_for_sets_and_the_walk_over_openings_find_the_same_plan(seed: int) -> None:
    asked = question(seed)
    one = Search(asked)
    for must in musts(asked, seed):
        found = one.best(must)
        walked = Branches(settled(replace(asked, must=must)), Effort()).run()
        assert (found and (found.plan, found.merit)) == (walked and (walked.plan, walked.merit))
        assert found is None or found.optimal


@pytest.mark.parametrize("seed", range(40))
def test_a_search_cut_short_says_so_and_still_gives_a_plan(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = question(seed)
    best = {must: Search(asked).best(must) for must in musts(asked, seed)}
    monkeypatch.setattr(search, "FEW", 0)
    monkeypatch.setattr("digest.place.walk.paths.EASY", 2)
    for must, true in best.items():
        found = Search(asked).best(must, labels=2)
        if true is None:
            assert found is None
            continue
        assert found is not None
        assert broken(asked, found.plan) is None
        assert all(any(i == placed for placed, _ in found.plan) for i in range(64) if must >> i & 1)
        assert found.merit <= true.merit <= (found.bound if not found.optimal else found.merit)


def test_a_plan_that_is_not_proven_says_how_far_it_may_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FEW", 0)
    monkeypatch.setattr("digest.place.walk.paths.EASY", 2)
    monkeypatch.setattr(search, "BUDGET", 2)
    monkeypatch.setattr(Search.best, "__defaults__", (2,))
    plans = [place(issue(seed, 20, 10, 4)) for seed in range(6)]
    cut = [plan for plan in plans if not plan.optimal]
    assert cut
    assert all(
        "not proven to be the best" in plan.optimality_gap.words for plan in cut if plan.optimality_gap
    )


@pytest.mark.parametrize(
    ("less", "stage", "most", "unit", "words"),
    [
        ("standard", "standard", "2", "bookings", "up to 2 more standard bookings"),
        ("bulk", "bulk", "3", "urgency", "bulk bookings of up to 3 more urgency"),
        ("value", "value", "12.5", "rate x band", "(rate x band) could be up to 12.5 higher"),
        ("spread", "spread", "0.25", "spread", "spread up to 0.25 lower"),
        ("", "order", "", "", "only which of equal plans comes first"),
    ],
)
def test_a_gap_is_told_in_the_unit_of_its_stage(
    less: str, stage: str, most: str, unit: str, words: str
) -> None:
    asked = Problem(
        left={0: 1, 1: 2, 2: 4},
        gaps=(1, 4, 9),
        slots=(0, 0, 0),
        levels=({0: 1, 1: 1}, {2: 3}),
        rates={0: Fraction(25, 2), 1: Fraction(3), 2: Fraction(4)},
        bands=(Fraction(1),) * 3,
        ideal=Fraction(9, 2),
    )
    scale = Scale(asked)
    levels = [Level("standard", False, asked.levels[0]), Level("bulk", False, asked.levels[1])]
    off = {
        "standard": 2 * scale.tops[1],
        "bulk": 3 * scale.tops[2],
        "value": 25 * scale.spread,
        "spread": 1,
        "": 0,
    }
    found = Solution((), -20, False, -20 + off[less])
    gap = optimality_gap(scale, levels, found)
    assert (gap.stage, gap.most, gap.unit) == (stage, most, unit)
    assert words in gap.words


@pytest.mark.parametrize("seed", range(6))
def test_many_ads_give_a_plan_that_keeps_every_rule(seed: int) -> None:
    table = eligibility(IssueContext(issue(seed, 60, 24, 15)))
    asked = problem(table, eligible(table))
    found = Search(asked).best(0, labels=500)
    assert found is not None
    assert broken(asked, found.plan) is None
    assert found.optimal or found.bound >= found.merit
