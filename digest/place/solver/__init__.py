"""The one best plan of a problem, in whole numbers.

Which classes of line items are interchangeable (``item_classes``), what a place of each is worth (``multipliers``,
``bounds``), which openings hold ads (``outlines``), who stands there (``transport``, ``assignment``), and what to do
where these do not agree (``branching``, ``branch_and_bound``).
"""

from __future__ import annotations

from dataclasses import replace

from digest.place.facts import bits
from digest.place.problem import PlacementProblem, Scale, Solution, broken
from digest.place.solver.branch_and_bound import BranchAndBound
from digest.place.solver.budget import POSSIBLE, SEARCH, BudgetSpent
from digest.place.solver.greedy import greedy

__all__ = ["BudgetSpent", "possible", "solve"]


def solve(problem: PlacementProblem, steps: int = SEARCH) -> Solution | None:
    """The best plan; ``None`` where it is proven that no plan holds all that must run.

    It is the unique best one where ``optimal``; else ``bound`` is what no plan exceeds. Raises ``BudgetSpent`` where
    neither a plan nor the proof that there is none was found.
    """
    return BranchAndBound(settled(problem), steps).run()


def possible(problem: PlacementProblem) -> bool:
    """Whether some plan holds all that must run; true as well where the contrary is not proven."""
    problem = settled(problem)
    alone = replace(problem, left={i: mask for i, mask in problem.left.items() if problem.must >> i & 1})
    if len(alone.left) < problem.must.bit_count():
        return False
    plan = greedy(alone, Scale(alone))
    if len(plan) == len(alone.left) and broken(alone, plan) is None:
        return True
    try:
        return BranchAndBound(alone, POSSIBLE).run() is not None
    except BudgetSpent:
        return True


def settled(problem: PlacementProblem) -> PlacementProblem:
    """Line items of which at most none may stand somewhere have no opening there. Groups with a member that has no
    opening cannot run; a group of which one must run must run."""
    left, must = dict(problem.left), problem.must
    for fact in problem.facts:
        if fact.most <= 0:
            left.update((i, mask & ~fact.openings) for i, mask in left.items() if fact.items >> i & 1)
    for group in problem.groups:
        if not all(left.get(i) for i in bits(group)):
            left.update((i, 0) for i in bits(group) if i in left)
        elif must & group:
            must |= group
    return replace(problem, left={i: mask for i, mask in left.items() if mask}, must=must)
