"""What makes one plan better than another: stages, each a weight per column, the first ones first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction
from hashlib import sha256
from math import gcd, lcm

from digest.model import TIERS, LineItem
from digest.place.forecast.booking import Booking
from digest.place.forecast.model import Model, Values, needed

Weights = dict[int, int]  # column -> weight
Rank = tuple[int, int]  # the number of the tier, the priority within it, negative
TIER_WEIGHT = 3
MOST_WEIGHT = 1_000_000  # a solver in floating point tells sums of such weights apart


def rank(item: LineItem) -> Rank:
    """Whom a plan serves first: by tier, and within it by `priority`, the greatest first."""
    return TIERS.index(item.tier), -item.priority


def ranks(model: Model) -> list[Rank]:
    return sorted({rank(item) for item in model.ads.line_items})


def deliveries(model: Model, who: Rank, *, final: bool) -> Weights:
    """Issues towards the goals of flights that end within the span, or that go on after it."""
    weights: Weights = defaultdict(int)
    uneven = {short.item: len(model.columns) + number for number, short in enumerate(model.short)}
    for item, booking in _of(model, who, lambda b: bool(b.item.goal) and b.ends_within == final):
        if item in uneven:
            weights[uneven[item]] -= 1
            continue
        for column in model.of_item(item) if booking.need() else ():
            weights[column] += 1
    return dict(weights)


def favoured(model: Model, who: Rank) -> Weights:
    """As ``deliveries`` of flights that end, but who stands higher up in the file counts more: what has to be short is
    so at its end, today and in the plans of all mornings to come."""
    place = {item.id: len(model.every) - n for n, item in enumerate(model.inputs.ads.line_items)}
    items = [model.units[column.unit].first[0] for column in model.columns] + [s.item for s in model.short]
    names = [model.ads.line_items[item].id for item in items]
    plain = deliveries(model, who, final=True)
    return {c: sign * (100 * place[names[c]] + _drawn(names[c]) % 100) for c, sign in plain.items()}


def _drawn(name: str) -> int:
    """A number drawn from a name."""
    return int.from_bytes(sha256(name.encode()).digest()[:4], "big")


def shortfall(model: Model, who: Rank, *, final: bool, weights: Weights, values: Values | None) -> int:
    """What is missing to the goals of ``deliveries`` with these values, in issues; with nothing, all there is."""
    uneven = {short.item for short in model.short}
    goals = _of(model, who, lambda b: bool(b.item.goal) and b.ends_within == final)
    many = [model.units[model.unit_of[item]].many for item, _ in goals]
    need = sum(needed(b) * count for (item, b), count in zip(goals, many, strict=True) if item not in uneven)
    return need - (total(weights, values) if values is not None else 0)


def runs(model: Model, who: Rank, *, promised: bool = False) -> Weights:
    """Issues of the bookings without a goal; or of those that are sold all issues of their flight."""
    weights: Weights = defaultdict(int)
    for item, booking in _of(model, who, lambda b: b.item.goal is None):
        if booking.promises_all or not promised:
            for column in model.of_item(item):
                weights[column] += 1
    return dict(weights)


def pacing(model: Model, whose: Iterable[Rank]) -> Weights:
    """The least lag behind what pacing allows, summed over issue dates: how early the issues of goals are. A day of a
    tier counts as much as ``TIER_WEIGHT`` of the next one: what is sold dearest is not left to the last dates."""
    weights: Weights = defaultdict(int)
    for who in whose:
        for item, booking in _of(model, who, lambda b: b.item.goal is not None):
            for column in model.of_item(item):
                early = booking.lead(model.issues[model.columns[column].issue].date)
                weights[column] += early * TIER_WEIGHT ** (len(TIERS) - 1 - who[0])
    return dict(weights)


def value(model: Model) -> Weights:
    """Rate times the greatest band a booking may have in the issue."""
    exact: dict[int, Fraction] = defaultdict(Fraction)
    for number, column in enumerate(model.columns):
        capacity = model.capacity(column.issue)
        for item in column.members:
            if rate := capacity.context.rate(item):
                exact[number] += rate * capacity.best_band(item)
    return whole(exact)


def whole(exact: dict[int, Fraction]) -> Weights:
    """The same proportions in whole numbers; rounded to a millionth of the greatest where that is too fine."""
    down = lcm(1, *(value.denominator for value in exact.values()))
    scaled = {number: int(value * down) for number, value in exact.items()}
    shared = gcd(0, *scaled.values()) or 1
    scaled = {number: value // shared for number, value in scaled.items()}
    most = max(map(abs, scaled.values()), default=0)
    if most > MOST_WEIGHT:
        scaled = {number: value * MOST_WEIGHT // most for number, value in scaled.items()}
    return {number: value for number, value in scaled.items() if value}


def earliest(model: Model) -> Weights:
    """The earliest dates, and on them the first in the file. What is still equal is parted by numbers drawn from the
    names of booking, edition and date, so that it does not depend on the luck of a search."""
    days = {day: number for number, day in enumerate(model.inputs.days())}
    weights = {}
    for number, column in enumerate(model.columns):
        issue = model.issues[column.issue]
        early = (len(days) - days[issue.date]) * (len(model.units) - column.unit)
        name = f"{model.ads.line_items[column.members[0]].id}|{issue.edition}|{issue.date}"
        weights[number] = early * 1000 + _drawn(name) % 1000
    return weights


def total(weights: Weights, values: Values) -> int:
    """The sum of a stage."""
    return sum(weight * values[column] for column, weight in weights.items())


def _of(model: Model, who: Rank, wanted: Callable[[Booking], bool]) -> list[tuple[int, Booking]]:
    """The first of every unit, by whose columns all those speak that are like it."""
    first = [(item, model.bookings[item]) for unit in model.units for item in unit.first]
    return [(item, booking) for item, booking in first if rank(booking.item) == who and wanted(booking)]
