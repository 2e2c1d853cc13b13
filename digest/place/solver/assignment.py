"""Who stands where in a given outline: the first line items of the file that come to the worth and keep every fact.

Openings are filled in reading order, each with the first line item that may; a transport tells at once whether the
others can still come to the worth. So the first assignment found is the one that the order of the file asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.place.facts import Candidate, bits
from digest.place.problem import Plan
from digest.place.solver.budget import Budget
from digest.place.solver.item_classes import ItemClasses, Relation
from digest.place.solver.transport import NOBODY, Transport


class Assignment:
    """Line items for an ``outline`` that are worth at least ``least``, which no assignment exceeds."""

    def __init__(self, supply: ItemClasses, outline: Sequence[int], least: int, budget: Budget) -> None:
        self.supply, self.outline, self.least = supply, outline, least
        self.transport = Transport(supply, budget).add(supply.kind[o] for o in outline)
        self.due = 0  # line items without which the worth is out of reach
        self.grouped = {i: group for group in supply.problem.groups for i in bits(group)}

    def first(self) -> Plan | None:
        """The first assignment in the order of the file; ``None`` where there is none."""
        if self.transport.worth < self.least:
            return None
        transport = self.transport.copy()
        if not self._settle_groups(transport):
            return None
        self.multipliers = transport.multipliers()
        self.most = transport.worth
        return self._assign((), 0, transport)

    def _settle_groups(self, transport: Transport) -> bool:
        """Leave out the groups that cannot run at this worth; False where one can neither run nor be left out."""
        for group in self.supply.problem.groups:
            classes = {self.supply.class_of[i] for i in bits(group) if i in self.supply.class_of}
            if not classes:
                continue
            rest = transport.copy()
            rest.ban(classes)
            without = rest.worth >= self.least
            if self._may_run(transport, group):
                if not without:
                    self.due |= group
            elif without:
                transport.ban(classes)
            else:
                return False
        return True

    def _may_run(self, transport: Transport, items: int) -> bool:
        """Whether each of these line items, by itself, can still run without losing worth."""
        return all(self._can_run(transport, i) for i in bits(items))

    def _can_run(self, transport: Transport, item: int) -> bool:
        c = self.supply.class_of.get(item)
        if c is None:
            return False
        if any(c in counts for counts in transport.filled.values()):
            return True
        kinds = [kind for kind in transport.filled if c in self.supply.offers[kind]]
        return any(transport.copy().fix(kind, c, self.least) for kind in kinds)

    def likely(self) -> Plan:
        """The assignment that the transport alone leads to; it may break facts and part companions."""
        plan, placed = list[Candidate](), 0
        waiting = {
            kind: [c for c, count in counts.items() for _ in range(count)]
            for kind, counts in self.transport.filled.items()
        }
        for o in self.outline:
            c = waiting[self.supply.kind[o]].pop()
            if c != NOBODY:
                item = self._next(c, placed)
                plan.append((item, o))
                placed |= 1 << item
        return tuple(plan)

    def _next(self, c: int, placed: int) -> int:
        """The first line item of a class that is not placed; -1 where all are."""
        left = self.supply.classes[c].mask & ~placed
        return (left & -left).bit_length() - 1

    def _assign(self, plan: Plan, placed: int, transport: Transport) -> Plan | None:
        at = len(plan)
        if at == len(self.outline):
            return plan if not self._owed(placed) else None
        owed = self._owed(placed)
        if owed and not (self._may_follow(owed, at) and self._may_run(transport, owed)):
            return None
        o = self.outline[at]
        for item, c in self._candidates(o, placed):
            if not may_join(self.supply, plan, placed, (item, o)):
                continue
            rest = transport.copy()
            if rest.fix(self.supply.kind[o], c, self.least) and self._exclude(rest, item, c):
                whole = self._assign((*plan, (item, o)), placed | 1 << item, rest)
                if whole is not None:
                    return whole
        return None

    def _candidates(self, o: int, placed: int) -> list[tuple[int, int]]:
        """The line items that may come next, in file order, each with its class."""
        kind = self.supply.kind[o]
        offer, slack = self.multipliers.offers[kind], self.most - self.least
        candidates = [
            (self._next(c, placed), c)
            for c, gain in self.supply.offers[kind].items()
            if offer - gain + self.multipliers.classes[c] <= slack
        ]
        return sorted(candidate for candidate in candidates if candidate[0] >= 0)

    def _exclude(self, transport: Transport, item: int, c: int) -> bool:
        """Take away what this line item keeps out; whether the others still come to the worth."""
        supply = self.supply
        out = supply.limits.blocked[item] & ~(1 << item)
        pool = supply.pool_of_class[c]
        if out and pool >= 0 and supply.pools[pool] == 1:
            out &= ~supply.pooled[pool]
        if out:
            transport.ban({supply.class_of[i] for i in bits(out)})
        return transport.worth >= self.least

    def _owed(self, placed: int) -> int:
        """The line items that still have to run beside those placed."""
        owed = self.due
        for i in bits(placed):
            owed |= self.grouped.get(i, 0)
        return owed & ~placed

    def _may_follow(self, owed: int, at: int) -> bool:
        """Whether those that have still to run may find an opening each."""
        if owed.bit_count() > len(self.outline) - at:
            return False
        rest = sum(1 << o for o in self.outline[at:])
        return all(self.supply.problem.left[i] & rest for i in bits(owed))


def may_join(supply: ItemClasses, plan: Plan, placed: int, ad: Candidate) -> bool:
    """Whether one more ad keeps every fact about these."""
    item = ad[0]
    if placed & supply.limits.blocked[item]:
        return False
    return not any(
        fact[1] & placed and overfull(supply, fact, (*plan, ad)) for fact in supply.relations[item]
    )


def overfull(supply: ItemClasses, fact: Relation, plan: Plan) -> list[Candidate]:
    """The ads that break a fact together; none where it is kept. The plan is in reading order."""
    most, items, area, span = fact
    inside = [(i, o) for i, o in plan if items >> i & 1 and area >> o & 1]
    if not span:
        return inside if len(inside) > most else []
    gaps = supply.problem.gaps
    for at, last in enumerate(inside[most:]):
        if gaps[last[1]] - gaps[inside[at][1]] < span:
            return inside[at : at + most + 1]
    return []


def violations(supply: ItemClasses, plan: Plan) -> Iterator[tuple[Relation, list[Candidate]]]:
    """The facts that a plan breaks, each with the ads that do; exclusions are facts of two line items."""
    placed = sum(1 << i for i, _ in plan)
    everywhere = supply.limits.everywhere
    for at, (i, o) in enumerate(plan):
        for j, p in plan[at + 1 :]:
            if supply.limits.blocked[i] >> j & 1:
                yield (1, 1 << i | 1 << j, everywhere, 0), [(i, o), (j, p)]
    for fact in dict.fromkeys(fact for i in bits(placed) for fact in supply.relations[i]):
        if ads := overfull(supply, fact, plan):
            yield fact, ads
