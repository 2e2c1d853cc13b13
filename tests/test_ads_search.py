"""The plan does not depend on how it is searched: with other luck, and without any shortcut, it is the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.plan import Plainly, outlook
from digest.place.forecast import ForecastInputs, highs, plan
from digest.place.forecast import model as building
from digest.place.forecast.solve import Solved, schedule, settle
from tests.strategies.ahead import crowded, outlooks

SPANS = st.one_of(crowded(), outlooks(), st.integers(0, 30).map(lambda seed: outlook(seed, 10, 14)))


def plainly(asked: ForecastInputs) -> object:
    """The plan with every stage an integer program that is held by a row."""
    made = building.program(asked)
    values = settle(made, Plainly(made))
    return schedule(Solved(made, frozenset(c for c in range(len(made.columns)) if values[c])))


@settings(max_examples=40)
@given(SPANS)
def test_shortcuts_change_nothing(asked: ForecastInputs) -> None:
    assert plan(asked) == plainly(asked)


@settings(max_examples=30)
@given(SPANS, st.integers(1, 1000))
def test_the_luck_of_the_solver_changes_nothing(asked: ForecastInputs, seed: int) -> None:
    before = plan(asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(highs._OPTIONS, "random_seed", seed)
        assert plan(asked) == before
