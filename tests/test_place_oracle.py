"""The plan and every refusal against an independent telling of the rules that tries every plan."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from digest.errors import CommandError
from digest.model import Overrides
from digest.place import PlaceRequest, place
from digest.place.planning import Planning
from digest.place.refusal_reason import RefusalReasons
from tests.oracles.placing import Answer, Question
from tests.strategies.ads import requests


def asked(request: PlaceRequest) -> Answer:
    return Answer(
        Question(
            request.ads,
            request.editions,
            request.edition,
            request.day,
            request.lineup,
            request.ran_ads,
            request.overrides,
        )
    )


def pinned(request: PlaceRequest, which: int) -> PlaceRequest:
    """The request with one of its placed line items pinned to another of its slots, where that can be."""
    slots = [(item, slot) for item in request.ads.line_items for slot in item.slots]
    item, slot = slots[which % len(slots)]
    asked = replace(request, overrides=Overrides(pin=(f"{item.id}@{slot}",)))
    try:
        place(asked)
    except CommandError:
        return request
    return asked


@given(requests(most_items=4, most_stories=7), st.integers(0, 40))
def test_the_plan_is_the_best_of_all_plans_and_every_refusal_is_true(
    request_: PlaceRequest, which: int
) -> None:
    request_ = pinned(request_, which) if which < 20 else request_
    answer, plan = asked(request_), place(request_)
    items = request_.ads.line_items
    assert answer.best is not None
    expected = [(items[i].id, o.slot, o.gap, o.section) for i, o in sorted(answer.best, key=lambda ad: ad[1])]
    assert [(ad.line_item, ad.slot, ad.gap, ad.section) for ad in plan.placed] == expected
    placed = {i for i, _ in answer.best}
    told = {refusal.line_item: refusal for refusal in plan.refused}
    assert list(told) == [item.id for i, item in enumerate(items) if i not in placed]
    reasons = RefusalReasons(Planning(request_))
    for i, item in enumerate(items):
        if i not in placed:
            rule, in_the_way = answer.refusal(i)
            assert (item.id, told[item.id].rule) == (item.id, rule), told[item.id].reason
            if rule == "outranked":
                verdict = reasons.of(i)
                assert (frozenset(verdict.in_the_way), verdict.stage) == in_the_way, verdict.reason
                assert all(name in told[item.id].reason for name in verdict.in_the_way)
