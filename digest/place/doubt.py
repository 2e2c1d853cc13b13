"""What of a plan is not proven, in the unit of the stage that is open: bookings, urgency, money or spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from digest.model import Doubt
from digest.place.amounts import amount
from digest.place.problem import Scale, Solution

ENDED = "the plan of the ads is not proven to be the best, because the search ended at its bound on work"


@dataclass(frozen=True, slots=True)
class Level:
    """A tier's stage: the weights of its line items; ``wanted`` where they are those a plan ahead wants today."""

    tier: str
    wanted: bool
    weights: Mapping[int, int]


def doubt(scale: Scale, levels: Sequence[Level], found: Solution) -> Doubt:
    """The first stage in which another plan might be better, and by how much at most."""
    ours, most = _stages(scale, found.merit), _stages(scale, found.bound)
    for level, mine, theirs in zip(levels, ours, most, strict=False):
        if theirs > mine:
            plain = max(level.weights.values()) == 1
            return Doubt(stage=level.tier, most=str(theirs - mine), unit="bookings" if plain else "urgency")
    if most[-2] > ours[-2]:
        return Doubt(
            stage="value", most=amount(Fraction(most[-2] - ours[-2], scale.unit)), unit="rate x band"
        )
    even = Fraction(ours[-1] - most[-1], scale.problem.ideal.denominator**2)
    return (
        Doubt(stage="spread", most=amount(even), unit="spread")
        if even
        else Doubt(stage="order", most="", unit="")
    )


def _stages(scale: Scale, merit: int) -> list[int]:
    """A merit taken apart: the sum of each level, then the value, then the spread."""
    worth = -(-merit // scale.spread)
    spread, rest, sums = worth * scale.spread - merit, worth + scale.value // 2, []
    for top in scale.tops[1:]:
        whole, rest = divmod(rest, top // scale.spread)
        sums.append(whole)
    return [*sums, rest - scale.value // 2, spread]


def sentence(one: Doubt) -> str:
    """The doubt for a reader."""
    if one.stage == "value":
        more = f"the bookings are proven, but their value (rate x band) could be up to {one.most} higher"
    elif one.stage == "spread":
        more = (
            f"bookings and value are proven, but the ads could be more even (spread up to {one.most} lower)"
        )
    elif one.stage == "order":
        more = "bookings, value and spread are proven; only which of equal plans comes first is open"
    elif one.unit == "bookings":
        what = "booking" if one.most == "1" else "bookings"
        more = f"another plan could run up to {one.most} more {one.stage} {what}"
    else:
        more = f"another plan could run {one.stage} bookings of up to {one.most} more urgency (issues behind)"
    return f"{ENDED}: {more}"
