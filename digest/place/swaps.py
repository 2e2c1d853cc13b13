"""Who would have to leave so that a line item fits: read from the finished plan, without another search.

Each placed ad closes some openings to the line item (it holds one of them, stands too near, competes, ...). The fewest
ads are sought whose leaving opens one; a count that is full (``max_ads``) is met by any of those it counts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace

from digest.place.checker import Closing, against, closings
from digest.place.eligibility import Eligibility, problem
from digest.place.facts import bits, mask_of
from digest.place.problem import Plan, Scale
from digest.place.solver import BudgetSpent, solve
from digest.place.solver.budget import SWAP

Part = tuple[
    int, int, tuple[int, ...]
]  # openings, who must leave for them, counts (numbers of closings) that are full
Cost = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Swap:
    """The line items ``out`` (a mask) leave, and the best plan that has the other one, with its companions, instead."""

    out: int
    plan: Plan


class Swaps:
    """The swaps of one plan. ``alive`` are the openings that each line item could have, ``pins`` the pinned ones."""

    def __init__(
        self, table: Eligibility, alive: Mapping[int, int], scale: Scale, pins: int, plan: Plan
    ) -> None:
        self.table, self.alive, self.scale, self.pins, self.plan = table, alive, scale, pins, plan
        self.groups = table.context.groups
        self.held = mask_of([opening for _, opening in plan])
        self.closings = closings(table, plan)
        self.gains = {item: scale.gain(item, opening) for item, opening in plan}
        self.leaving: dict[tuple[int, tuple[int, ...], int], int] = {}
        self.asked: dict[int, Swap | None] = {}  # per group

    def closing(self, item: int) -> list[tuple[int, Closing]]:
        """The facts that the line item would break somewhere, by number."""
        return [(number, one) for number, one in enumerate(self.closings) if one.fact.items >> item & 1]

    def of(self, item: int) -> Swap | None:
        """The swap of the fewest; of these, of those that matter least. ``None`` where it fits in no plan."""
        group = self.groups[item]
        if group & (group - 1):
            if group not in self.asked:
                self.asked[group] = self._of_group(group)
            return self.asked[group]
        return self._of_one(item)

    def _of_one(self, item: int) -> Swap | None:
        left, closed, counts = self._closed(item)
        most = 0
        while left and most <= len(self.plan):
            parts = self._parts(left, closed, counts, most)
            outs = {self._leaving(item, part) for part in parts}
            outs = {out for out in outs if out.bit_count() <= most}
            if outs:
                out = min(outs, key=self._cost)
                fits = [
                    part[0] for part in parts if self._leaving(item, (part[0], part[1] | out, part[2])) == out
                ]
                return Swap(out, self._with(item, sum(fits), out))
            most += 1
        return None

    def _closed(self, item: int) -> tuple[int, dict[int, int], list[tuple[int, int]]]:
        """The openings some plan has for the line item; those that each placed one, with its companions, closes; those
        that each full count closes."""
        left, counts, closed = self.alive[item], list[tuple[int, int]](), dict[int, int]()
        for other, opening in self.plan:
            group = self.groups[other]
            closed[group] = closed.get(group, 0) | 1 << opening
        for number, one in self.closing(item):
            if not one.ads:
                left &= ~one.openings
            elif one.fact.most == 1:
                closed[self.groups[one.ads[0][0]]] |= one.openings
            else:
                counts.append((number, one.openings))
        return left, closed, counts

    def _parts(
        self, left: int, closed: dict[int, int], counts: list[tuple[int, int]], most: int
    ) -> list[Part]:
        """The openings for which at most so many have to leave, those together for which the same ones have."""
        over = [left] + [0] * (most + 1)  # openings for which so many have to leave, or more
        for group, openings in closed.items():
            for _ in bits(group):
                for number in range(most, -1, -1):
                    over[number + 1] |= over[number] & openings
        parts: list[Part] = [(left & ~over[most + 1], 0, ())] if left & ~over[most + 1] else []
        for group, openings in closed.items():
            parts = _split(parts, openings, group, ())
        for number, openings in counts:
            parts = _split(parts, openings, 0, (number,))
            for opening in bits(openings) if self.closings[number].fact.span else ():
                parts = _split(parts, 1 << opening, 0, ())
        return parts

    def _leaving(self, item: int, part: Part) -> int:
        """Those who must leave for a part, and the least of what the counts ask for besides."""
        openings, out, counts = part
        if not counts:
            return out
        opening = (openings & -openings).bit_length() - 1
        ranged = any(self.closings[number].fact.span for number in counts)
        key = (out, counts, opening if ranged else -1)
        if key not in self.leaving:
            self.leaving[key] = self._enough(item, opening, out, counts)
        return self.leaving[key]

    def _enough(self, item: int, opening: int, out: int, counts: tuple[int, ...]) -> int:
        kept = [ad for ad in self.plan if not out >> ad[0] & 1]
        for number in counts:
            ads = against(self.table, self.closings[number].fact, (item, opening), kept)
            if ads is not None:
                more = [self._enough(item, opening, out | self.groups[other], counts) for other, _ in ads]
                return min(more, key=self._cost, default=-1)
        return out

    def _cost(self, out: int) -> Cost:
        """How many leave, how many of them are pinned, and what they are worth by tier and value."""
        worth = sum(self.gains[item] for item in bits(out) if item in self.gains)
        return out.bit_count(), (out & self.pins).bit_count(), worth, out

    def _with(self, item: int, openings: int, out: int) -> Plan:
        """The best plan of those who stay and the line item in one of these openings."""
        scale, gaps = self.scale, self.scale.problem.gaps
        kept = [ad for ad in self.plan if not out >> ad[0] & 1]
        at = [gaps[opening] for _, opening in kept]

        def spread(opening: int) -> int:
            gap = gaps[opening]
            after = bisect_left(at, gap)
            costs = scale.cost(gap - at[after - 1]) if after else 0
            if after < len(at):
                costs += scale.cost(at[after] - gap)
                costs -= scale.cost(at[after] - at[after - 1]) if after else 0
            return costs

        bands = [scale.rates[item] * scale.bands[opening] for opening in bits(openings)]
        most = max(bands)
        best = (opening for opening, band in zip(bits(openings), bands, strict=True) if band == most)
        return tuple(sorted([*kept, (item, min(best, key=spread))], key=lambda ad: ad[1]))

    def _of_group(self, group: int) -> Swap | None:
        """Of companions: each placed ad stays where it is or leaves, and the most stay."""
        fixed = {item: 1 << opening for item, opening in self.plan}
        asked = problem(self.table, {**{item: self.alive[item] for item in bits(group)}, **fixed}, group)
        stay = dict.fromkeys(fixed, 1), {item: 1 for item in bits(self.pins) if item in fixed}
        try:
            solution = solve(replace(asked, levels=(*stay, *asked.levels)), SWAP)
        except BudgetSpent:
            return None
        if solution is None:
            return None
        kept = mask_of([item for item, _ in solution.plan])
        return Swap(mask_of(list(fixed)) & ~kept, solution.plan)


def _split(parts: list[Part], openings: int, out: int, counts: tuple[int, ...]) -> list[Part]:
    """The parts, each cut in two where only some of its openings are among these, which ask for more."""
    cut = []
    for inside, gone, full in parts:
        if both := inside & openings:
            cut.append((both, gone | out, full + counts))
        if rest := inside & ~openings:
            cut.append((rest, gone, full))
    return cut
