"""The plan ahead: 90 issues and 40 line items; against HiGHS stage by stage, and against building day by day.

Every instance is random and crowded: about as much is booked as there are places. Seconds are those of the processor,
so that other work on the machine does not count.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import TypeVar

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
    RunAd,
    Slot,
)
from digest.place import PlaceRequest, place
from digest.place.forecast import Forecast, ForecastInputs, avails, plan, shortfalls, typical
from tests.strategies.forecast_books import newsroom_book

T = TypeVar("T")
START, DAYS, ITEMS, INSTANCES = date(2026, 1, 5), 90, 40, 15
SECTIONS = [(f"s{number}", f"S{number}", 5) for number in range(8)]
LINEUPS = {"daily": typical(SECTIONS)}
DAILY = Edition(name="daily", expected_sends=1000)
SLOTS = (
    Slot(id="top", position="top", sizes=("600x150",)),
    Slot(id="head", position="section_start", native=True),
    Slot(
        id="stream",
        position="between_stories",
        first_after=2,
        sizes=("600x150",),
        native=True,
        bands={"upper": Fraction(3)},
    ),
    Slot(id="footer", position="end", sizes=("600x150",), native=True),
)
CREATIVES = (
    Creative(id="banner", url="https://a.example", image="https://a.example/b.png", size="600x150"),
    Creative(id="native", url="https://a.example", headline="Hello"),
)


def book(seed: int, items: int = ITEMS, days: int = DAYS) -> ForecastInputs:
    rng = random.Random(seed)
    names = [f"a{number}" for number in range(items * 3 // 4)]
    labels = [f"l{number}" for number in range(12)]
    return ForecastInputs(
        ads=AdBook(
            policy=Policy(max_ads=6, min_gap=3),
            slots=SLOTS,
            advertisers={
                name: Advertiser(
                    id=name, name=name, labels=frozenset(rng.sample(labels, rng.choice((0, 1, 1))))
                )
                for name in names
            },
            line_items=tuple(_item(rng, number, rng.choice(names), days) for number in range(items)),
        ),
        editions=(DAILY,),
        first=START,
        last=START + timedelta(days=days - 1),
        lineups=LINEUPS,
    )


def _item(rng: random.Random, number: int, advertiser: str, days: int) -> LineItem:
    start = START + timedelta(days=rng.randrange(days - 10))
    end = start + timedelta(days=rng.randrange(5, 60))
    on = frozenset(rng.sample(range(7), rng.choice((7, 7, 5, 3))))
    dates = sum((start + timedelta(days=n)).weekday() in on for n in range((end - start).days + 1))
    goal = Goal(unit="issues", amount=max(1, int(dates * rng.choice((0.3, 0.5, 0.8)))))
    return LineItem(
        id=f"i{number}",
        advertiser=advertiser,
        tier=rng.choice(("sponsorship", "standard", "standard", "standard", "bulk")),
        flight=Flight(start=start, end=end, days=on),
        slots=tuple(rng.sample(("top", "head", "stream", "footer"), rng.choice((1, 2, 2)))),
        sections=tuple(rng.sample([name for name, _, _ in SECTIONS], 3)) if rng.random() < 0.3 else None,
        goal=goal if rng.random() < 0.8 else None,
        pacing=rng.choice(("even", "even", "asap", "frontloaded")),
        rate=Fraction(rng.randrange(50, 900, 10)),
        frequency_cap=FrequencyCap(max_issues=rng.choice((2, 3, 4)), per_days=7)
        if rng.random() < 0.3
        else None,
        exclusive=rng.choice(("none",) * 9 + ("section",)),
        creatives=CREATIVES,
    )


def timed(work: Callable[[], T]) -> tuple[float, T]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def day_by_day(inputs: ForecastInputs) -> dict[str, int]:
    """Issues per line item when each issue takes what is best for it alone."""
    ran: list[RunAd] = []
    for issue in inputs.issues():
        request = PlaceRequest(
            ads=inputs.ads, editions=inputs.editions, edition=DAILY, day=issue.date, lineup=inputs.lineup(issue),
            ran_ads=tuple(ran),
        )  # fmt: skip
        ran += [
            RunAd(
                edition="daily", date=issue.date, line_item=ad.line_item, creative=ad.creative,
                advertiser=ad.advertiser, tier=ad.tier, slot=ad.slot, gap=ad.gap,
            )
            for ad in place(request).placed
        ]  # fmt: skip
    return {item.id: sum(run.line_item == item.id for run in ran) for item in inputs.ads.line_items}


def lost(inputs: ForecastInputs, schedule: Forecast, had: dict[str, int]) -> tuple[int, int, int]:
    """Bookings that end shorter than need be, the issues they lose, and the issues that could be had."""
    ended = [p for p in schedule.bookings if p.final and p.booked is not None]
    less = [max(0, p.planned - had[p.line_item]) for p in ended]
    return sum(count > 0 for count in less), sum(less), sum(p.planned for p in ended)


def main() -> None:
    plan(book(0, 5, 20))  # the solver is loaded
    figures = [timed(lambda seed=seed: plan(book(seed))) for seed in range(INSTANCES)]  # type: ignore[misc]
    seconds = [spent for spent, _ in figures]
    verdict = "holds" if median(seconds) <= 1 else "FALLS SHORT"
    print(
        f"plan, {DAYS} issues x {ITEMS} line items, {INSTANCES} instances: median {median(seconds) * 1000:.0f} ms, "
        f"most {max(seconds) * 1000:.0f} ms   (at most 1000 ms: {verdict})",
        flush=True,
    )
    spent, _ = timed(lambda: avails(book(0, days=28)))
    print(f"avails of all slots, 28 issues x {ITEMS} line items: {spent * 1000:.0f} ms", flush=True)
    for count, days in ((38, 86), (150, 365)):
        spent, forecast = timed(lambda count=count, days=days: shortfalls(newsroom_book(1, count, days))[0])  # type: ignore[misc]
        open_by = sum(bound.short - bound.least for bound in forecast.bounds)
        print(
            f"least shortfall, a newsroom's {count} bookings over {days} days: {spent * 1000:.0f} ms, "
            f"{'proven' if not open_by else f'{open_by} issues above the bound'}",
            flush=True,
        )
    greedy = [lost(book(seed), figures[seed][1], day_by_day(book(seed))) for seed in range(5)]
    bookings, issues, possible = (sum(column) for column in zip(*greedy, strict=True))
    print(
        f"day by day, 5 instances: {bookings} bookings end shorter than need be, {issues} of {possible} issues "
        f"({100 * issues / possible:.1f} %) are lost"
    )


if __name__ == "__main__":
    main()
