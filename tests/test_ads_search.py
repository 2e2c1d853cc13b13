"""The plan does not depend on the luck of the solver."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.plan import book
from digest.place.forecast import ForecastInputs, highs, plan
from tests.examples import examples
from tests.strategies.ahead import crowded, outlooks

SPANS = st.one_of(crowded(), outlooks(), st.integers(0, 30).map(lambda seed: book(seed, 10, 14)))


@examples(30)
@given(SPANS, st.integers(1, 1000))
def test_the_luck_of_the_solver_changes_nothing(asked: ForecastInputs, seed: int) -> None:
    before = plan(asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(highs._OPTIONS, "random_seed", seed)
        assert plan(asked) == before
