"""A plan as a question of numbers: what may stand where, what excludes what, and what is best.

The objective is lexicographic and exact. Its stages are put into two integers, each stage scaled above the
greatest sum of the stages below it:

* ``merit``: line items that must run, then per tier the urgency (preferred line items first), then the sum of
  rate x band, then minus the spread;
* ``order``: the earlier gaps, then the earlier slots, then the earlier line items.

The order of two plans with the same number of ads is that of their ``order``; in general a shorter list of
gaps precedes its continuations (see ``reading``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from math import lcm

from digest.place.facts import AtMost, Candidate

Plan = tuple[Candidate, ...]  # by opening


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementProblem:
    """``left`` maps a line item to the mask of its openings; ``levels`` hold a weight per line item each.

    ``gaps`` and ``slots`` (ranks in the file) are those of the openings, which are in reading order. ``rates`` are
    per line item, ``bands`` per opening. ``ideal`` is n/(L+1). ``must`` is the mask of line items that run.
    """

    left: Mapping[int, int]
    gaps: Sequence[int]
    slots: Sequence[int]
    levels: tuple[Mapping[int, int], ...]
    rates: Mapping[int, Fraction]
    bands: Sequence[Fraction]
    ideal: Fraction
    facts: tuple[AtMost, ...] = ()
    groups: tuple[int, ...] = ()
    must: int = 0


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan with its merit; ``optimal`` is False where the search was cut short: no plan exceeds ``bound``."""

    plan: Plan
    merit: int
    optimal: bool = True
    bound: int = 0


@dataclass(slots=True)
class Scale:
    """The stages of a problem in one integer: ``gain`` per candidate, ``distance`` cost between neighbours."""

    problem: PlacementProblem
    spread: int = 1  # above the greatest spread
    value: int = 1  # above the greatest sum of rate x band, times 2
    unit: int = 1  # what a rate x band is multiplied with
    tops: tuple[int, ...] = ()
    rates: dict[int, int] = field(default_factory=dict)
    bands: list[int] = field(default_factory=list)
    bookings: dict[int, int] = field(default_factory=dict)  # per line item, what its levels are worth

    def __post_init__(self) -> None:
        problem = self.problem
        down = lcm(1, *(problem.rates[i].denominator for i in problem.left))
        across = lcm(1, *(weight.denominator for weight in problem.bands))
        self.unit = down * across
        self.rates = {i: int(problem.rates[i] * down) for i in problem.left}
        self.bands = [int(weight * across) for weight in problem.bands]
        most_band = max((abs(weight) for weight in self.bands), default=0)
        self.value = 2 * sum(abs(rate) for rate in self.rates.values()) * most_band + 1
        farthest = problem.gaps[-1] - problem.gaps[0] if problem.gaps else 0
        self.spread = len(problem.left) * max(self.cost(0), self.cost(farthest)) + 1
        self._stack()

    def of(self, problem: PlacementProblem) -> Scale:
        """The same scale for a part of the problem, with what must run there."""
        part = copy(self)
        part.problem = problem
        return part

    def _stack(self) -> None:
        """Per level, what one unit of it weighs; the last level is ``must``."""
        tops, weight = [], self.spread * self.value
        for level in (*reversed(self.problem.levels), {}):
            tops.append(weight)
            weight *= sum(level.get(i, 0) for i in self.problem.left) + 1
        self.tops = tuple(reversed(tops))
        ranked = list(zip(self.problem.levels, self.tops[1:], strict=True))
        self.bookings = {i: sum(level.get(i, 0) * top for level, top in ranked) for i in self.problem.left}

    def cost(self, distance: int) -> int:
        """(distance - ideal)^2, as an integer."""
        ideal = self.problem.ideal
        return (distance * ideal.denominator - ideal.numerator) ** 2

    def item(self, number: int) -> int:
        """What placing the line item is worth, wherever it stands."""
        return self.bookings[number] + (self.tops[0] if self.problem.must >> number & 1 else 0)

    def gain(self, number: int, opening: int) -> int:
        """What a line item adds to the merit in an opening, the spread apart."""
        return self.item(number) + self.rates[number] * self.bands[opening] * self.spread

    def merit(self, plan: Iterable[Candidate]) -> int:
        """What a whole plan is worth."""
        plan = sorted(plan, key=lambda ad: ad[1])
        gaps = [self.problem.gaps[o] for _, o in plan]
        spread = sum(self.cost(b - a) for a, b in pairwise(gaps))
        return sum(self.gain(i, o) for i, o in plan) - spread


def reading(problem: PlacementProblem, plan: Plan) -> tuple[list[int], list[int], list[int]]:
    """What decides between plans of equal merit: the least list of gaps, then of slots, then of line items."""
    return (
        [problem.gaps[o] for _, o in plan],
        [problem.slots[o] for _, o in plan],
        [i for i, _ in plan],
    )


def broken(problem: PlacementProblem, plan: Plan) -> AtMost | int | None:
    """The first fact a plan breaks: an ``AtMost``, the mask of a group that is not complete, or ``None``."""
    placed = 0
    for item, _ in plan:
        placed |= 1 << item
    for group in problem.groups:
        if placed & group and placed & group != group:
            return group
    return next((fact for fact in problem.facts if exceeds(fact, plan, problem.gaps)), None)


def within(fact: AtMost, plan: Iterable[Candidate]) -> Plan:
    """The ads of a plan that a fact speaks of."""
    return tuple((i, o) for i, o in plan if fact.items >> i & 1 and fact.openings >> o & 1)


def exceeds(fact: AtMost, plan: Iterable[Candidate], gaps: Sequence[int]) -> bool:
    """Whether a plan breaks a fact; ``gaps`` are per opening."""
    inside = within(fact, plan)
    if fact.span is None:
        return len(inside) > fact.most
    at = sorted(gaps[o] for _, o in inside)
    return any(b - a < fact.span for a, b in zip(at, at[fact.most :], strict=False))


def without(problem: PlacementProblem, out: int) -> PlacementProblem:
    """The problem without these line items and the groups they belong to."""
    for group in problem.groups:
        if group & out:
            out |= group
    return replace(problem, left={i: o for i, o in problem.left.items() if not out >> i & 1})


def eligible_items(problem: PlacementProblem) -> int:
    """The line items that have an opening, as a mask."""
    mask = 0
    for item, openings in problem.left.items():
        if openings:
            mask |= 1 << item
    return mask
