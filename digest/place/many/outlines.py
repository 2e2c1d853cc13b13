"""The best outline: which openings hold ads, before it is settled who stands where.

``worthiest`` finds the greatest worth that all prices known allow; ``Evenest`` finds, for a worth, the outline of
least spread, then of the first gaps, then of the first slots. Both know only cuts; whoever fills the outline and
cannot come to the worth adds the cut that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Any

from digest.place.many.alike import Stock
from digest.place.many.cuts import Cut

Outline = tuple[int, ...]
Found = tuple[int, tuple[int, ...], tuple[int, ...], Outline]  # spread, gaps, slots, openings
Sums = tuple[int, ...]  # what the ads so far are worth, by each cut
Labels = list[dict[Sums, Found]]  # per last opening, by ads still allowed and sums
Chain = tuple[Any, ...]  # the chain before, an opening, the number of ads; empty before the first ad


def worthiest(
    stock: Stock, cuts: Sequence[Cut], above: int, work: Callable[[int], None]
) -> tuple[int, Outline] | None:
    """The most that all cuts allow an outline, and such an outline; ``None`` where it is not more than ``above``.

    Half-made outlines are taken up in the order of what they may still come to.
    """
    following, size, cap = stock.following, stock.size, stock.limits.cap
    heap: list[tuple[int, int, int, Sums, Chain]] = [(0, 0, 0, tuple([cut.paid for cut in cuts]), ())]
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
        work(1)
        steps = [(at + 1, ads, sums, chain)]
        if ads < cap and stock.kind[at] >= 0:
            longer = tuple([s + cut.offers[at] for s, cut in zip(sums, cuts, strict=True)])
            steps.append((following[at], ads + 1, longer, (chain, at, ads + 1)))
        for to, count, more, then in steps:
            bound = min([s + cut.ahead[cap - count][to] for s, cut in zip(more, cuts, strict=True)])
            if bound > above:
                number += 1
                heappush(heap, (-bound, -to, number, more, then))
    return None


def _listed(chain: Chain) -> Outline:
    found = []
    while chain:
        chain, opening, _ = chain
        found.append(opening)
    return tuple(reversed(found))


class Evenest:
    """Outlines of at least ``need`` worth by all ``cuts``, the tightest first."""

    def __init__(self, stock: Stock, cuts: Sequence[Cut], need: int, work: Callable[[int], None]) -> None:
        self.stock, self.cuts, self.need, self.work = stock, cuts, need, work
        self.cap, self.gaps = stock.limits.cap, stock.problem.gaps
        self.open = [o for o in range(stock.size) if stock.kind[o] >= 0]
        self.costs = (
            [stock.scale.cost(d) for d in range(self.gaps[-1] - self.gaps[0] + 1)] if self.gaps else []
        )
        self.turn = min(range(len(self.costs)), key=self.costs.__getitem__, default=0)
        self.endless = stock.scale.spread
        self.slack = [cut.most - need for cut in cuts]
        self.ahead = self._look_ahead()

    def _look_ahead(self) -> list[list[int]]:
        """Per ads still allowed and opening that holds the last one, the least spread to come.

        No step may lose more worth than all of them together may.
        """
        rows = [[0 if self._ends(o, 0) else self.endless for o in range(self.stock.size)]]
        for room in range(1, self.cap + 1):
            row = [self.endless] * self.stock.size
            reaches = [self._reaching(room, cut) for cut in self.cuts]
            self.work(self.stock.size * (1 + len(self.cuts)) // 2)
            for o in self.open:
                row[o] = 0 if self._ends(o, room) else self._nearest(o, room, reaches, rows[-1])
            rows.append(row)
        return rows

    def _nearest(self, o: int, room: int, reaches: list[list[int]], last: list[int]) -> int:
        """The least spread to come where one more ad at least has to follow the one in ``o``."""
        then, gaps, costs, gap = self.stock.following[o], self.gaps, self.costs, self.gaps[o]
        steps: Sequence[int] = range(then, self.stock.size)
        for reach, cut, slack in zip(reaches, self.cuts, self.slack, strict=True):
            least = cut.ahead[room][then] - slack
            steps = [p for p in steps if reach[p] >= least]
        return min([costs[gaps[p] - gap] + last[p] for p in steps], default=self.endless)

    def _reaching(self, room: int, cut: Cut) -> list[int]:
        """Per opening, the most that an ad there and those after it add."""
        before, following = cut.ahead[room - 1], self.stock.following
        return [offer + before[following[o]] for o, offer in enumerate(cut.offers)]

    def _ends(self, o: int, room: int) -> bool:
        """Whether no ad need follow."""
        then = self.stock.following[o]
        return all(cut.ahead[room][then] <= slack for cut, slack in zip(self.cuts, self.slack, strict=True))

    def best(self) -> Found | None:
        """The outline of least spread, then of the first gaps and slots; ``None`` where there is none."""
        if min(self.slack) < 0:
            return None
        if all(cut.paid >= self.need for cut in self.cuts):
            return 0, (), (), ()
        first = most = min((self.ahead[self.cap - 1][o] for o in self.open), default=self.endless)
        while most < self.endless:
            self.beyond = self.endless
            found = self._walk(most)
            if found is not None:
                return found
            most = self.beyond + (self.beyond - first) // 2 if self.beyond < self.endless else self.endless
        return None

    def _walk(self, most: int) -> Found | None:
        """The best outline of at most so much spread; ``beyond`` is set to the least spread above that was seen."""
        here: Labels = [{} for _ in range(self.stock.size)]
        paid = [cut.paid for cut in self.cuts]
        for o in self.open:
            if self.ahead[self.cap - 1][o] <= most:
                self._join(here, (self.cap, *paid), (0, (), (), ()), o, 0)
            else:
                self.beyond = min(self.beyond, self.ahead[self.cap - 1][o])
        best: Found | None = None
        for o in self.open:
            for key, label in here[o].items():
                if (best is None or label < best) and all(total >= self.need for total in key[1:]):
                    best, most = label, min(most, label[0])
                if key[0]:
                    self._follow(here, key, label, o, most)
            here[o] = {}
        return best

    def _follow(self, here: Labels, key: Sums, label: Found, o: int, most: int) -> None:
        """Every next opening after the last one of a half-made outline."""
        self.work(4)
        gaps, costs, gap, spread = self.gaps, self.costs, self.gaps[o], label[0]
        ahead = self.ahead[key[0] - 1]
        for p in range(self.stock.following[o], self.stock.size):
            reach = spread + costs[gaps[p] - gap]
            if reach > most and gaps[p] - gap >= self.turn:
                self.beyond = min(self.beyond, reach)
                return
            if reach + ahead[p] <= most:
                self._join(here, key, label, p, reach)
            elif reach + ahead[p] < self.beyond:
                self.beyond = reach + ahead[p]

    def _join(self, here: Labels, key: Sums, label: Found, p: int, reach: int) -> None:
        """Keep a half-made outline with one more opening, where it may come to the worth and is the best so far."""
        room, rest = key[0] - 1, self.stock.following[p]
        longer = [room]
        for total, cut in zip(key[1:], self.cuts, strict=True):
            total += cut.offers[p]
            if total + cut.ahead[room][rest] < self.need:
                return
            longer.append(total)
        there, whole = here[p], tuple(longer)
        old = there.get(whole)
        if old is None or reach <= old[0]:
            new = (reach, (*label[1], self.gaps[p]), (*label[2], self.stock.problem.slots[p]), (*label[3], p))
            if old is None or new < old:
                there[whole] = new
