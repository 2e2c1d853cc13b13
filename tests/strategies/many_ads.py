"""Issues that hold many ads, from a seed: bookings much alike, as a newsroom's rate card makes them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from digest.model import Advertiser, LineItem, Slot
from digest.place import PlaceRequest
from tests.strategies.big_ads import CREATIVES, issue

KINDS = (
    "identical",
    "three classes",
    "rate card",
    "pairs",
    "companions",
    "sections",
    "no rates",
    "different",
)
PRICES = (150, 150, 250, 250, 400, 600)


def crowded(seed: int, kind: str, stories: int = 0, items: int = 0, most: int = 0) -> PlaceRequest:
    """An issue of 80 to 150 stories, 30 to 60 live bookings and 12 to 20 ads, unless told otherwise.

    ``kind`` is one of ``KINDS``: what the bookings share, or (``different``) nothing at all.
    """
    random = Random(seed)
    stories = stories or random.choice((80, 100, 120, 150))
    items = items or random.choice((30, 40, 50, 60))
    most = most or random.choice((12, 14, 16, 18, 20))
    request = issue(seed, stories, items, most)
    policy = replace(
        request.ads.policy, min_gap=random.choice((1, 2, 3)), max_per_advertiser=random.choice((1, 1, 2))
    )
    booked = request.ads.line_items
    if kind != "different":
        booked = tuple(_alike(random, kind, item, number) for number, item in enumerate(booked))
    ads = replace(
        request.ads,
        policy=policy,
        slots=_slots(random, request.ads.slots),
        line_items=booked,
        advertisers=_advertisers(random, kind, items) if kind != "different" else request.ads.advertisers,
    )
    return replace(request, ads=ads)


def _slots(random: Random, slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Half of the newsrooms sell the upper third dearer."""
    if random.random() < 0.5:
        return slots
    return tuple(replace(slot, bands={}) for slot in slots)


def _advertisers(random: Random, kind: str, items: int) -> dict[str, Advertiser]:
    found = {}
    for number in range(items):
        labels = frozenset[str]()
        if kind == "pairs":
            labels = frozenset({f"label-{number // 2}"})
        elif kind in ("rate card", "sections", "companions") and random.random() < 0.3:
            labels = frozenset({f"label-{random.randrange(8)}"})
        found[f"a{number}"] = Advertiser(id=f"a{number}", name=f"A{number}", labels=labels)
    return found


def _alike(random: Random, kind: str, item: LineItem, number: int) -> LineItem:
    changes: dict[str, Any] = {
        "advertiser": f"a{number}",
        "tier": "standard",
        "slots": ("stream",),
        "sections": None,
        "rate": Fraction(200),
        "adjacency": replace(item.adjacency, avoid_sections=frozenset(), avoid_flags=frozenset()),
        "exclusive": "none",
        "goal": None,
        "companions": (),
        "creatives": CREATIVES[:2],
    }
    if kind in ("three classes", "pairs"):
        changes |= _of_class(random.randrange(3))
    if kind == "no rates":
        changes |= _of_class(random.randrange(3)) | {"rate": Fraction(0)}
    if kind in ("rate card", "companions", "sections"):
        changes |= _from_card(random, item)
    if kind == "companions" and number % 6 == 0:
        changes["companions"] = (f"i{number + 1}",)
    if kind == "sections" and random.random() < 0.4:
        changes["sections"] = item.sections or (f"section-{random.randrange(10)}",)
        changes["slots"] = ("head", "stream")
        changes["exclusive"] = random.choice(("none", "none", "section"))
    return replace(item, **changes)


def _of_class(number: int) -> dict[str, Any]:
    tier = ("sponsorship", "standard", "bulk")[number]
    slots = (("top", "stream"), ("stream",), ("stream", "footer"))[number]
    return {"tier": tier, "slots": slots, "rate": Fraction((600, 300, 100)[number])}


def _from_card(random: Random, item: LineItem) -> dict[str, Any]:
    return {
        "tier": random.choices(["sponsorship", "standard", "bulk", "house"], [1, 6, 3, 1])[0],
        "slots": random.choice(
            (("stream",), ("stream",), ("stream", "footer"), ("top", "stream"), ("head", "stream"))
        ),
        "rate": Fraction(random.choice(PRICES)),
        "goal": item.goal,
        "adjacency": replace(item.adjacency, avoid_sections=frozenset()),
    }
