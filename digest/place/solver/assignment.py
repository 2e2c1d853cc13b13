"""Who stands where in a given outline: the first line items of the file that come to the worth and keep every fact.

A transport fills the outline; where its assignment breaks a fact, the problem of these openings alone is split there
until an assignment keeps them all. Then the order of the file is put right, opening by opening.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from digest.place.facts import bits, mask_of
from digest.place.problem import PlacementProblem, Plan
from digest.place.solver.branching import split
from digest.place.solver.budget import Budget
from digest.place.solver.conflicts import conflict, may_join
from digest.place.solver.item_classes import ItemClasses
from digest.place.solver.transport import NOBODY, Transport


class Assignment:
    """Line items for an ``outline`` that are worth at least ``least``, which no assignment exceeds."""

    def __init__(self, supply: ItemClasses, outline: Sequence[int], least: int, budget: Budget) -> None:
        self.supply, self.outline, self.least, self.budget = supply, outline, least, budget
        self.transport = Transport(supply, budget).add(supply.kind[o] for o in outline)

    def likely(self) -> Plan:
        """The assignment that the transport alone leads to; it may break facts and part companions."""
        return completed(self.supply, self.outline, self.transport, ())

    def some(self, budget: Budget, fixed: Plan = ()) -> Plan | None:
        """An assignment that keeps every fact and begins with the ads of ``fixed``; ``None`` where there is none."""
        parts = [self._beginning_with(fixed)]
        before, bonus = self.supply.problem.must.bit_count(), self.supply.bonus
        while parts:
            problem = parts.pop()
            budget.spend(len(self.outline) * len(problem.left) // 10)
            supply = ItemClasses(problem, self.supply.scale.of(problem))
            if not supply.admits(self.outline):
                continue
            transport = Transport(supply, budget).add(supply.kind[o] for o in self.outline)
            least = self.least + bonus * (problem.must.bit_count() - before)
            if transport.worth < least or not transport.complete:
                continue
            plan = completed(supply, self.outline, transport, ())
            rest = split(supply, plan)
            if not rest:
                return plan
            parts += reversed(rest)
        return None

    def _beginning_with(self, fixed: Plan) -> PlacementProblem:
        """The problem of these openings alone, with some ads in their places."""
        problem, taken = self._alone, mask_of([o for _, o in fixed])
        left = {i: mask & ~taken for i, mask in problem.left.items() if mask & ~taken}
        left |= {i: 1 << o for i, o in fixed}
        return replace(problem, left=left, must=problem.must | mask_of([i for i, _ in fixed]))

    @cached_property
    def _alone(self) -> PlacementProblem:
        """The problem of these openings: with the line items that may stand in one, and the facts about them."""
        problem, openings = self.supply.problem, mask_of(tuple(self.outline))
        left = {i: mask & openings for i, mask in problem.left.items() if mask & openings}
        items = mask_of(list(left))
        facts = tuple(
            fact
            for fact in problem.facts
            if fact.openings & openings and (fact.items & items).bit_count() > fact.most
        )
        for group in problem.groups:
            if group & ~items:
                left = {i: mask for i, mask in left.items() if not group >> i & 1}
        return replace(problem, left=left, facts=facts)

    def first(self, known: Plan) -> Plan:
        """The first assignment in the order of the file, where one is known.

        Opening by opening, each line item that comes before the known one is tried there; where the others can still
        come to the worth with every fact kept, that is the known assignment from now on.
        """
        transport, placed = self.transport.copy(), 0
        plan: Plan = ()
        self.multipliers, self.most = transport.multipliers(), transport.worth
        for at, o in enumerate(self.outline):
            for item, c in self._candidates(o, placed):
                if item >= known[at][0]:
                    break
                better = self._with((*plan, (item, o)), placed, transport.copy(), c)
                if better is not None:
                    known = better
                    break
            item = known[at][0]
            self._fix(transport, o, item, self.supply.class_of[item])
            plan, placed = (*plan, known[at]), placed | 1 << item
        return plan

    def _with(self, plan: Plan, placed: int, transport: Transport, c: int) -> Plan | None:
        """An assignment that begins with this plan, whose last ad is new."""
        item, o = plan[-1]
        if not may_join(self.supply, plan[:-1], placed, plan[-1]) or not self._fix(transport, o, item, c):
            return None
        likely = completed(self.supply, self.outline, transport, plan)
        return self.some(self.budget, plan) if conflict(self.supply, likely) else likely

    def _fix(self, transport: Transport, o: int, item: int, c: int) -> bool:
        """Put a line item into an opening and take away what it keeps out; whether the worth can still be reached."""
        supply = self.supply
        if not transport.fix(supply.kind[o], c, self.least):
            return False
        out, pool = supply.limits.blocked[item] & ~(1 << item), supply.pool_of_class[c]
        if out and pool >= 0 and supply.pools[pool] == 1:
            out &= ~supply.pooled[pool]
        if out:
            transport.ban({supply.class_of[i] for i in bits(out)})
        return transport.worth >= self.least

    def _candidates(self, o: int, placed: int) -> list[tuple[int, int]]:
        """The line items that may come next, in file order, each with its class."""
        kind = self.supply.kind[o]
        offer, slack = self.multipliers.offers[kind], self.most - self.least
        candidates = [
            (next_of(self.supply, c, placed), c)
            for c, gain in self.supply.offers[kind].items()
            if offer - gain + self.multipliers.classes[c] <= slack
        ]
        return sorted(candidate for candidate in candidates if candidate[0] >= 0)


def completed(supply: ItemClasses, outline: Sequence[int], transport: Transport, plan: Plan) -> Plan:
    """A plan of the first openings of an outline, and for the others whom the transport gives them to."""
    ads, placed = list(plan), mask_of([i for i, _ in plan])
    waiting = {
        kind: [c for c, count in counts.items() for _ in range(count)]
        for kind, counts in transport.filled.items()
    }
    for o in outline[len(plan) :]:
        c = waiting[supply.kind[o]].pop()
        if c != NOBODY:
            item = next_of(supply, c, placed)
            ads.append((item, o))
            placed |= 1 << item
    return tuple(ads)


def next_of(supply: ItemClasses, c: int, placed: int) -> int:
    """The first line item of a class that is not placed; -1 where all are."""
    left = supply.classes[c].mask & ~placed
    return (left & -left).bit_length() - 1
