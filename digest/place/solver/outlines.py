"""The best outline: which openings hold ads, before it is settled who stands where.

``worthiest`` finds the greatest worth that all known bounds allow; ``Evenest`` finds, for a worth, the outline of
least spread, then of the first gaps, then of the first slots. Both know only bounds; whoever fills the outline and
cannot come to the worth adds the bound that says so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from heapq import heappop, heappush
from operator import ge, itemgetter
from typing import Any

from digest.place.solver.bounds import Outline, OutlineBound
from digest.place.solver.budget import WIDER, Budget
from digest.place.solver.item_classes import ItemClasses

Label = tuple[
    int, tuple[int, ...], tuple[int, ...], Outline
]  # spread, gaps, slots, openings: the less the better
Sums = tuple[int, ...]  # what the ads so far are worth, by each bound
Steps = list[dict[int, list[int]]]  # per ads still allowed: opening -> those that may follow it
Rests = list[list[list[int]]]  # per bound, ads still allowed and opening: the most that the ads after it add
Chain = tuple[Any, ...]  # the chain before, an opening, the number of ads; empty before the first ad


def worthiest(
    supply: ItemClasses, bounds: Sequence[OutlineBound], above: int, budget: Budget
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


def undominated(labels: dict[Sums, Label]) -> list[tuple[Sums, Label]]:
    """Labels of one last opening, without those that are later in the order and in no sum better."""
    if len(labels) < 2:
        return list(labels.items())
    kept: dict[int, list[tuple[Sums, Label]]] = {}
    for key, label in sorted(labels.items(), key=itemgetter(1)):
        earlier = kept.setdefault(key[0], [])
        if not any(all(map(ge, other, key)) for other, _ in earlier):
            earlier.append((key, label))
    return [entry for entries in kept.values() for entry in entries]


class Evenest:
    """The outline of least spread among those of at least ``need`` worth by all ``bounds``, the tightest first.

    Half-made outlines (labels) are made longer opening by opening, up to a limit of the spread that they come to at
    least; one that is neither better in the order nor in any sum than another with the same last opening is left out.
    No outline is known to have less spread than ``least``.
    """

    def __init__(
        self, supply: ItemClasses, bounds: Sequence[OutlineBound], need: int, budget: Budget, least: int = 0
    ) -> None:
        self.supply, self.bounds, self.need, self.budget = supply, bounds, need, budget
        self.cap, self.gaps, self.least = supply.limits.cap, supply.problem.gaps, least
        self.open = [o for o in range(supply.size) if supply.kind[o] >= 0]
        reach = range(self.gaps[-1] - self.gaps[0] + 1) if self.gaps else ()
        self.costs = [supply.scale.cost(distance) for distance in reach]
        self.turn = min(range(len(self.costs)), key=self.costs.__getitem__, default=0)
        self.endless = supply.scale.spread
        self.slack = [bound.most - need for bound in bounds]

    def best(self) -> Label | None:
        """The outline of least spread, then of the first gaps and slots; ``None`` where there is none."""
        if min(self.slack) < 0:
            return None
        if all(bound.paid >= self.need for bound in self.bounds):
            return 0, (), (), ()
        self.ahead = self._look_ahead()
        self.usable = [[p for p in self.open if row[p] < self.endless] for row in self.ahead]
        most = max(self.least, min((self.ahead[-1][o] for o in self.usable[-1]), default=self.endless))
        while most < self.endless:
            self.beyond = self.endless
            outline = self._walk(most)
            if outline is not None:
                return outline
            most = max(self.beyond, most + most // WIDER)
        return None

    def _walk(self, most: int) -> Label | None:
        """The best outline of at most so much spread; ``beyond`` is set to the least spread above that was seen."""
        firsts, steps = self._steps(most)
        rests = self._rests(firsts, steps)
        labels: list[dict[Sums, Label]] = [{} for _ in range(self.supply.size)]
        paid = [bound.paid for bound in self.bounds]
        for o in firsts:
            self._join(labels, rests, (self.cap, *paid), (0, (), (), ()), o, 0)
        best: Label | None = None
        for o in self.open:
            for key, label in undominated(labels[o]):
                if (best is None or label < best) and min(key[1:]) >= self.need:
                    best, most = label, min(most, label[0])
                if key[0]:
                    self._follow(labels, rests, key, label, steps[key[0]].get(o, ()), most)
            labels[o] = {}
        return best

    def _steps(self, most: int) -> tuple[list[int], Steps]:
        """The openings that may hold the first ad, and those that may hold the next one after each, within so much
        spread: by the least that comes before and after."""
        firsts = [o for o in self.usable[-1] if self.ahead[-1][o] <= most]
        above = [self.ahead[-1][o] for o in self.usable[-1] if self.ahead[-1][o] > most]
        self.beyond = min([self.beyond, *above])
        before = dict.fromkeys(firsts, 0)  # the least spread up to there
        steps: Steps = [{} for _ in range(self.cap)]
        for room in range(self.cap - 1, 0, -1):
            after: dict[int, int] = {}
            for o, spread in before.items():
                steps[room][o] = self._next(o, room - 1, spread, most, after)
            before = after
        return firsts, steps

    def _next(self, o: int, room: int, spread: int, most: int, least: dict[int, int]) -> list[int]:
        """The openings after ``o`` with so many ads still to come, each noted with its ``least`` spread."""
        gaps, costs, gap, openings = self.gaps, self.costs, self.gaps[o], list[int]()
        ahead, usable = self.ahead[room], self.usable[room]
        for at in range(bisect_left(usable, self.supply.following[o]), len(usable)):
            p = usable[at]
            reach = spread + costs[gaps[p] - gap]
            if reach > most and gaps[p] - gap >= self.turn:
                self.beyond = min(self.beyond, reach)
                break
            if reach + ahead[p] <= most:
                openings.append(p)
                least[p] = min(reach, least.get(p, reach))
            elif reach + ahead[p] < self.beyond:
                self.beyond = reach + ahead[p]
        return openings

    def _rests(self, firsts: list[int], steps: Steps) -> Rests:
        """Per bound, ads still allowed and opening, the most that the ads after it add on these steps.

        Steps with which no outline comes to the worth are taken away.
        """
        size, need = self.supply.size, self.need
        self.budget.spend((1 + len(self.bounds)) * sum(map(len, steps)) // 16)
        sums = [self._sums(bound, firsts, steps) for bound in self.bounds]
        rests: Rests = [[[0] * size] for _ in self.bounds]
        for room in range(1, self.cap):
            adds = [
                [offer + rest for offer, rest in zip(bound.offers, rows[-1], strict=True)]
                for bound, rows in zip(self.bounds, rests, strict=True)
            ]
            for o, openings in steps[room].items():
                for add, so_far in zip(adds, sums, strict=True):
                    short = need - so_far[room][o]
                    openings = [p for p in openings if add[p] >= short]
                steps[room][o] = openings
            for add, rows in zip(adds, rests, strict=True):
                row = [0] * size
                for o, openings in steps[room].items():
                    row[o] = max([0, *[add[p] for p in openings]])
                rows.append(row)
        return rests

    def _sums(self, bound: OutlineBound, firsts: list[int], steps: Steps) -> list[dict[int, int]]:
        """Per ads still allowed and opening, the most that the ads up to there come to by a bound."""
        offers, sums = bound.offers, [dict[int, int]() for _ in range(self.cap)]
        sums[-1] = {o: bound.paid + offers[o] for o in firsts}
        for room in range(self.cap - 1, 0, -1):
            then = sums[room - 1]
            for o, openings in steps[room].items():
                so_far = sums[room][o]
                for p in openings:
                    if p not in then or so_far + offers[p] > then[p]:
                        then[p] = so_far + offers[p]
        return sums

    def _follow(
        self,
        labels: list[dict[Sums, Label]],
        rests: Rests,
        key: Sums,
        label: Label,
        openings: Sequence[int],
        most: int,
    ) -> None:
        """Every next opening after the last one of a half-made outline."""
        self.budget.spend(4)
        gaps, costs, gap, ahead = self.gaps, self.costs, label[1][-1], self.ahead[key[0] - 1]
        for p in openings:
            reach = label[0] + costs[gaps[p] - gap]
            if reach + ahead[p] <= most:
                self._join(labels, rests, key, label, p, reach)
            elif reach + ahead[p] < self.beyond:
                self.beyond = reach + ahead[p]

    def _join(
        self, labels: list[dict[Sums, Label]], rests: Rests, key: Sums, label: Label, p: int, reach: int
    ) -> None:
        """Keep a half-made outline with one more opening, where it may come to the worth and is the best so far."""
        room = key[0] - 1
        longer = [room]
        for total, bound, rest in zip(key[1:], self.bounds, rests, strict=True):
            total += bound.offers[p]
            if total + rest[room][p] < self.need:
                return
            longer.append(total)
        there, state = labels[p], tuple(longer)
        old = there.get(state)
        if old is None or reach <= old[0]:
            slots = self.supply.problem.slots
            new = (reach, (*label[1], self.gaps[p]), (*label[2], slots[p]), (*label[3], p))
            if old is None or new < old:
                there[state] = new

    def _look_ahead(self) -> list[list[int]]:
        """Per ads still allowed and opening that holds the last one, the least spread to come.

        No step may lose more worth than all of them together may; nor may those before, by the first of the bounds.
        """
        size, following, first = self.supply.size, self.supply.following, self.bounds[0]
        before = self._look_back(first)
        rows: list[list[int]] = []
        for room in range(self.cap):
            row = [self.endless] * size
            reaches = [self._reaching(room, bound) for bound in self.bounds] if room else []
            self.budget.spend(size * (1 + len(self.bounds)) // 4)
            worth = first.ahead[room]
            for o in self.open:
                if before[self.cap - 1 - room][o] + first.offers[o] + worth[following[o]] >= self.need:
                    row[o] = 0 if self._ends(o, room) else self._nearest(o, room, reaches, rows)
            rows.append(row)
        return rows

    def _look_back(self, bound: OutlineBound) -> list[list[int]]:
        """Per number of ads and opening, the most that so many ads before the opening add to what is paid."""
        size, following = self.supply.size, self.supply.following
        rows = [[bound.paid] * size]
        for _ in range(self.cap - 1):
            last, row, most, q = rows[-1], list[int](), -self.supply.endless * size, 0
            for o in range(size):
                while q < o and following[q] <= o:
                    most = max(most, last[q] + bound.offers[q])
                    q += 1
                row.append(most)
            rows.append(row)
        return rows

    def _nearest(self, o: int, room: int, reaches: list[list[int]], rows: list[list[int]]) -> int:
        """The least spread to come where one more ad at least has to follow the one in ``o``."""
        if not room:
            return self.endless
        then, gaps, costs, gap, last = self.supply.following[o], self.gaps, self.costs, self.gaps[o], rows[-1]
        least = [
            bound.ahead[room][then] - slack for bound, slack in zip(self.bounds, self.slack, strict=True)
        ]
        nearest = self.endless
        for p in range(then, self.supply.size):
            cost = costs[gaps[p] - gap]
            if cost >= nearest:
                if gaps[p] - gap >= self.turn:
                    break
            elif cost + last[p] < nearest and all(map(ge, [reach[p] for reach in reaches], least)):
                nearest = cost + last[p]
        return nearest

    def _reaching(self, room: int, bound: OutlineBound) -> list[int]:
        """Per opening, the most that an ad there and those after it add."""
        before, following = bound.ahead[room - 1], self.supply.following
        return [offer + before[following[o]] for o, offer in enumerate(bound.offers)]

    def _ends(self, o: int, room: int) -> bool:
        """Whether no ad need follow."""
        then = self.supply.following[o]
        return all(
            bound.ahead[room][then] <= slack for bound, slack in zip(self.bounds, self.slack, strict=True)
        )
