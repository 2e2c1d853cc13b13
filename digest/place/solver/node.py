"""One part of the search: a problem, what bounds it, and its relaxed best outline."""

from __future__ import annotations

from digest.place.problem import PlacementProblem, Scale
from digest.place.solver.bounds import Outline, OutlineBound
from digest.place.solver.budget import OUTLINES, WALKS, Budget, BudgetSpent
from digest.place.solver.item_classes import ItemClasses
from digest.place.solver.multipliers import Pricing
from digest.place.solver.outlines import Evenest, worthiest
from digest.place.solver.transport import NOBODY, Multipliers, Transport, worthiest_first

Key = tuple[int, int, tuple[int, ...], tuple[int, ...]]  # minus the worth, spread, gaps, slots


class Node:
    """``bonus`` is what the line items that must run are worth for being there; ``worth`` is the relaxed best."""

    def __init__(
        self, problem: PlacementProblem, scale: Scale, budget: Budget, near: Node | None = None
    ) -> None:
        self.problem, self.budget, self.near = problem, budget, near
        self.scale = scale.of(problem)
        self.supply = ItemClasses(problem, self.scale)
        self.bonus = problem.must.bit_count() * self.supply.bonus
        self.known: dict[tuple[int, ...], tuple[int, Multipliers]] = {}
        self.bounds: list[OutlineBound] = []
        self.worth, self.outline = 0, Outline()
        self.decisive: list[Multipliers] = []  # those that decided the outline

    def value(self, outline: Outline) -> tuple[int, Multipliers]:
        """What the best assignment of an outline is worth (less where an opening stays empty), and its multipliers."""
        kinds = tuple(sorted(self.supply.kind[o] for o in outline))
        if kinds not in self.known:
            transport = Transport(self.supply, self.budget).add(kinds)
            worth = transport.worth if transport.complete else -1
            self.known[kinds] = worth, transport.multipliers()
        return self.known[kinds]

    def learn(self, outline: Outline) -> Multipliers:
        """An outline is kept where it is the worthiest so far, without the openings that nobody is left for."""
        worth, multipliers = self.value(outline)
        if worth < 0:
            outline = self._filled(outline)
            worth, _ = self.value(outline)
        if worth > self.worth:
            self.worth, self.outline = worth, outline
        return multipliers

    def _filled(self, outline: Outline) -> Outline:
        """An outline without the openings that stay empty in its best assignment."""
        kind = self.supply.kind
        filled = Transport(self.supply, self.budget).add(kind[o] for o in outline).filled
        empty = {number: counts.get(NOBODY, 0) for number, counts in filled.items()}
        kept = list[int]()
        for o in outline:
            if empty[kind[o]]:
                empty[kind[o]] -= 1
            else:
                kept.append(o)
        return tuple(kept)

    def add(self, multipliers: Multipliers) -> OutlineBound:
        """One more bound, from these multipliers."""
        bound = OutlineBound(self.supply, multipliers)
        self.bounds.append(bound)
        return bound

    def bound(self) -> int:
        """What no plan of this part is worth more than."""
        return min(bound.most for bound in self.bounds)

    def weigh(self) -> None:
        """Find the greatest ``worth``: better multipliers and worthier outlines in turn, each time for longer."""
        supply = self.supply
        self.add(Multipliers.of(supply, [0] * len(supply.classes), [0] * len(supply.pools)))
        self.budget.spend(supply.size + len(self.problem.left))
        if self.near is not None:
            self._inherit(self.near)
        outline, multipliers = worthiest_first(supply, self.budget)
        self.learn(outline)
        self.add(multipliers)
        best = min(self.bounds, key=lambda bound: bound.most)
        if best.most > self.worth:
            self.add(self.learn(best.worthiest()))
        pricing = Pricing(supply, best, self.learn, self.budget)
        walks, outlines = WALKS, OUTLINES
        while self.bound() > self.worth:
            pricing.improve(walks, lambda: self.worth)
            for outline in pricing.mixed() if walks == WALKS else ():
                self.learn(outline)
            self.bounds.append(pricing.best)
            self.bounds.sort(key=lambda bound: bound.most)
            try:
                self._look_for_worthier(pricing, self.budget.part(outlines))
                return
            except BudgetSpent:
                if self.budget.spent:
                    raise
            walks, outlines = 2 * walks, 2 * outlines

    def _look_for_worthier(self, pricing: Pricing, budget: Budget) -> None:
        """Until the bounds prove the worth: an outline that might be worthier adds a bound of its own."""
        while self.bound() > self.worth:
            better = worthiest(self.supply, self.bounds, self.worth, budget)
            if better is None:
                return
            multipliers = self.learn(better[1])
            self.add(multipliers)
            before = pricing.best
            if not pricing.least:
                pricing.mix(multipliers)
            if pricing.best is not before:
                self.bounds.insert(0, pricing.best)

    def _inherit(self, near: Node) -> None:
        """Begin with the outline and the multipliers of a similar node."""
        outline: list[int] = []
        for o in near.outline:  # what is left may be few enough for a limit to bear on all of it
            if self.supply.kind[o] >= 0 and (not outline or o >= self.supply.following[outline[-1]]):
                outline.append(o)
        self.add(self.learn(tuple(outline[: self.supply.limits.cap])))
        for multipliers in near.decisive:
            self.add(self._adapted(near, multipliers))

    def _adapted(self, near: Node, multipliers: Multipliers) -> Multipliers:
        """Another node's multipliers; what must run here pays what that is worth."""
        supply, bonus = self.supply, self.supply.bonus
        pools = [0] * len(supply.pools)
        for number, items in enumerate(supply.pooled):
            pool = near.supply.pool_of((items & -items).bit_length() - 1)
            pools[number] = multipliers.pools[pool] if pool >= 0 else 0
        own = []
        for members in supply.classes:
            i = members.items[0]
            cost = multipliers.classes[near.supply.class_of[i]] if i in near.supply.class_of else 0
            cost += bonus * ((self.problem.must >> i & 1) - (near.problem.must >> i & 1))
            own.append(max(0, cost - (pools[members.pool] if members.pool >= 0 else 0)))
        return Multipliers.of(supply, own, pools)

    def even(self) -> Key:
        """The best outline of that worth."""
        bounds = sorted(self.bounds, key=lambda bound: bound.most)
        decisive, spread = bounds[:1], 0
        while True:
            best = Evenest(self.supply, decisive, self.worth, self.budget, spread).best()
            assert best is not None
            spread, gaps, slots, outline = best
            short = next((bound for bound in bounds if bound.of(outline) < self.worth), None)
            if short is None:
                if self.value(outline)[0] >= self.worth:
                    self.outline = outline
                    self.decisive = [bound.multipliers for bound in decisive]
                    return self.bonus - self.worth, spread, gaps, slots
                short = self.add(self.learn(outline))
                bounds.append(short)
            decisive.append(short)
