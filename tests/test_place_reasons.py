"""Every refusal is a true statement: read again from the facts, and by trying what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from digest.place import explain
from digest.place.checker import against
from digest.place.eligibility import problem
from digest.place.facts import bits, mask_of
from digest.place.planning import Planning
from digest.place.problem import Plan, broken
from digest.place.refusal_reason import RefusalReason, RefusalReasons
from digest.place.request import PlaceRequest
from digest.place.solver import settled, solve
from tests.strategies.big_ads import issue
from tests.strategies.fact_ads import fact_issue
from tests.strategies.many_ads import crowded
from tests.strategies.twisted_ads import twisted

REQUESTS = [
    *[pytest.param(twisted(seed), id=f"twisted {seed}") for seed in range(24)],
    *[pytest.param(issue(seed, 40, 16, 4), id=f"ordinary {seed}") for seed in range(6)],
    *[pytest.param(fact_issue(seed, 40, 16, 6), id=f"many facts {seed}") for seed in range(12)],
    *[pytest.param(crowded(seed, "rate card"), id=f"many ads {seed}") for seed in range(2)],
    pytest.param(issue(1, 40, 60, 4), id="sixty bookings"),
]


def stopped(planning: Planning, rule: str, item: int, opening: int) -> bool:
    """Whether one rule alone, against the placed ads, stops an ad in an opening."""
    facts = [fact for name, fact in planning.table.limits if name == rule]
    plan = planning.solution.plan
    return any(against(planning.table, fact, (item, opening), plan) is not None for fact in facts)


def refused(planning: Planning) -> Iterator[tuple[int, RefusalReason]]:
    """Those that some opening is left for."""
    reasons = RefusalReasons(planning)
    for item in planning.alive:
        if item not in planning.placed:
            yield item, reasons.of(item)


def with_it(planning: Planning, item: int, out: frozenset[int]) -> list[Plan]:
    """Every plan of a line item without companions and of the placed ones but ``out``."""
    kept = [ad for ad in planning.solution.plan if ad[0] not in out]
    held = {opening for _, opening in kept}
    plans = (
        tuple(sorted([*kept, (item, o)], key=lambda ad: ad[1]))
        for o in bits(planning.alive[item])
        if o not in held
    )
    return [plan for plan in plans if broken(planning.problem, plan) is None]


@pytest.mark.parametrize("request_", REQUESTS)
def test_the_rule_named_is_the_first_that_stops_it_in_every_opening(request_: PlaceRequest) -> None:
    planning = Planning(request_)
    rules = list(dict.fromkeys(name for name, _ in planning.table.limits))
    held = set(planning.placed.values())
    for item, verdict in refused(planning):
        if planning.context.groups[item] != 1 << item:
            continue
        openings = list(bits(planning.alive[item]))
        stops = [
            rule
            for rule in rules
            if all(o not in held and stopped(planning, rule, item, o) for o in openings)
        ]
        assert verdict.rule == (stops[0] if stops else "outranked"), planning.context.items[item].id


def best_beside(planning: Planning, item: int, stay: Iterable[int]) -> Plan | None:
    """The best plan of a line item, its companions and these placed ones where they stand: by a search of its own."""
    group = planning.context.groups[item]
    left = {member: planning.alive[member] for member in bits(group)}
    left |= {other: 1 << planning.placed[other] for other in stay}
    searched = solve(settled(problem(planning.table, left, mask_of(list(left)))))
    assert searched is None or searched.optimal
    return None if searched is None else searched.plan


@pytest.mark.parametrize("request_", REQUESTS)
def test_without_those_that_are_named_it_would_fit_and_none_of_them_could_stay(
    request_: PlaceRequest,
) -> None:
    planning = Planning(request_)
    context = planning.context
    for item, verdict in refused(planning):
        if verdict.rule != "outranked":
            continue
        out = frozenset(context.index[name] for name in verdict.in_the_way)
        groups = {frozenset(bits(context.groups[other])) for other in out}
        stay = planning.placed.keys() - out
        assert out == frozenset().union(*groups)
        best = best_beside(planning, item, stay)
        assert best is not None
        assert planning.difference(best).stage == verdict.stage
        assert not any(best_beside(planning, item, stay | some) for some in groups if len(groups) > 1)


def test_one_is_named_where_one_is_enough_and_it_is_the_one_worth_least() -> None:
    alone = together = 0
    for seed in range(4):
        planning = Planning(fact_issue(seed, 40, 16, 6))
        context, scale = planning.context, planning.scale
        groups = {frozenset(bits(context.groups[item])) for item in planning.placed}
        worth = {group: sum(scale.gain(item, planning.placed[item]) for item in group) for group in groups}
        for item, verdict in refused(planning):
            if verdict.rule == "outranked":
                enough = [
                    group for group in groups if best_beside(planning, item, planning.placed.keys() - group)
                ]
                named = frozenset(context.index[name] for name in verdict.in_the_way)
                assert not enough or worth[named] == min(map(worth.__getitem__, enough))
                alone += bool(enough)
                together += not enough
    assert alone > 10
    assert together > 2


@pytest.mark.parametrize("kind", ["identical", "pairs", "sections", "different"])
def test_an_unproven_plan_tells_no_swap_that_would_be_better(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.place.planning.solve", lambda asked: solve(asked, 30))
    for seed in range(3):
        planning = Planning(crowded(seed, kind))
        assert not planning.solution.optimal
        for item, verdict in refused(planning):
            if verdict.rule == "outranked" and verdict.in_the_way:
                swap = planning.swaps.of(item)
                assert swap is not None
                assert planning.scale.merit(swap.plan) <= planning.solution.merit


def lost(planning: Planning, item: int) -> set[int]:
    """What the best plan with a line item would lose, by a search of its own."""
    must = planning.context.groups[item]
    forced = solve(settled(replace(problem(planning.table, planning.alive), must=must)))
    assert forced is not None
    assert forced.optimal
    return set(planning.placed) - {i for i, _ in forced.plan}


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
        assert set(said["in_the_way"]) <= {planning.context.items[i].id for i in planning.placed}
    assert outranked
