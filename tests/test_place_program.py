"""The search against integer programs, at sizes where trying every plan is out of the question."""

from __future__ import annotations

import pytest

from digest.place.context import IssueContext
from digest.place.eligibility import eligibility, eligible, problem
from digest.place.problem import broken
from digest.place.solver import solve
from tests.oracles.program import HighsModel, best_plan
from tests.strategies.big_ads import issue

pytest.importorskip("highspy")


SIZES = [
    *[(seed, 20, 10, 4) for seed in range(10)],
    *[(seed, 30, 12, 7) for seed in range(4)],
]


@pytest.mark.parametrize(("seed", "stories", "items", "most"), SIZES)
def test_the_search_and_the_integer_programs_find_the_same_plan(
    seed: int, stories: int, items: int, most: int
) -> None:
    table = eligibility(IssueContext(issue(seed, stories, items, most)))
    question = problem(table, eligible(table))
    found = solve(question)
    assert found is not None
    assert found.optimal
    assert broken(question, found.plan) is None
    assert found.plan == best_plan(question, HighsModel, found.plan)
