"""Random issues in which facts about areas, spans and groups decide: exclusive sections, labels, companions, house."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from digest.model import Advertiser, LineItem, Lineup
from digest.place import PlaceRequest
from tests.strategies.big_ads import issue

RATES = ("card", "none", "equal", "different")


def fact_issue(seed: int, stories: int, items: int, most: int) -> PlaceRequest:
    """``most`` ads at most; bookings sold from a rate card, without rates, all at one rate, or all different."""
    random = Random(seed)
    request = issue(seed, max(stories, 15), items, most)
    if stories < 15:
        request = replace(request, lineup=_shortened(request.lineup, stories))
    rates = random.choice(RATES)
    policy = replace(
        request.ads.policy,
        max_ratio=Fraction(1, 2),
        min_gap=random.choice((0, 1, 2)),
        max_per_advertiser=random.choice((1, 2)),
        competitive_exclusion=random.choice(("issue", "none", 3, 6)),
    )
    labels = [
        frozenset({f"label-{random.randrange(3)}"}) if random.random() < 0.6 else frozenset()
        for _ in range(items)
    ]
    advertisers = {f"a{n}": Advertiser(id=f"a{n}", name=f"A{n}", labels=labels[n]) for n in range(items)}
    booked = tuple(_booking(random, rates, item, n, items) for n, item in enumerate(request.ads.line_items))
    return replace(
        request, ads=replace(request.ads, policy=policy, advertisers=advertisers, line_items=booked)
    )


def _shortened(lineup: Lineup, stories: int) -> Lineup:
    """Sections of three, as far as the stories go."""
    sizes = [max(0, min(3, stories - 3 * number)) for number in range(len(lineup.sections))]
    sections = [
        replace(one, entries=one.entries[:size]) for one, size in zip(lineup.sections, sizes, strict=True)
    ]
    return replace(lineup, sections=tuple(section for section in sections if section.entries))


def _booking(random: Random, rates: str, item: LineItem, number: int, items: int) -> LineItem:
    changes: dict[str, Any] = {
        "slots": random.choice((("stream",), ("head", "stream"), ("top", "stream", "footer"))),
        "sections": item.sections if random.random() < 0.3 else None,
        "exclusive": random.choices(("none", "section", "issue"), (6, 3, 1))[0],
        "companions": (f"i{random.randrange(items)}",) if random.random() < 0.15 else (),
        "advertiser": f"a{random.randrange(items)}",
    }
    if rates == "card":
        changes |= {"rate": Fraction(random.choice((150, 250, 400))), "goal": None}
    if rates == "none":
        changes |= {"rate": Fraction(0), "goal": None}
    if rates == "equal":
        changes |= {"rate": Fraction(100), "goal": None, "tier": random.choice(("standard", "house"))}
    return replace(item, **changes)
