"""The exact search: first over the groups that run together, then over the openings in reading order."""

from __future__ import annotations

from dataclasses import replace

from digest.place.paths import best_plan
from digest.place.problem import Plan, Problem, Scale, Solution, reading


def solve(problem: Problem) -> Solution | None:
    """The unique best plan; ``None`` where no plan holds all that must run.

    A branch and bound over the groups: solve without them, take a group that came out torn, and solve once
    with all of it and once with none of it.
    """
    problem = _settled(problem)
    scale = Scale(problem)
    best: Solution | None = None
    stack = [problem]
    exact, bound = True, 0
    while stack:
        node = stack.pop()
        must = Scale(node)
        found = best_plan(node)
        if found is None:
            continue
        exact, bound = exact and found.optimal, max(bound, found.bound)
        worth = scale.merit(found.plan) - _excess(problem, scale, found.plan)
        del must
        torn = _torn(problem, found.plan)
        if best is not None and worth < best.merit:
            continue
        if torn:
            stack += [_without(node, torn), replace(node, must=node.must | torn)]
        elif best is None or worth > best.merit or _before(problem, found.plan, best.plan):
            best = Solution(found.plan, worth)
    return best if best is None or exact else replace(best, optimal=False, bound=bound)


def _excess(problem: Problem, scale: Scale, plan: Plan) -> int:
    return sum(scale.tops[0] for i, _ in plan if problem.must >> i & 1)


def _settled(problem: Problem) -> Problem:
    """Groups with a member that has no opening cannot run; a group of which one must run must run."""
    left, must = dict(problem.left), problem.must
    for group in problem.groups:
        members = [i for i in range(group.bit_length()) if group >> i & 1]
        if not all(left.get(i) for i in members):
            left.update((i, 0) for i in members if i in left)
        elif must & group:
            must |= group
    return replace(problem, left=left, must=must)


def _torn(problem: Problem, plan: Plan) -> int:
    placed = 0
    for item, _ in plan:
        placed |= 1 << item
    return next((group for group in problem.groups if placed & group and placed & group != group), 0)


def _without(problem: Problem, group: int) -> Problem:
    return replace(problem, left={i: o for i, o in problem.left.items() if not group >> i & 1})


def _before(problem: Problem, plan: Plan, other: Plan) -> bool:
    return reading(problem, plan) < reading(problem, other)
