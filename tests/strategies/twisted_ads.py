"""Random issues twisted so that ties, areas and spans matter: for two searches side by side."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from digest.model import LineItem
from digest.place import PlaceRequest
from tests.strategies.big_ads import issue

VALUES = ("as they are", "none", "few", "equal")


def twisted(seed: int) -> PlaceRequest:
    """An issue of 15 to 25 stories; ``VALUES`` says how much its line items differ in value."""
    random = Random(seed)
    stories, items = random.choice((15, 20, 25)), random.choice((5, 8, 12))
    request = issue(seed, stories, items, random.choice((1, 2, 3, 4, 4, 6)))
    values, exclusive = random.choice(VALUES), random.choice(("none", "none", "section"))
    policy = replace(
        request.ads.policy,
        max_ratio=Fraction(1, random.choice((2, 3, 4))),
        min_gap=random.choice((0, 1, 2, 3, 4)),
        max_per_advertiser=random.choice((1, 2)),
        competitive_exclusion=random.choice(("issue", "none", 3, 6)),
    )
    changed = tuple(_twist(random, item, values, exclusive) for item in request.ads.line_items)
    return replace(request, ads=replace(request.ads, policy=policy, line_items=changed))


def _twist(random: Random, item: LineItem, values: str, exclusive: str) -> LineItem:
    changes: dict[str, Any] = {}
    if values in ("none", "equal"):
        changes["rate"] = Fraction(0)
    if values == "few":
        changes["rate"] = Fraction(random.choice((100, 200)))
    if values == "equal":
        changes |= {"goal": None, "tier": "standard"}
    if random.random() < 0.2:
        changes["exclusive"] = exclusive
    return replace(item, **changes)
