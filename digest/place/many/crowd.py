"""The best plan of many ads: prices, outlines and seats, and branches where they do not agree.

A node is a problem with some ways closed. Its relaxed best plan forgets what no flow can see (companions, areas,
spans, exclusions across pools): first the greatest worth, then the outline of least spread, of the first gaps, of the
first slots. Where that outline can be seated with every fact kept, it is the node's best plan; else the node is split
where its likeliest seating breaks a fact. The most promising node is always taken up first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from heapq import heappop, heappush

from digest.place.facts import Candidate, bits
from digest.place.filling import filled
from digest.place.many.alike import Stock
from digest.place.many.cuts import Cut
from digest.place.many.flow import NOBODY, Flow, Prices
from digest.place.many.outlines import Evenest, Outline, worthiest
from digest.place.many.pricing import cheaper, priced, relaxed, worthless
from digest.place.many.seating import Seating, violations
from digest.place.problem import (
    Overworked,
    Plan,
    Problem,
    Scale,
    Solution,
    alive,
    broken,
    reading,
    without,
)

WORK = 800_000  # steps of one search
UNKNOWN = -1  # a spread that is still to be found
SEATS = 5_000  # steps to seat one outline


class Exhausted(Exception):
    """A part of the search used up its own bound on work."""


class Budget:
    """A bound on the work of one part of the search."""

    def __init__(self, work: Callable[[int], None], left: int) -> None:
        self.work, self.left = work, left

    def spend(self, steps: int) -> None:
        self.work(steps)
        self.left -= steps
        if self.left < 0:
            raise Exhausted


Key = tuple[int, int, tuple[int, ...], tuple[int, ...]]  # minus the worth, spread, gaps, slots


class Node:
    """A problem and its relaxed best outline. ``bonus`` is what its ``must`` is worth for being there."""

    def __init__(self, problem: Problem, scale: Scale, crowd: Crowd, near: Node | None = None) -> None:
        self.problem, self.crowd, self.near = problem, crowd, near
        self.scale = scale.of(problem)
        self.stock = Stock(problem, self.scale)
        self.bonus = problem.must.bit_count() * (scale.tops[0] // scale.spread)
        self.known: dict[tuple[int, ...], tuple[int, Prices, bool]] = {}
        self.cuts: list[Cut] = []
        self.low, self.outline = 0, Outline()
        self.told: list[Prices] = []  # those that decided the outline

    def value(self, outline: Outline) -> tuple[int, Prices, bool]:
        """What the best flow makes of an outline, its prices, and whether every opening is filled."""
        key = tuple(sorted(self.stock.kind[o] for o in outline))
        if key not in self.known:
            flow = Flow(self.stock, self.crowd.work).add(key)
            empty = any(NOBODY in here for here in flow.moving.values())
            self.known[key] = flow.worth, flow.prices(), not empty
        return self.known[key]

    def learn(self, outline: Outline) -> Cut:
        """The cut of an outline; the outline is kept where it is the worthiest so far."""
        worth, prices, whole = self.value(outline)
        if whole and worth > self.low:
            self.low, self.outline = worth, outline
        cut = Cut(self.stock, prices)
        self.cuts.append(cut)
        return cut

    def bound(self) -> int:
        return min(cut.most for cut in self.cuts)

    def weigh(self) -> None:
        """Find the greatest worth: afterwards ``low`` is it."""
        self.cuts.append(Cut(self.stock, worthless(self.stock)))
        if self.near is not None:
            self._inherit(self.near)
            if self.bound() <= self.low:
                return
        start = self.learn(tuple(o for _, o in filled(self.problem, self.scale, ())))
        for prices in (relaxed, cheaper):
            if self.bound() <= self.low:
                return
            better = prices(self.stock, start.prices, self.low)
            if better is not None:
                self.cuts.append(Cut(self.stock, better))
                break
        self.cuts.sort(key=lambda cut: cut.most)
        while self.bound() > self.low:
            found = worthiest(self.stock, self.cuts, self.low, self.crowd.work)
            if found is None:
                return
            self.high = found[0]
            self.learn(found[1])

    def _inherit(self, near: Node) -> None:
        """Begin with the outline and the prices of a similar node; what must run here pays what that is worth."""
        outline: list[int] = []
        for o in near.outline:  # what is left may be few enough for a limit to bear on all of it
            if self.stock.kind[o] >= 0 and (not outline or o >= self.stock.following[outline[-1]]):
                outline.append(o)
        self.learn(tuple(outline[: self.stock.limits.cap]))
        self.cuts += [Cut(self.stock, self._priced_as(near, prices)) for prices in near.told]

    def _priced_as(self, near: Node, prices: Prices) -> Prices:
        stock, bonus = self.stock, self.scale.tops[0] // self.scale.spread
        pools = [0] * len(stock.pools)
        for number, members in enumerate(stock.pooled):
            there = near.stock.pool_of((members & -members).bit_length() - 1)
            pools[number] = prices.pools[there] if there >= 0 else 0
        full = []
        for one in stock.classes:
            i = one.items[0]
            whole = prices.classes[near.stock.of_item[i]] if i in near.stock.of_item else 0
            whole += bonus * ((self.problem.must >> i & 1) - (near.problem.must >> i & 1))
            full.append(max(0, whole - (pools[one.pool] if one.pool >= 0 else 0)))
        return priced(stock, full, pools)

    def even(self) -> Key:
        """The best outline of that worth."""
        cuts = sorted(self.cuts, key=lambda cut: cut.most)
        told = cuts[:1]
        while True:
            found = Evenest(self.stock, told, self.low, self.crowd.work).best()
            assert found is not None
            spread, gaps, slots, outline = found
            worse = next((cut for cut in cuts if cut.says(outline) < self.low), None)
            if worse is None:
                if self.value(outline)[0] >= self.low:
                    self.outline = outline
                    self.told = [cut.prices for cut in told]
                    return self.bonus - self.low, spread, gaps, slots
                worse = self.learn(outline)
                cuts.append(worse)
            told.append(worse)


class Crowd:
    """One search. ``optimal`` is False where it ended at its bound on work."""

    def __init__(
        self, problem: Problem, known: Sequence[Plan] = (), work: int = WORK, near: Node | None = None
    ) -> None:
        self.near, self.root = near, near
        self.problem, self.left = problem, work
        self.scale = Scale(replace(problem, must=0))
        self.best: Solution | None = None
        self.heap: list[tuple[Key, int, Node]] = []
        self.under: Node | None = None  # the node being looked at
        self.made = 0
        self.roof: int | None = None  # no plan under way or still to be looked at is worth more
        for plan in known:
            self._take(plan)

    def work(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise Overworked

    def run(self) -> Solution | None:
        """The best plan; ``None`` where none holds what must run. Raises ``Overworked`` where nothing is known."""
        try:
            self._open(self.problem, self.near)
            while self.heap and (self.best is None or self.heap[0][0] <= self._key(self.best)):
                key, _, node = heappop(self.heap)
                self.under, self.roof = node, -key[0]
                if key[1] == UNKNOWN:
                    self._push(node, node.even())
                    continue
                for part in self._seat(node):
                    self._open(part, node)
        except Overworked:
            return self._cut_short()
        return self.best

    def _seat(self, node: Node) -> list[Problem]:
        """Take a node's best plan where its outline can be seated; else the parts to look at instead."""
        budget = Budget(self.work, SEATS)
        seats = Seating(node.stock, node.outline, node.low, budget.spend)
        try:
            plan = seats.first()
        except Exhausted:
            likely = seats.likely()
            plan = None
            if fits(
                node.stock, likely
            ):  # it stands; what is open is whether it is the first in the order of the file
                self._take(likely)
                plan = Seating(node.stock, node.outline, node.low, self.work).first()
        if plan is not None:
            self._take(plan)
            return []
        found = parts(node.stock, seats.likely())
        if not found:
            raise Overworked
        return found

    def _open(self, problem: Problem, near: Node | None) -> None:
        """Relax a node, and keep it where it may hold a better plan."""
        if problem.must & ~alive(problem):
            return
        node = self.under = Node(problem, self.scale, self, near)
        node.weigh()
        worth = node.low - node.bonus
        if worth < 0 or (self.best is not None and -worth > self._key(self.best)[0]):
            return
        self.root = self.root or node
        self._push(node, (-worth, UNKNOWN, (), ()))

    def _push(self, node: Node, key: Key) -> None:
        if self.best is None or key <= self._key(self.best):
            self.made += 1
            heappush(self.heap, (key, self.made, node))

    def _key(self, found: Solution) -> Key:
        spread = -found.merit % self.scale.spread
        gaps, slots, _ = reading(self.problem, found.plan)
        return -(found.merit + spread) // self.scale.spread, spread, tuple(gaps), tuple(slots)

    def _take(self, plan: Plan) -> None:
        merit = self.scale.merit(plan)
        found = Solution(plan, merit, True, merit)
        if self.best is None or self._order(found) < self._order(self.best):
            self.best = found

    def _order(self, found: Solution) -> tuple[Key, list[int]]:
        return self._key(found), [i for i, _ in found.plan]

    def _cut_short(self) -> Solution:
        """The best plan known, and what no plan exceeds."""
        node = self.under
        assert node is not None
        self._last_seats(node)
        if self.best is None or not self.heap:
            self._take_if_whole(filled(self.problem, self.scale.of(self.problem), ()))
        if self.best is None:
            raise Overworked
        roof = node.bound() - node.bonus if self.roof is None else self.roof
        return replace(self.best, optimal=False, bound=max(roof * self.scale.spread, self.best.merit))

    def _last_seats(self, node: Node) -> None:
        """Seat the outline that was under way."""
        self.left = SEATS
        with suppress(Overworked):
            self._take_if_whole(Seating(node.stock, node.outline, node.low, self.work).first() or ())

    def _take_if_whole(self, plan: Plan) -> None:
        if broken(self.problem, plan) is None and not self.problem.must & ~_mask(plan):
            self._take(plan)


def _mask(plan: Plan) -> int:
    return sum(1 << i for i, _ in plan)


def fits(stock: Stock, plan: Plan) -> bool:
    """Whether a plan tears no group and breaks no fact."""
    placed = _mask(plan)
    whole = all(not placed & group or placed & group == group for group in stock.problem.groups)
    return whole and next(violations(stock, plan), None) is None


def parts(stock: Stock, plan: Plan) -> list[Problem]:
    """A problem split where a plan breaks it: no plan that keeps everything is missed, and this one is in no part."""
    problem, placed = stock.problem, _mask(plan)
    torn = next((group for group in problem.groups if placed & group and placed & group != group), 0)
    if torn:
        return [without(problem, torn), replace(problem, must=problem.must | torn)]
    broken_fact = next(violations(stock, plan), None)
    if broken_fact is None:
        return []
    (most, items, area, span), ads = broken_fact
    if span and most > 1:
        return []
    if span:
        return _apart(stock, items, area, span, ads[0])
    if area != stock.limits.everywhere:
        return _inside(stock, area, ads) if most == 1 else [_elsewhere(problem, i, area) for i, _ in ads]
    if most == 1:
        item = max((i for i, _ in ads), key=lambda i: (stock.limits.blocked[i].bit_count(), -i))
        kept = without(problem, stock.limits.blocked[item] & ~(1 << item))
        return [without(problem, 1 << item), replace(kept, must=kept.must | 1 << item)]
    return [without(problem, 1 << i) for i, _ in ads]


def _inside(stock: Stock, area: int, ads: Sequence[Candidate]) -> list[Problem]:
    """The line item that keeps most others out of the area stands elsewhere; or in it, and they elsewhere."""
    out = {i: _kept_out(stock, i, area) for i, _ in ads}
    item = max(out, key=lambda i: (out[i].bit_count(), -i))
    stays = stock.problem
    stays = replace(stays, left={**stays.left, item: stays.left[item] & area}, must=stays.must | 1 << item)
    for other in bits(out[item]):
        if other in stays.left:
            stays = _elsewhere(stays, other, area)
    return [_elsewhere(stock.problem, item, area), stays]


def _kept_out(stock: Stock, item: int, area: int) -> int:
    """The line items that may not stand in the area beside this one."""
    out = 0
    for most, items, where, span in stock.relations[item]:
        if most == 1 and where == area and not span:
            out |= items
    return out & ~(1 << item)


def _elsewhere(problem: Problem, item: int, area: int) -> Problem:
    """The line item stands outside the area."""
    left = dict(problem.left)
    left[item] &= ~area
    return replace(problem, left=left) if left[item] else without(problem, 1 << item)


def _apart(stock: Stock, items: int, area: int, span: int, ad: Candidate) -> list[Problem]:
    """The ad stands there and the others of the span elsewhere, or it stands elsewhere."""
    problem, (item, opening) = stock.problem, ad
    gaps = problem.gaps
    near = sum(1 << o for o in bits(area & stock.limits.everywhere) if abs(gaps[o] - gaps[opening]) < span)
    stays = problem
    for other in bits(items & ~(1 << item)):
        if other in stays.left:
            stays = _elsewhere(stays, other, near)
    if item in stays.left:
        stays = replace(stays, left={**stays.left, item: 1 << opening}, must=stays.must | 1 << item)
    return [stays, _elsewhere(problem, item, 1 << opening)]
