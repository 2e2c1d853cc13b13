"""What plans are compared by, stage by stage: tiers with their priorities, value, spread, order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.place.problem import Scale

VALUE, SPREAD, ORDER = "value", "spread", "order"
PINNED, PREFERRED = "pinned", "preferred"


@dataclass(frozen=True, slots=True)
class Level:
    """The stage of one priority of a tier: the weights of its line items; ``wanted`` where they are those a plan ahead
    wants today."""

    tier: str
    priority: int
    wanted: bool
    weights: Mapping[int, int]

    @property
    def name(self) -> str:
        """What a sentence calls the stage: the tier, or that it was preferred."""
        return PREFERRED if self.wanted else self.tier


def sums(scale: Scale, merit: int) -> list[int]:
    """A merit taken apart: the sum of each level, then the value (times ``scale.unit``), then the spread."""
    worth = -(-merit // scale.spread)
    spread, rest, parts = worth * scale.spread - merit, worth + scale.value // 2, []
    for top in scale.tops[1:]:
        level_sum, rest = divmod(rest, top // scale.spread)
        parts.append(level_sum)
    return [*parts, rest - scale.value // 2, spread]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first stage on which two plans differ, and its sums; ``level`` where it is one of a tier."""

    stage: str
    better: int = 0
    worse: int = 0
    level: Level | None = None


def difference(scale: Scale, levels: Sequence[Level], better: int, worse: int) -> Difference:
    """Where a plan of one merit is better than one of another."""
    ours, theirs = sums(scale, better), sums(scale, worse)
    for level, more, less in zip(levels, ours, theirs, strict=False):
        if more != less:
            return Difference(level.name, more, less, level)
    if ours[-2] != theirs[-2]:
        return Difference(VALUE, ours[-2], theirs[-2])
    return Difference(SPREAD if ours[-1] != theirs[-1] else ORDER, ours[-1], theirs[-1])
