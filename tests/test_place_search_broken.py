"""The tests of the tests: a search broken on purpose in each kind of fact is found out by the comparisons."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

import pytest

from digest.errors import DigestError
from digest.place.problem import PlacementProblem, Solution
from digest.place.solver import branching, conflicts, outlines, solve
from digest.place.solver.assignment import Assignment
from digest.place.solver.bounds import OutlineBound
from digest.place.solver.limits import CountingLimits
from tests.strategies.fact_ads import fact_issue
from tests.test_place_search import LARGE, SMALL, agrees, every_plan, question

OVERFULL, READ = conflicts.overfull, CountingLimits._read


def without_areas(monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(supply: Any, fact: Any, plan: Any) -> Any:
        return [] if not fact[3] and fact[2] != supply.limits.everywhere else OVERFULL(supply, fact, plan)

    monkeypatch.setattr(conflicts, "overfull", blind)


def without_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "overfull", lambda s, fact, p: [] if fact[3] else OVERFULL(s, fact, p))


def without_companions(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (branching, conflicts):
        monkeypatch.setattr(module, "torn", lambda problem, plan: 0)


def without_exclusions(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(self: CountingLimits, facts: Any) -> None:
        READ(self, facts)
        self.blocked = {i: 1 << i for i in self.blocked}

    monkeypatch.setattr(CountingLimits, "_read", read)


def without_min_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(self: CountingLimits, facts: Any) -> None:
        READ(self, facts)
        self.jump = 0

    monkeypatch.setattr(CountingLimits, "_read", read)


def without_ad_load(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(self: CountingLimits, facts: Any) -> None:
        READ(self, facts)
        self.cap += 1

    monkeypatch.setattr(CountingLimits, "_read", read)


def without_all_branches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.place.solver.branch_and_bound.split", lambda s, p: branching.split(s, p)[:1])


def with_a_bound_too_low(monkeypatch: pytest.MonkeyPatch) -> None:
    of = OutlineBound.__init__

    def low(self: OutlineBound, *args: Any) -> None:
        of(self, *args)
        self.most -= self.most // 10

    monkeypatch.setattr(OutlineBound, "__init__", low)


def with_outlines_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of half-made outlines only the first in the order is kept, whatever it is worth."""
    monkeypatch.setattr(outlines, "undominated", lambda labels: sorted(labels.items(), key=itemgetter(1))[:1])


def without_the_order_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Assignment, "first", lambda self, known: known)


BREAKAGES = [
    without_areas,
    without_spans,
    without_companions,
    without_exclusions,
    without_min_gap,
    without_ad_load,
    without_all_branches,
    with_a_bound_too_low,
    with_outlines_lost,
    without_the_order_of_the_file,
]


FACTS = BREAKAGES[:6]


def right(asked: PlacementProblem) -> bool:
    return held(lambda: agrees(asked, every_plan))


def held(claim: Callable[[], bool]) -> bool:
    """Whether a broken search claims what is true; it may also end in an error."""
    try:
        return claim()
    except (AssertionError, DigestError, KeyError, IndexError, ValueError):
        return False


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_search_broken_on_purpose_is_found_out(breakage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    breakage(monkeypatch)
    assert not all(right(question(fact_issue(*case))) for case in SMALL)


@pytest.fixture(scope="module")
def proven() -> list[tuple[PlacementProblem, Solution | None]]:
    """Issues of many ads and their plans, which ``test_place_search`` holds against the integer programs."""
    asked = [question(fact_issue(*case)) for case in LARGE if case[-1] == 12]
    return [(some, solve(some)) for some in asked]


@pytest.mark.parametrize("breakage", FACTS)
def test_a_fact_forgotten_among_many_ads_is_found_out(
    breakage: Any, proven: list[tuple[PlacementProblem, Solution | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    breakage(monkeypatch)
    assert not all(held(lambda some=some, plan=plan: solve(some) == plan) for some, plan in proven)  # type: ignore[misc]
