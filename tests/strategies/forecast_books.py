"""Books of bookings as newsrooms sell them, from a seed: sponsors by the week, pacing, caps, companions, sends."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from digest.model import (
    AdBook,
    Advertiser,
    Creative,
    Edition,
    Flight,
    FrequencyCap,
    Goal,
    LineItem,
    Policy,
    Slot,
)
from digest.place.forecast import ForecastInputs, typical

START = date(2026, 1, 5)
DAILY = Edition(name="daily", expected_sends=42_000)
WEEKLY = Edition(name="weekly", cadence="weekly", weekdays=frozenset({4}), expected_sends=18_000)
SECTIONS = ("general", "business", "health", "science", "technology", "entertainment", "sports")
SLOTS = (
    Slot(id="top_banner", position="top", sizes=("600x150",), native=True),
    Slot(id="in_stream", position="between_stories", first_after=2, sizes=("600x150",), native=True),
    Slot(id="section_header", position="section_start", native=True),
    Slot(id="footer", position="end", sizes=("600x150",), native=True),
)
NATIVE = Creative(id="native", url="https://a.example", headline="Hello")


def newsroom_book(
    seed: int, bookings: int, days: int, stories: int = 5, goals: float = 1.0
) -> ForecastInputs:
    """``bookings`` over ``days``; a daily and a weekly of ``stories`` a section; a share of ``goals`` have one."""
    rng = random.Random(seed)
    names = [f"a{number}" for number in range(max(2, bookings * 2 // 3))]
    labels = [f"l{number}" for number in range(max(2, bookings // 3))]
    items = [_item(rng, number, rng.choice(names), days, goals) for number in range(bookings)]
    for pair in range(bookings // 12):
        one, other = rng.sample(range(bookings), 2)
        if items[one].editions == items[other].editions and pair >= 0:
            items[one] = _with(items[one], companions=(items[other].id,))
    lineup = typical((name, name.title(), stories) for name in SECTIONS)
    return ForecastInputs(
        ads=AdBook(
            policy=Policy(max_ads=6, max_ratio=Fraction(1, 5), min_gap=3),
            slots=SLOTS,
            advertisers={
                name: Advertiser(id=name, name=name, labels=frozenset(rng.sample(labels, rng.choice((0, 1)))))
                for name in names
            },
            line_items=tuple(items),
        ),
        editions=(DAILY, WEEKLY),
        first=START,
        last=START + timedelta(days=days - 1),
        lineups={"daily": lineup, "weekly": lineup},
    )


def _with(item: LineItem, **changes: Any) -> LineItem:
    from dataclasses import replace

    return replace(item, **changes)


def _item(rng: random.Random, number: int, advertiser: str, days: int, goals: float) -> LineItem:
    tier = rng.choice(("sponsorship", "standard", "standard", "standard", "bulk"))
    length = rng.choice((1, 5, 7, 14, 30, 60, 90))
    start = START + timedelta(days=rng.randrange(-5, max(1, days - 3)))
    end = start + timedelta(days=length - 1)
    on = frozenset(rng.choice((range(7), range(7), (0, 2, 4), (3, 4), (5,), (4, 5, 6))))
    dates = max(1, sum((start + timedelta(days=n)).weekday() in on for n in range(length)))
    share = rng.choice((0.2, 0.3, 0.5, 0.8, 1.0))
    editions = rng.choice((None, None, ("daily",), ("daily",), ("weekly",)))
    goal = Goal(unit="issues", amount=max(1, round(dates * share)))
    if rng.random() < 0.2:
        goal = Goal(unit="sends", amount=max(1, round(dates * share * 30_000)))
    return LineItem(
        id=f"i{number}",
        advertiser=advertiser,
        tier=tier,
        flight=Flight(start=start, end=end, days=on),
        editions=editions,
        slots=("top_banner",)
        if tier == "sponsorship"
        else tuple(rng.sample(("in_stream", "section_header", "footer"), rng.choice((1, 1, 2)))),
        sections=tuple(rng.sample(SECTIONS, rng.choice((1, 2)))) if rng.random() < 0.25 else None,
        goal=goal if rng.random() < goals else None,
        pacing=rng.choice(("even", "even", "even", "frontloaded", "asap")),
        rate=Fraction(rng.randrange(40, 900, 10)),
        frequency_cap=FrequencyCap(max_issues=rng.choice((1, 2, 3)), per_days=7)
        if rng.random() < 0.2
        else None,
        exclusive=rng.choice(("none",) * 12 + ("section", "issue")),
        creatives=(NATIVE,),
    )
