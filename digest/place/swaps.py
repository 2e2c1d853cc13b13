"""Who would have to leave so that a line item fits: read from the finished plan, without a search for another one.

Where it is enough that one placed ad leaves (with its companions), the one that is worth least is named. Else the
placed ads, the worthiest first, stay as long as it still fits beside them, and those who cannot stay are named.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from digest.place.checker import Closing, closings
from digest.place.eligibility import Eligibility
from digest.place.facts import AtMost, bits, mask_of
from digest.place.problem import Plan, Scale
from digest.place.solver import BudgetSpent
from digest.place.solver.budget import WAYS, Budget
from digest.place.ways import Way, ways

# Placed line items, each with its companions, as masks; pinned ones first, then the worthiest.
Groups = list[int]


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
        self.table, self.alive, self.scale, self.plan = table, alive, scale, plan
        self.groups = table.context.groups
        self.closings = closings(table, plan)
        worth: dict[int, int] = {}
        for item, opening in plan:
            worth[self.groups[item]] = worth.get(self.groups[item], 0) + scale.gain(item, opening)
        self.placed: Groups = sorted(worth, key=lambda group: (not group & pins, -worth[group], group))
        self.known: dict[int, Swap | None] = {}  # per group

    def of(self, item: int) -> Swap | None:
        """The swap for a line item that is not placed, with its companions; ``None`` where no way was found in time."""
        group = self.groups[item]
        if group not in self.known:
            self.known[group] = self._of_group(_Entrants(self, group))
        return self.known[group]

    def _of_group(self, entrants: _Entrants) -> Swap | None:
        stay = self._stay(entrants)
        out = sum(set(self.placed) - set(stay))
        known = entrants.ways(stay)
        if sum(map(self.scale.item, bits(out))) != sum(map(self.scale.item, entrants.left)):
            known = islice(known, 1)  # the bookings decide, wherever the ads stand
        best, most = Plan(), -1
        try:
            for way in known:
                plan = self._completed(way)
                if (merit := self.scale.merit(plan)) > most:
                    best, most = plan, merit
        except BudgetSpent:
            pass  # the best of those seen
        return Swap(out, best) if best else None

    def _stay(self, entrants: _Entrants) -> Groups:
        for leaves in reversed(self.placed):
            others = [group for group in self.placed if group != leaves]
            if entrants.fit(others):
                return others
        stay = Groups()
        for group in self.placed:
            if entrants.fit([*stay, group]):
                stay.append(group)
        return stay

    def _completed(self, way: Way) -> Plan:
        """The best plan in which the last line item of a way has one of its openings."""
        ads, item, openings = way
        scale, gaps = self.scale, self.scale.problem.gaps
        at = sorted(gaps[opening] for _, opening in ads)

        def spread(opening: int) -> int:
            gap = gaps[opening]
            after = bisect_left(at, gap)
            costs = scale.cost(gap - at[after - 1]) if after else 0
            if after < len(at):
                costs += scale.cost(at[after] - gap)
                costs -= scale.cost(at[after] - at[after - 1]) if after else 0
            return costs

        values = {opening: scale.rates[item] * scale.bands[opening] for opening in bits(openings)}
        most = max(values.values())
        best = min((opening for opening, value in values.items() if value == most), key=spread)
        return tuple(sorted((*ads, (item, best)), key=lambda ad: ad[1]))


class _Entrants:
    """A line item that is not placed, with its companions; ``left`` are their openings, ``closed`` what each group of
    placed ads closes to them, counts apart."""

    def __init__(self, swaps: Swaps, group: int) -> None:
        self.swaps, self.group = swaps, group
        self.left = {item: swaps.alive[item] for item in bits(group)}
        closing = [closed for closed in swaps.closings if closed.fact.items & group]
        self.closed = self._closed([closed for closed in closing if closed.fact.most == 1])
        if group & (group - 1):
            self.facts = self._of_companions()
        else:
            self.facts = [closed.fact for closed in closing if closed.fact.most != 1]

    def _closed(self, closing: Sequence[Closing]) -> dict[int, dict[int, int]]:
        closed = {group: dict.fromkeys(self.left, 0) for group in self.swaps.placed}
        for item in self.left:
            for other, opening in self.swaps.plan:
                closed[self.swaps.groups[other]][item] |= 1 << opening
            for stop in closing:
                if stop.fact.items >> item & 1:
                    closed[self.swaps.groups[stop.ads[0][0]]][item] |= stop.openings
        return closed

    def _of_companions(self) -> list[AtMost]:
        """The facts about several of them, and the counts of them and those who stay."""
        placed, group = mask_of([item for item, _ in self.swaps.plan]), self.group
        bearing = (fact for _, fact in self.swaps.table.bearing(group | placed))
        facts = (replace(fact, items=fact.items & group) if fact.most == 1 else fact for fact in bearing)
        return [fact for fact in facts if fact.items & group]

    def ways(self, stay: Groups) -> Iterator[Way]:
        """The ways in which all of them fit beside these groups."""
        left = dict(self.left)
        for group in stay:
            left = {item: mask & ~self.closed[group][item] for item, mask in left.items()}
        together = sum(stay)
        ads = tuple(ad for ad in self.swaps.plan if together >> ad[0] & 1)
        return ways(self.swaps.table.context, self.facts, left, ads, Budget(WAYS))

    def fit(self, stay: Groups) -> bool:
        """Whether there is such a way; false as well where none was found in time."""
        try:
            return any(True for _ in self.ways(stay))
        except BudgetSpent:
            return False
