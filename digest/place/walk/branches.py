"""The exact search over what runs together: groups of companions, and line items that keep many others out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digest.place.facts import EVERYWHERE, bits
from digest.place.problem import Plan, Problem, Scale, Solution, alive, reading, without
from digest.place.walk.paths import Effort, Walk, best_plan

LEAST = 2000  # labels of a walk, where walks before it did not end
NODES = 400  # branches after which the search gives up proving


class Branches:
    """A branch and bound: first in or out for each line item that keeps many others out of the issue, then, where
    a plan tears a group apart, once with all of it and once with none of it. Groups are settled.

    ``exact`` tells whether the best plan is proven; where it is not, no plan's merit is above ``bound``.
    """

    def __init__(self, problem: Problem, effort: Effort, known: Sequence[Plan] = ()) -> None:
        self.problem, self.effort = problem, effort
        self.scale = Scale(replace(problem, must=0))
        self.best: Solution | None = None
        self.exact, self.bound = True, 0
        for plan in known:
            self._take(Solution(plan, self.scale.merit(plan)))

    def run(self) -> Solution | None:
        """The best plan found; ``None`` where there is none, or, if not ``exact``, none was found."""
        stack, nodes = [self.problem], 0
        while stack:
            node = stack.pop()
            if node.must & ~alive(node):
                continue
            nodes += 1
            if nodes > NODES:
                self._give_up()
                break
            pivot = _pivot(node)
            stack += [without(node, pivot), _with(node, pivot)] if pivot else self._walk(node)
        if self.best is None or self.exact:
            return self.best
        return replace(self.best, optimal=False, bound=max(self.bound, self.best.merit))

    def _walk(self, node: Problem) -> list[Problem]:
        """Look for a better plan in this node; the nodes to look at instead where it tears a group."""
        forced = node.must.bit_count() * (self.scale.tops[0] // self.scale.spread)
        least = forced - 1
        if self.best is not None:
            least += max(0, self.best.merit // self.scale.spread)
        outcome = best_plan(node, self.scale.of(node), least, self.effort)
        found = outcome.solution
        torn = _torn(self.problem, found.plan) if found is not None and _holds(node.must, found.plan) else 0
        if torn:
            return [without(node, torn), replace(node, must=node.must | torn)]
        if not outcome.proven:
            self.exact = False
            self.effort = replace(self.effort, labels=max(self.effort.labels // 2, LEAST))
            self.bound = max(self.bound, (outcome.bound - forced) * self.scale.spread)
        if found is not None and _holds(node.must, found.plan):
            self._take(replace(found, merit=self.scale.merit(found.plan)))
        return []

    def _take(self, found: Solution) -> None:
        best = self.best
        order = reading(self.problem, found.plan)
        if best is None or (-found.merit, order) < (-best.merit, reading(self.problem, best.plan)):
            self.best = found

    def _give_up(self) -> None:
        """Too many branches: what prices over the whole problem say is the bound."""
        self.exact = False
        whole = replace(self.problem, must=0)
        self.bound = max(self.bound, Walk(whole, self.scale).prices.descend(0, NODES) * self.scale.spread)


def _holds(must: int, plan: Plan) -> bool:
    for item, _ in plan:
        must &= ~(1 << item)
    return not must


def _torn(problem: Problem, plan: Plan) -> int:
    placed = 0
    for item, _ in plan:
        placed |= 1 << item
    return next((group for group in problem.groups if placed & group and placed & group != group), 0)


def _exclusions(problem: Problem) -> dict[int, int]:
    """Per line item, those that it keeps out of the issue altogether."""
    running = alive(problem)
    out = dict.fromkeys(bits(running), 0)
    for fact in problem.facts:
        items = fact.items & running
        if fact.most == 1 and fact.span is None and fact.openings == EVERYWHERE and items != running:
            for item in bits(items):
                out[item] |= items & ~(1 << item)
    return out


def _pivot(problem: Problem) -> int:
    """The line item that keeps more than half of the others out, as a mask; 0 where none does."""
    out = _exclusions(problem)
    if len(out) < 4:
        return 0
    item = max(out, key=lambda i: (out[i].bit_count(), -i))
    return 1 << item if 2 * out[item].bit_count() > len(out) else 0


def _with(problem: Problem, item: int) -> Problem:
    """The problem in which this line item runs, and so what it keeps out does not."""
    out = _exclusions(problem)[item.bit_length() - 1]
    kept = without(problem, out)
    return replace(kept, must=kept.must | item)
