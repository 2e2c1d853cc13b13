"""One issue's plan: the facts, the best plan, and what the questions asked of it afterwards need."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from digest.errors import CommandError
from digest.model import OptimalityGap
from digest.place import overrides
from digest.place.context import IssueContext
from digest.place.eligibility import Eligibility, eligibility, eligible, levels, problem
from digest.place.facts import bits, mask_of
from digest.place.optimality_gap import optimality_gap
from digest.place.problem import Plan, Scale, Solution, reading
from digest.place.request import PlaceRequest
from digest.place.solver import BudgetSpent, possible, solve
from digest.place.solver.budget import WAYS, Budget
from digest.place.stages import Difference, difference
from digest.place.swaps import Swaps
from digest.place.ways import ways


class Planning:
    """``alive`` are the openings left of the line items that could run. Raises ``CommandError`` for pins that cannot be
    kept."""

    def __init__(self, request: PlaceRequest) -> None:
        self.context = IssueContext(request)
        self.pins = overrides.read(self.context, request.overrides)
        self.table: Eligibility = eligibility(self.context)
        overrides.apply(self.table, self.pins)
        self.alive = eligible(self.table)
        self._leave_out_torn()
        self.problem = problem(self.table, self.alive)
        self.scale = Scale(self.problem)
        self.levels = levels(self.context, self.alive)
        self.solution = self._solve()
        if not self.solution.optimal:
            self.solution = self._improved()
        self.placed: dict[int, int] = dict(self.solution.plan)

    def _leave_out_torn(self) -> None:
        """The line items of groups that cannot all run even alone leave the plan."""
        for group in self.table.groups:
            members = {i: self.alive[i] for i in bits(group.items) if i in self.alive}
            if members and not self._can_all_run(members, group.items):
                for item in members:
                    del self.alive[item]

    def _can_all_run(self, members: dict[int, int], group: int) -> bool:
        facts = [fact for _, fact in self.table.bearing(group)]
        try:
            return any(True for _ in ways(self.context, facts, members, (), Budget(WAYS)))
        except BudgetSpent:
            return possible(problem(self.table, members, group))

    def _solve(self) -> Solution:
        if all(item in self.alive for item in self.pins):
            try:
                solution = self.best_with(0)
            except BudgetSpent:
                raise CommandError(
                    f"{len(self.pins)} pins are too many to find a plan for; drop some."
                ) from None
            if solution is not None:
                return solution
        raise overrides.clash(self.table, self.pins)

    def best_with(self, items: int, *, pinned: bool = True) -> Solution | None:
        """The best plan with these line items and the pinned ones; ``None`` where there is none.

        Raises ``BudgetSpent`` where neither was found out.
        """
        must = items | (mask_of(list(self.pins)) if pinned else 0)
        return solve(replace(self.problem, must=must))

    def _improved(self) -> Solution:
        """Where the plan is not proven: swaps for the better, so that what is said of those left out is true."""
        best, pins = self.solution, mask_of(list(self.pins))
        while True:
            swaps, placed = self.swaps_of(best.plan), {item for item, _ in best.plan}
            better = [swap for item in self.alive if item not in placed and (swap := swaps.of(item))]
            plans = [best.plan, *(swap.plan for swap in better if not swap.out & pins)]
            plan = min(plans, key=lambda plan: (-self.scale.merit(plan), reading(self.problem, plan)))
            if plan == best.plan:
                return best
            merit = self.scale.merit(plan)
            best = Solution(plan, merit, optimal=False, bound=max(best.bound, merit))

    def swaps_of(self, plan: Plan) -> Swaps:
        """Who would have to leave this plan so that others fit."""
        return Swaps(self.table, self.alive, self.scale, mask_of(list(self.pins)), plan)

    @cached_property
    def swaps(self) -> Swaps:
        """Who would have to leave the plan so that others fit."""
        return self.swaps_of(self.solution.plan)

    def difference(self, worse: Plan) -> Difference:
        """Where the plan is better than another one."""
        return difference(self.scale, self.levels, self.solution.merit, self.scale.merit(worse))

    def is_better_than(self, rival: Plan) -> bool:
        """Whether the plan is the better one, were there no pins."""
        ours, theirs = (
            (-self.scale.merit(plan), reading(self.problem, plan)) for plan in (self.solution.plan, rival)
        )
        return ours < theirs

    def optimality_gap(self) -> OptimalityGap | None:
        """Where the search was cut short: the stage that is open, and by how much; else nothing."""
        return None if self.solution.optimal else optimality_gap(self.scale, self.levels, self.solution)
