"""What the best plan with an outranked booking would cost, in words and on which stage."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from digest.place import Explanation, explain
from tests.test_place_rules import request_of

UNPINNED = "without what is pinned by hand"


def told(first: dict[str, Any], second: dict[str, Any], pin: tuple[str, ...] = ()) -> Explanation:
    """Two bookings want the one opening of an issue; that of the one that does not get it."""
    items = [{"id": "a"} | first, {"id": "b"} | second]
    rates = [Fraction(item.pop("rate", 0)) for item in items]
    request = request_of(
        {
            "sections": {"news": 8},
            "items": [
                {"slots": ["top"], "size": "600x150", "advertiser": f"by {n}"} | item
                for n, item in enumerate(items)
            ],
            "pin": pin,
        }
    )
    rated = [replace(item, rate=rate) for item, rate in zip(request.ads.line_items, rates, strict=True)]
    request = replace(request, ads=replace(request.ads, line_items=tuple(rated)))
    return next(said for said in (explain(request, name) for name in "ab") if said.placed is None)


@pytest.mark.parametrize(
    ("first", "second", "pin", "level", "words"),
    [
        ({}, {}, (), "order", "bookings, value and spread are the same; what stands higher up decides"),
        ({"rate": 9}, {"rate": 2}, (), "value", "7 less in value"),
        (
            {"type": "sponsorship"}, {"rate": 2}, (), "sponsorship",
            "1 due issue fewer of sponsorships, 1 due issue more of standard bookings, 2 more in value",
        ),
        ({"rate": 9}, {"rate": 2}, ("a@top",), "value", f"{UNPINNED}, 7 less in value"),
        ({"rate": 2}, {"rate": 9}, ("a@top",), None, f"{UNPINNED}, 7 more in value"),
        ({}, {}, ("a@top",), "order", UNPINNED),
        ({}, {}, ("b@top",), None, UNPINNED),
    ],
)  # fmt: skip
def test_what_a_plan_with_an_outranked_booking_would_cost(
    first: dict[str, Any], second: dict[str, Any], pin: tuple[str, ...], level: str | None, words: str
) -> None:
    said = told(first, second, pin)
    assert said.cost is not None
    assert (said.as_json()["level"], said.cost.words) == (level, words)
    assert f"{', '.join(said.cost.gains)}: {words}" in said.as_text()
