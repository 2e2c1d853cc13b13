"""The best outline: which openings hold ads, before it is settled who stands where.

``worthiest`` finds the greatest worth that all known bounds allow; ``Evenest`` finds, for a worth, the outline of
least spread, then of the first gaps, then of the first slots. Both know only bounds; whoever fills the outline and
cannot come to the worth adds the bound that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

from digest.place.solver.bounds import Bound, Outline
from digest.place.solver.budget import Budget
from digest.place.solver.item_classes import ItemClasses

Found = tuple[int, tuple[int, ...], tuple[int, ...], Outline]  # spread, gaps, slots, openings
Sums = tuple[int, ...]  # what the ads so far are worth, by each bound
Labels = list[dict[Sums, Found]]  # per last opening, by ads still allowed and sums
Chain = tuple[Any, ...]  # the chain before, an opening, the number of ads; empty before the first ad


def worthiest(
    supply: ItemClasses, bounds: Sequence[Bound], above: int, budget: Budget
) -> tuple[int, Outline] | None:
    """The most that all bounds allow an outline, and such an outline; ``None`` where it is not more than ``above``.

    Half-made outlines are taken up in the order of what they may still come to.
    """
    following, size, cap = supply.following, supply.size, supply.limits.cap
    heap: list[tuple[int, int, int, Sums, Chain]] = [(0, 0, 0, tuple([bound.paid for bound in bounds]), ())]
    seen: set[tuple[int, int, Sums]] = set()
    number = 0
    while heap:
        least, at, _, sums, chain = heappop(heap)
        at, ads = -at, chain[2] if chain else 0
        if at >= size:
            return -least, _listed(chain)
        if (at, ads, sums) in seen:
            continue
        seen.add((at, ads, sums))
        budget.spend(1)
        steps = [(at + 1, ads, sums, chain)]
        if ads < cap and supply.kind[at] >= 0:
            longer = tuple([total + bound.offers[at] for total, bound in zip(sums, bounds, strict=True)])
            steps.append((following[at], ads + 1, longer, (chain, at, ads + 1)))
        for to, count, totals, then in steps:
            most = min([s + bound.ahead[cap - count][to] for s, bound in zip(totals, bounds, strict=True)])
            if most > above:
                number += 1
                heappush(heap, (-most, -to, number, totals, then))
    return None


def _listed(chain: Chain) -> Outline:
    openings = []
    while chain:
        chain, opening, _ = chain
        openings.append(opening)
    return tuple(reversed(openings))


class Evenest:
    """Outlines of at least ``need`` worth by all ``bounds``, the tightest first."""

    def __init__(self, supply: ItemClasses, bounds: Sequence[Bound], need: int, budget: Budget) -> None:
        self.supply, self.bounds, self.need, self.budget = supply, bounds, need, budget
        self.cap, self.gaps = supply.limits.cap, supply.problem.gaps
        self.open = [o for o in range(supply.size) if supply.kind[o] >= 0]
        reach = range(self.gaps[-1] - self.gaps[0] + 1) if self.gaps else ()
        self.costs = [supply.scale.cost(distance) for distance in reach]
        self.turn = min(range(len(self.costs)), key=self.costs.__getitem__, default=0)
        self.endless = supply.scale.spread
        self.slack = [bound.most - need for bound in bounds]
        self.ahead = self._look_ahead()

    def _look_ahead(self) -> list[list[int]]:
        """Per ads still allowed and opening that holds the last one, the least spread to come.

        No step may lose more worth than all of them together may.
        """
        rows = [[0 if self._ends(o, 0) else self.endless for o in range(self.supply.size)]]
        for room in range(1, self.cap + 1):
            row = [self.endless] * self.supply.size
            reaches = [self._reaching(room, bound) for bound in self.bounds]
            self.budget.spend(self.supply.size * (1 + len(self.bounds)) // 2)
            for o in self.open:
                row[o] = 0 if self._ends(o, room) else self._nearest(o, room, reaches, rows[-1])
            rows.append(row)
        return rows

    def _nearest(self, o: int, room: int, reaches: list[list[int]], last: list[int]) -> int:
        """The least spread to come where one more ad at least has to follow the one in ``o``."""
        then, gaps, costs, gap = self.supply.following[o], self.gaps, self.costs, self.gaps[o]
        steps: Sequence[int] = range(then, self.supply.size)
        for reach, bound, slack in zip(reaches, self.bounds, self.slack, strict=True):
            least = bound.ahead[room][then] - slack
            steps = [p for p in steps if reach[p] >= least]
        return min([costs[gaps[p] - gap] + last[p] for p in steps], default=self.endless)

    def _reaching(self, room: int, bound: Bound) -> list[int]:
        """Per opening, the most that an ad there and those after it add."""
        before, following = bound.ahead[room - 1], self.supply.following
        return [offer + before[following[o]] for o, offer in enumerate(bound.offers)]

    def _ends(self, o: int, room: int) -> bool:
        """Whether no ad need follow."""
        then = self.supply.following[o]
        return all(
            bound.ahead[room][then] <= slack for bound, slack in zip(self.bounds, self.slack, strict=True)
        )

    def best(self) -> Found | None:
        """The outline of least spread, then of the first gaps and slots; ``None`` where there is none."""
        if min(self.slack) < 0:
            return None
        if all(bound.paid >= self.need for bound in self.bounds):
            return 0, (), (), ()
        first = most = min((self.ahead[self.cap - 1][o] for o in self.open), default=self.endless)
        while most < self.endless:
            self.beyond = self.endless
            outline = self._walk(most)
            if outline is not None:
                return outline
            most = self.beyond + (self.beyond - first) // 2 if self.beyond < self.endless else self.endless
        return None

    def _walk(self, most: int) -> Found | None:
        """The best outline of at most so much spread; ``beyond`` is set to the least spread above that was seen."""
        labels: Labels = [{} for _ in range(self.supply.size)]
        paid = [bound.paid for bound in self.bounds]
        for o in self.open:
            if self.ahead[self.cap - 1][o] <= most:
                self._join(labels, (self.cap, *paid), (0, (), (), ()), o, 0)
            else:
                self.beyond = min(self.beyond, self.ahead[self.cap - 1][o])
        best: Found | None = None
        for o in self.open:
            for key, label in labels[o].items():
                if (best is None or label < best) and all(total >= self.need for total in key[1:]):
                    best, most = label, min(most, label[0])
                if key[0]:
                    self._follow(labels, key, label, o, most)
            labels[o] = {}
        return best

    def _follow(self, labels: Labels, key: Sums, label: Found, o: int, most: int) -> None:
        """Every next opening after the last one of a half-made outline."""
        self.budget.spend(4)
        gaps, costs, gap, spread = self.gaps, self.costs, self.gaps[o], label[0]
        ahead = self.ahead[key[0] - 1]
        for p in range(self.supply.following[o], self.supply.size):
            reach = spread + costs[gaps[p] - gap]
            if reach > most and gaps[p] - gap >= self.turn:
                self.beyond = min(self.beyond, reach)
                return
            if reach + ahead[p] <= most:
                self._join(labels, key, label, p, reach)
            elif reach + ahead[p] < self.beyond:
                self.beyond = reach + ahead[p]

    def _join(self, labels: Labels, key: Sums, label: Found, p: int, reach: int) -> None:
        """Keep a half-made outline with one more opening, where it may come to the worth and is the best so far."""
        room, rest = key[0] - 1, self.supply.following[p]
        longer = [room]
        for total, bound in zip(key[1:], self.bounds, strict=True):
            total += bound.offers[p]
            if total + bound.ahead[room][rest] < self.need:
                return
            longer.append(total)
        there, state = labels[p], tuple(longer)
        old = there.get(state)
        if old is None or reach <= old[0]:
            slots = self.supply.problem.slots
            new = (reach, (*label[1], self.gaps[p]), (*label[2], slots[p]), (*label[3], p))
            if old is None or new < old:
                there[state] = new
