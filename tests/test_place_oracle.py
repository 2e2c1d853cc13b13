"""The plan and every refusal against an independent telling of the rules that tries every plan."""

from __future__ import annotations

from hypothesis import given

from digest.place import Request, place
from tests.oracles.placing import Answer, Question
from tests.strategies.ads import requests


def asked(request: Request) -> Answer:
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


def words(reason: str, ids: set[str]) -> set[str]:
    """The line items a reason names."""
    return ids & set(reason.replace(",", " ").replace("(", " ").split())


@given(requests(most_items=4, most_stories=7))
def test_the_plan_is_the_best_of_all_plans_and_every_refusal_is_true(request_: Request) -> None:
    answer, plan = asked(request_), place(request_)
    items = request_.ads.line_items
    assert answer.best is not None
    expected = [(items[i].id, o.slot, o.gap, o.section) for i, o in sorted(answer.best, key=lambda ad: ad[1])]
    assert [(ad.line_item, ad.slot, ad.gap, ad.section) for ad in plan.placed] == expected
    placed = {i for i, _ in answer.best}
    told = {refusal.line_item: refusal for refusal in plan.refused}
    assert list(told) == [item.id for i, item in enumerate(items) if i not in placed]
    for i, item in enumerate(items):
        if i not in placed:
            rule, lost = answer.refusal(i)
            assert (item.id, told[item.id].rule) == (item.id, rule), told[item.id].reason
            if rule == "outranked":
                assert words(told[item.id].reason, {one.id for one in items}) == lost
