"""Every refusal is a true statement: re-read from the facts, and from a search that shares nothing but them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.place import explain
from digest.place.checker import against
from digest.place.eligibility import problem
from digest.place.facts import bits
from digest.place.planning import Planning
from digest.place.request import Request
from digest.place.solver import settled, solve
from tests.strategies.big_ads import issue
from tests.strategies.twisted_ads import twisted

REQUESTS = [
    *[pytest.param(twisted(seed), id=f"twisted {seed}") for seed in range(24)],
    *[pytest.param(issue(seed, 40, 16, 4), id=f"ordinary {seed}") for seed in range(6)],
    pytest.param(issue(1, 40, 60, 4), id="sixty bookings"),
]


def stopped(planning: Planning, rule: str, item: int, opening: int) -> bool:
    """Whether one rule alone, against the placed ads, stops an ad in an opening."""
    facts = [fact for name, fact in planning.table.limits if name == rule]
    plan = planning.solution.plan
    return any(against(planning.table, fact, (item, opening), plan) is not None for fact in facts)


def lost(planning: Planning, item: int) -> set[int]:
    """What the best plan with a line item would lose, by a search of its own."""
    must = planning.group(item)
    asked = settled(replace(problem(planning.table, planning.alive), must=must))
    forced = solve(asked)
    assert forced is not None
    assert forced.optimal
    return set(planning.placed) - {i for i, _ in forced.plan}


@pytest.mark.parametrize("request_", REQUESTS)
def test_every_refusal_is_true(request_: Request) -> None:
    planning = Planning(request_)
    rules = list(dict.fromkeys(name for name, _ in planning.table.limits))
    held = set(planning.placed.values())
    for item, booking in enumerate(planning.context.items):
        if item in planning.placed or item in planning.table.stopped or item not in planning.alive:
            continue
        verdict = planning.verdict(item)
        alone = planning.group(item) == 1 << item
        openings = list(bits(planning.alive[item]))
        stops = [
            rule
            for rule in rules
            if alone and all(o not in held and stopped(planning, rule, item, o) for o in openings)
        ]
        if alone:
            assert verdict.rule == (stops[0] if stops else "outranked"), booking.id
        if verdict.rule == "outranked":
            assert verdict.price is not None
            assert set(verdict.price.loses) == lost(planning, item), booking.id
            assert all(planning.context.items[i].id in verdict.reason for i in verdict.price.loses)


def test_explain_says_what_the_best_plan_with_an_outranked_booking_would_lose() -> None:
    request = issue(1, 40, 16, 4)
    planning = Planning(request)
    outranked = 0
    for item, booking in enumerate(planning.context.items):
        said = explain(request, booking.id).as_json()
        if item in planning.placed or said["rule"] != "outranked":
            assert said["would_lose"] is None
            continue
        outranked += 1
        assert {planning.context.index[name] for name in said["would_lose"]} == lost(planning, item)
        assert said["level"] in ("sponsorship", "standard", "bulk", "house", "value", "spread", "order")
    assert outranked
