"""Who stands where in a given outline: the first line items of the file that come to the worth and keep every fact.

Openings are filled in reading order, each with the first line item that may; a flow tells at once whether the others
can still come to the worth. So the first seating found is the one that the order of the file asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from digest.place.facts import Candidate, bits
from digest.place.many.alike import Relation, Stock
from digest.place.many.flow import NOBODY, Flow
from digest.place.problem import Plan


class Seating:
    """Seats in ``outline`` that are worth at least ``least``, which no seating exceeds."""

    def __init__(self, stock: Stock, outline: Sequence[int], least: int, work: Callable[[int], None]) -> None:
        self.stock, self.outline, self.least = stock, outline, least
        self.flow = Flow(stock, work).add(stock.kind[o] for o in outline)
        self.due = 0  # line items without which the worth is out of reach
        self.grouped = {i: group for group in stock.problem.groups for i in bits(group)}

    def first(self) -> Plan | None:
        """The first seating in the order of the file; ``None`` where there is none."""
        if self.flow.worth < self.least:
            return None
        flow = self.flow.copy()
        if not self._settle_groups(flow):
            return None
        self.prices = flow.prices()
        self.top = flow.worth
        return self._sit((), 0, flow)

    def _settle_groups(self, flow: Flow) -> bool:
        """Leave out the groups that cannot run at this worth; False where one can neither run nor be left out."""
        for group in self.stock.problem.groups:
            classes = {self.stock.of_item[i] for i in bits(group) if i in self.stock.of_item}
            if not classes:
                continue
            rest = flow.copy()
            rest.ban(classes)
            without = rest.worth >= self.least
            if self._may_run(flow, group):
                if not without:
                    self.due |= group
            elif without:
                flow.ban(classes)
            else:
                return False
        return True

    def _may_run(self, flow: Flow, items: int) -> bool:
        """Whether each of these line items, by itself, can still be seated without losing worth."""
        return all(self._seatable(flow, i) for i in bits(items))

    def _seatable(self, flow: Flow, item: int) -> bool:
        one = self.stock.of_item.get(item)
        if one is None:
            return False
        if any(one in here for here in flow.moving.values()):
            return True
        kinds = [kind for kind in flow.moving if one in self.stock.offers[kind]]
        return any(flow.copy().fix(kind, one, self.least) for kind in kinds)

    def likely(self) -> Plan:
        """The seating that the flow alone leads to; it may break facts and tear groups."""
        plan, placed = list[Candidate](), 0
        waiting = {
            kind: [c for c, n in here.items() for _ in range(n)] for kind, here in self.flow.moving.items()
        }
        for o in self.outline:
            one = waiting[self.stock.kind[o]].pop()
            if one != NOBODY:
                item = self._next(one, placed)
                plan.append((item, o))
                placed |= 1 << item
        return tuple(plan)

    def _next(self, one: int, placed: int) -> int:
        """The first line item of a class that is not placed; -1 where all are."""
        left = self.stock.classes[one].mask & ~placed
        return (left & -left).bit_length() - 1

    def _sit(self, plan: Plan, placed: int, flow: Flow) -> Plan | None:
        at = len(plan)
        if at == len(self.outline):
            return plan if not self._owed(placed) else None
        owed = self._owed(placed)
        if owed and not (self._payable(owed, at) and self._may_run(flow, owed)):
            return None
        o = self.outline[at]
        for item, one in self._candidates(o, placed):
            if not may_join(self.stock, plan, placed, (item, o)):
                continue
            rest = flow.copy()
            if rest.fix(self.stock.kind[o], one, self.least) and self._banned(rest, item, one):
                found = self._sit((*plan, (item, o)), placed | 1 << item, rest)
                if found is not None:
                    return found
        return None

    def _candidates(self, o: int, placed: int) -> list[tuple[int, int]]:
        """The line items that may come next, in file order, each with its class."""
        kind = self.stock.kind[o]
        top, slack = self.prices.offers[kind], self.top - self.least
        found = [
            (self._next(one, placed), one)
            for one, gain in self.stock.offers[kind].items()
            if top - gain + self.prices.classes[one] <= slack
        ]
        return sorted(one for one in found if one[0] >= 0)

    def _banned(self, flow: Flow, item: int, one: int) -> bool:
        """Take away what this line item keeps out; whether the others still come to the worth."""
        stock = self.stock
        out = stock.limits.blocked[item] & ~(1 << item)
        pool = stock.classes[one].pool
        if out and pool >= 0 and stock.pools[pool] == 1:
            out &= ~stock.pooled[pool]
        if out:
            flow.ban({stock.of_item[i] for i in bits(out)})
        return flow.worth >= self.least

    def _owed(self, placed: int) -> int:
        owed = self.due
        for i in bits(placed):
            owed |= self.grouped.get(i, 0)
        return owed & ~placed

    def _payable(self, owed: int, at: int) -> bool:
        """Whether those that have still to run may find an opening each."""
        if owed.bit_count() > len(self.outline) - at:
            return False
        rest = sum(1 << o for o in self.outline[at:])
        return all(self.stock.problem.left[i] & rest for i in bits(owed))


def may_join(stock: Stock, plan: Plan, placed: int, ad: Candidate) -> bool:
    """Whether one more ad keeps every fact about these."""
    item = ad[0]
    if placed & stock.limits.blocked[item]:
        return False
    return not any(fact[1] & placed and overfull(stock, fact, (*plan, ad)) for fact in stock.relations[item])


def overfull(stock: Stock, fact: Relation, plan: Plan) -> list[Candidate]:
    """The ads that break a fact together; none where it is kept. The plan is in reading order."""
    most, items, area, span = fact
    inside = [(i, o) for i, o in plan if items >> i & 1 and area >> o & 1]
    if not span:
        return inside if len(inside) > most else []
    gaps = stock.problem.gaps
    for first, last in zip(inside, inside[most:], strict=False):
        if gaps[last[1]] - gaps[first[1]] < span:
            return [first, last]
    return []


def violations(stock: Stock, plan: Plan) -> Iterator[tuple[Relation, list[Candidate]]]:
    """The facts that a plan breaks, each with the ads that do; exclusions are facts of two line items."""
    placed = sum(1 << i for i, _ in plan)
    everywhere = stock.limits.everywhere
    for at, (i, o) in enumerate(plan):
        for j, p in plan[at + 1 :]:
            if stock.limits.blocked[i] >> j & 1:
                yield (1, 1 << i | 1 << j, everywhere, 0), [(i, o), (j, p)]
    for fact in dict.fromkeys(fact for i in bits(placed) for fact in stock.relations[i]):
        if ads := overfull(stock, fact, plan):
            yield fact, ads
