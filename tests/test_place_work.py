"""How much work a search takes: no more steps than were measured, so that builds stay as quick as they are.

A change that needs fewer may write its own figures here. One that needs more must be worth it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from digest.place.forecast import avails
from digest.place.forecast.highs import Solver
from digest.place.forecast.solve import solved
from digest.place.request import PlaceRequest
from digest.place.solver import solve
from tests.strategies.big_ads import issue
from tests.strategies.fact_ads import fact_issue
from tests.strategies.many_ads import crowded
from tests.strategies.twisted_ads import twisted
from tests.test_ads_forecast import book
from tests.test_place_search import question

SEARCHES: dict[str, tuple[Callable[[int], PlaceRequest], tuple[int, ...]]] = {
    "many facts": (lambda seed: fact_issue(seed, 40, 16, 6), (2464, 1153, 15344, 587, 894, 6942)),
    "ordinary": (lambda seed: issue(seed, 40, 16, 4), (783, 2257, 571, 248, 207, 278)),
    "large": (lambda seed: issue(seed, 80, 30, 6), (3441, 686, 626)),
    "twisted": (twisted, (52, 44, 38, 151, 41, 2094)),
    "identical": (lambda seed: crowded(seed, "identical"), (1443, 1220)),
    "rate card": (lambda seed: crowded(seed, "rate card"), (1622, 1647)),
    "pairs": (lambda seed: crowded(seed, "pairs"), (1736, 4823)),
    "companions": (lambda seed: crowded(seed, "companions"), (11580, 3465)),
    "sections": (lambda seed: crowded(seed, "sections"), (7061, 46525)),
    "different": (lambda seed: crowded(seed, "different"), (18851, 17845)),
}


@pytest.mark.parametrize(
    ("made", "seed", "steps"),
    [
        pytest.param(made, seed, steps, id=f"{kind} {seed}")
        for kind, (made, figures) in SEARCHES.items()
        for seed, steps in enumerate(figures)
    ],
)
def test_the_plan_of_an_issue_is_proven_in_as_few_steps_as_ever(
    made: Callable[[int], PlaceRequest], seed: int, steps: int
) -> None:
    found = solve(question(made(seed)), steps)
    assert found is not None
    assert found.optimal


@pytest.mark.parametrize(
    ("seed", "planned", "sold"),
    [(0, (8, 4), (29, 13)), (1, (7, 6), (17, 6)), (2, (9, 5), (25, 5)), (3, (7, 4), (17, 4))],
)
def test_a_plan_ahead_asks_highs_as_seldom_as_ever(
    seed: int, planned: tuple[int, int], sold: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``planned`` and ``sold``: linear and integer programs of the plan, and of what can still be sold beside it."""
    pytest.importorskip("highspy")
    asked = Counter[str]()
    for name in ("relax", "whole"):
        monkeypatch.setattr(Solver, name, counted(asked, getattr(Solver, name)))
    inputs = book(seed, 12, 14, 3, 3)
    solved(inputs)
    assert asked["relax"] <= planned[0]
    assert asked["whole"] <= planned[1]
    asked.clear()
    avails(inputs, [slot.id for slot in inputs.ads.slots][:2])
    assert asked["relax"] <= sold[0]
    assert asked["whole"] <= sold[1]


def counted(asked: Counter[str], call: Callable[..., Any]) -> Callable[..., Any]:
    def counting(*values: Any, **named: Any) -> Any:
        asked[call.__name__] += 1
        return call(*values, **named)

    return counting
