"""What of a plan is not proven, in the unit of the stage that is open: bookings, urgency, money or spread."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from digest.model import OptimalityGap
from digest.model.counts import counted
from digest.place.amounts import amount
from digest.place.problem import Scale, Solution
from digest.place.stages import ORDER, SPREAD, VALUE, Level, sums

ENDED = "the plan of the ads is not proven to be the best, because the search ended at its bound on work"


def optimality_gap(scale: Scale, levels: Sequence[Level], solution: Solution) -> OptimalityGap:
    """The first stage in which another plan might be better, and by how much at most."""
    ours, most = sums(scale, solution.merit), sums(scale, solution.bound)
    for level, has, bound in zip(levels, ours, most, strict=False):
        if bound > has:
            return _bookings(level, bound - has, levels)
    stage, open_, unit = _later(scale, ours, most)
    return OptimalityGap(stage=stage, most=open_, unit=unit, words=f"{ENDED}: {_words(stage, open_)}")


def _bookings(level: Level, open_: int, levels: Sequence[Level]) -> OptimalityGap:
    """The gap in the stage of a tier."""
    plain = max(level.weights.values()) == 1
    tiered = {ranked.priority for ranked in levels if ranked.tier == level.tier}
    of = f" of priority {level.priority}" if len(tiered) > 1 else ""
    if plain:
        words = f"up to {counted(open_, f'more {level.tier} booking')}{of}"
    else:
        words = f"{level.tier} bookings{of} of up to {open_} more urgency (issues behind)"
    return OptimalityGap(
        stage=level.tier,
        most=str(open_),
        unit="bookings" if plain else "urgency",
        words=f"{ENDED}: another plan could run {words}",
    )


def _later(scale: Scale, ours: Sequence[int], most: Sequence[int]) -> tuple[str, str, str]:
    """The open stage of those after the tiers, the most that is open in it, and the unit."""
    if most[-2] > ours[-2]:
        return VALUE, amount(Fraction(most[-2] - ours[-2], scale.unit)), "rate x band"
    even = Fraction(ours[-1] - most[-1], scale.problem.ideal.denominator**2)
    return (SPREAD, amount(even), "spread") if even else (ORDER, "", "")


def _words(stage: str, most: str) -> str:
    """The gap of a stage after the tiers, for a reader."""
    if stage == VALUE:
        return f"the bookings are proven, but their value (rate x band) could be up to {most} higher"
    if stage == SPREAD:
        return f"bookings and value are proven, but the ads could be more even (spread up to {most} lower)"
    return "bookings, value and spread are proven; only which of equal plans comes first is open"
