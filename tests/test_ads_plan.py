"""The plan over the coming issues: it breaks no rule, and no other plan is better."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.place.forecast import Forecast, ForecastInputs, plan
from tests.examples import examples
from tests.oracles.ahead import Choice, Oracle
from tests.strategies.ahead import crowded, outlooks, sections_apart


def chosen(oracle: Oracle, schedule: Forecast) -> Choice:
    number = {item.id: n for n, item in enumerate(oracle.items)}
    return tuple(
        frozenset(number[run.line_item] for run in schedule.in_issue(issue)) for issue in oracle.issues
    )


@given(outlooks())
def test_every_issue_of_the_plan_keeps_every_rule_of_the_single_issue(outlook: ForecastInputs) -> None:
    oracle = Oracle(outlook)
    choice = chosen(oracle, plan(outlook))
    for number in range(len(oracle.issues)):
        assert oracle.keeps(number, choice[:number], choice[number])
    assert not oracle.overbooked(choice)


@examples(50)
@given(st.one_of(outlooks(), crowded(), crowded(), sections_apart()))
def test_no_plan_is_better(outlook: ForecastInputs) -> None:
    oracle = Oracle(outlook)
    schedule = plan(outlook)
    assert schedule.optimal
    assert chosen(oracle, schedule) in oracle.best()
