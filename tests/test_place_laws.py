"""Laws of the plan: what a change of the question may do to the answer, and what it may not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from digest.model import TIERS, LineItem, Overrides, Plan
from digest.place import PlaceRequest, place
from digest.place.context import IssueContext
from digest.place.rules import catalogue
from tests.strategies.ads import requests

NO_PLAN_NEEDED = {name for name, rule in catalogue() if rule.STAGE != "plan"}


def free(request: PlaceRequest) -> PlaceRequest:
    """The request without pins and pauses."""
    return replace(request, overrides=Overrides())


def with_items(request: PlaceRequest, items: tuple[LineItem, ...]) -> PlaceRequest:
    return replace(request, ads=replace(request.ads, line_items=items))


def with_policy(request: PlaceRequest, **changes: Any) -> PlaceRequest:
    return replace(request, ads=replace(request.ads, policy=replace(request.ads.policy, **changes)))


Rank = tuple[int, int]  # tier and priority, the first ones least


def rank(item: LineItem) -> Rank:
    return TIERS.index(item.tier), -item.priority


def bookings(request: PlaceRequest, plan: Plan, ranks: Iterable[Rank] | None = None) -> list[int]:
    """Per tier and priority, the urgency that runs."""
    context = IssueContext(request)
    sums = dict.fromkeys(
        ranks or [(tier, -priority) for tier in range(4) for priority in range(16, 0, -1)], 0
    )
    for ad in plan.placed:
        number = context.index[ad.line_item]
        if (which := rank(context.items[number])) in sums:
            sums[which] += context.standings[number].urgency
    return list(sums.values())


def value(request: PlaceRequest, plan: Plan) -> Fraction:
    """The sum of rate x band weight."""
    stories, total = len(list(request.lineup)), Fraction(0)
    for ad in plan.placed:
        third = "upper" if 3 * ad.gap <= stories else "middle" if 3 * ad.gap <= 2 * stories else "lower"
        slot = next(slot for slot in request.ads.slots if slot.id == ad.slot)
        item = request.ads.line_item(ad.line_item)
        assert item is not None
        total += item.rate_for(request.edition.expected_sends) * slot.bands.get(third, Fraction(1))
    return total


def spread(request: PlaceRequest, plan: Plan) -> Fraction:
    stories, policy = len(list(request.lineup)), request.ads.policy
    ideal = Fraction(stories, min(policy.max_ads, int(policy.max_ratio * stories)) + 1)
    return sum(((b.gap - a.gap - ideal) ** 2 for a, b in pairwise(plan.placed)), Fraction(0))


@st.composite
def stricter(draw: st.DrawFn) -> tuple[PlaceRequest, PlaceRequest]:
    """A question, and the same under one rule more or a stricter one."""
    request = free(draw(requests(most_items=5, most_stories=8)))
    policy, items = request.ads.policy, request.ads.line_items
    how = draw(st.sampled_from(("ads", "ratio", "gap", "advertiser", "near", "radius", "pause", "alone")))
    if how == "pause":
        name = draw(st.sampled_from([item.id for item in items])) if items else ""
        return request, replace(request, overrides=Overrides(pause=(name,) if name else ()))
    if how == "alone" and items:
        at = draw(st.integers(0, len(items) - 1))
        alone = tuple(replace(one, exclusive="issue") if at == n else one for n, one in enumerate(items))
        return request, with_items(request, alone)
    change: dict[str, Any] = {
        "ads": {"max_ads": max(0, policy.max_ads - draw(st.integers(1, 2)))},
        "ratio": {"max_ratio": policy.max_ratio * draw(st.sampled_from((Fraction(1, 2), Fraction(9, 10))))},
        "gap": {"min_gap": policy.min_gap + draw(st.integers(1, 3))},
        "advertiser": {"max_per_advertiser": max(1, policy.max_per_advertiser - 1)},
        "near": {"suppress_near": (*policy.suppress_near, "opinion", "sensitive")},
        "radius": {"adjacency_radius": policy.adjacency_radius + 1},
    }
    return request, with_policy(request, **change.get(how, change["gap"]))


@given(stricter())
def test_a_rule_added_never_raises_what_runs(pair: tuple[PlaceRequest, PlaceRequest]) -> None:
    before, after = pair
    loose, strict = place(before), place(after)
    assert (bookings(after, strict), value(after, strict)) <= (bookings(before, loose), value(before, loose))


@given(requests(most_items=6, most_stories=8), st.integers(1, 6))
def test_a_lower_tier_or_priority_never_hurts_a_higher_one(request_: PlaceRequest, kept: int) -> None:
    alone = tuple(replace(item, companions=()) for item in request_.ads.line_items)
    request_ = with_items(free(request_), alone)
    first = sorted({rank(item) for item in alone})[:kept]
    higher = with_items(request_, tuple(item for item in alone if rank(item) in first))
    assert bookings(higher, place(higher), first) == bookings(request_, place(request_), first)


@given(requests(most_items=6, most_stories=8), st.randoms(use_true_random=False))
def test_the_order_of_the_file_decides_only_ties(request_: PlaceRequest, random: Any) -> None:
    request_ = free(request_)
    shuffled = list(request_.ads.line_items)
    random.shuffle(shuffled)
    other = with_items(request_, tuple(shuffled))
    one, two = place(request_), place(other)
    assert bookings(request_, one) == bookings(other, two)
    assert value(request_, one) == value(other, two)
    assert spread(request_, one) == spread(other, two)


@given(requests(most_items=5, most_stories=8), requests(most_items=3, most_stories=3))
def test_a_fuller_file_never_lifts_a_refusal_that_no_plan_is_needed_for(
    request_: PlaceRequest, more: PlaceRequest
) -> None:
    request_ = free(request_)
    mine = request_.ads.line_items
    names = {slot.id for slot in request_.ads.slots}
    others = tuple(
        replace(item, id=f"more-{item.id}", companions=(), advertiser=None, tier="house")
        for item in more.ads.line_items
        if set(item.slots) <= names
    )
    fuller = {one.line_item: one for one in place(with_items(request_, (*mine, *others))).refused}
    for refusal in place(request_).refused:
        if refusal.rule in NO_PLAN_NEEDED:
            assert fuller[refusal.line_item] == refusal
