"""The best plan: bounds by multipliers, outlines, assignments, and branches where they do not agree.

A node is a problem with some ways closed. Its relaxed best plan forgets what no transport can see (companions, areas,
spans, exclusions across pools): first the greatest worth, then the outline of least spread, of the first gaps, of the
first slots. Where that outline can be assigned with every fact kept, it is the node's best plan; else the node is split
where its likeliest assignment breaks a fact. The most promising node is always taken up first.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from heapq import heappop, heappush

from digest.place.facts import mask_of
from digest.place.problem import PlacementProblem, Plan, Scale, Solution, broken, eligible_items, reading
from digest.place.solver.assignment import Assignment
from digest.place.solver.branching import split
from digest.place.solver.budget import ASSIGN, SEARCH, Budget, BudgetSpent
from digest.place.solver.conflicts import torn
from digest.place.solver.greedy import greedy
from digest.place.solver.node import Key, Node

UNKNOWN = -1  # a spread that is still to be found


class BranchAndBound:
    """One search."""

    def __init__(self, problem: PlacementProblem, steps: int = SEARCH) -> None:
        self.problem = problem
        self.budget = Budget(steps)
        self.scale = Scale(replace(problem, must=0))
        self.best: Solution | None = None
        self.heap: list[tuple[Key, int, Node]] = []
        self.open: Node | None = None  # the node being looked at
        self.pushed = 0
        self.bound: int | None = None  # no plan of an open node is worth more

    def run(self) -> Solution | None:
        """The best plan; ``None`` where none holds what must run.

        ``optimal`` is False where the budget was spent. Raises ``BudgetSpent`` where no plan is known then.
        """
        try:
            self._relax(self.problem, None)
            while self.heap and (self.best is None or self.heap[0][0] <= self._key(self.best)):
                key, _, node = heappop(self.heap)
                self.open, self.bound = node, -key[0]
                parts = self._parted(node) if key[1] == UNKNOWN else self._assign(node)
                if key[1] == UNKNOWN and not parts:
                    self._push(node, node.even())
                for part in parts:
                    self._relax(part, node)
        except BudgetSpent:
            return self._unproven()
        return self.best

    def _assign(self, node: Node) -> list[PlacementProblem]:
        """Take a node's best plan where its outline can be assigned; else the parts to look at instead."""
        assignment = Assignment(node.supply, node.outline, node.worth, self.budget)
        plan: Plan | None = assignment.likely()
        parts = split(node.supply, plan or ())
        if parts:
            try:
                plan = assignment.some(self.budget.part(ASSIGN))
            except BudgetSpent:
                if self.budget.spent:
                    raise
                plan = None
        if plan is None:
            return parts
        self._take(plan)  # it stands; open is whether it is the first in the order of the file
        self._take(assignment.first(plan))
        return []

    def _parted(self, node: Node) -> list[PlacementProblem]:
        """The parts of a node whose worthiest outline parts companions, as others of that worth mostly do too.

        None where a plan of that worth is known.
        """
        if not node.problem.groups:
            return []
        if self.best is not None and self._key(self.best)[0] == node.bonus - node.worth:
            return []
        plan = Assignment(node.supply, node.outline, node.worth, self.budget).likely()
        return split(node.supply, plan) if torn(node.problem, plan) else []

    def _relax(self, problem: PlacementProblem, near: Node | None) -> None:
        """Bound a part, and keep it where it may hold a better plan."""
        if problem.must & ~eligible_items(problem):
            return
        node = self.open = Node(problem, self.scale, self.budget, near)
        node.weigh()
        worth = node.worth - node.bonus
        if worth < 0 or (self.best is not None and -worth > self._key(self.best)[0]):
            return
        self._push(node, (-worth, UNKNOWN, (), ()))

    def _push(self, node: Node, key: Key) -> None:
        if self.best is None or key <= self._key(self.best):
            self.pushed += 1
            heappush(self.heap, (key, self.pushed, node))

    def _key(self, solution: Solution) -> Key:
        spread = -solution.merit % self.scale.spread
        gaps, slots, _ = reading(self.problem, solution.plan)
        return -(solution.merit + spread) // self.scale.spread, spread, tuple(gaps), tuple(slots)

    def _take(self, plan: Plan) -> None:
        merit = self.scale.merit(plan)
        solution = Solution(plan, merit, True, merit)
        if self.best is None or self._order(solution) < self._order(self.best):
            self.best = solution

    def _order(self, solution: Solution) -> tuple[Key, list[int]]:
        return self._key(solution), [i for i, _ in solution.plan]

    def _unproven(self) -> Solution:
        """The best plan known, and what no plan exceeds."""
        node = self.open
        assert node is not None
        with suppress(BudgetSpent):  # assign the outline that was under way
            budget = Budget(ASSIGN)
            self._take_if_whole(Assignment(node.supply, node.outline, node.worth, budget).some(budget) or ())
        self._take_if_whole(greedy(self.problem, self.scale.of(self.problem)))
        if self.best is None:
            raise BudgetSpent
        bound = node.bound() - node.bonus if self.bound is None else self.bound
        return replace(self.best, optimal=False, bound=max(bound * self.scale.spread, self.best.merit))

    def _take_if_whole(self, plan: Plan) -> None:
        if broken(self.problem, plan) is None and not self.problem.must & ~mask_of([i for i, _ in plan]):
            self._take(plan)
