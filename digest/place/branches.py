"""The exact search over what runs together: groups of companions, and line items that keep many others out."""

from __future__ import annotations

from dataclasses import replace

from digest.place.facts import EVERYWHERE, bits
from digest.place.paths import best_plan
from digest.place.problem import Plan, Problem, Scale, Solution, reading


def branched(problem: Problem, like: Solution | None = None) -> Solution | None:
    """The unique best plan; ``None`` where no plan holds all that must run. Groups are settled.

    A branch and bound: first in or out for each line item that keeps many others out of the issue, then, where a
    plan tears a group apart, once with all of it and once with none of it.
    """
    scale = Scale(replace(problem, must=0))
    best: Solution | None = None
    stack = [problem]
    exact, bound = True, 0
    while stack:
        node = stack.pop()
        if node.must & ~_alive(node):
            continue
        pivot = _pivot(node)
        if pivot:
            stack += [_without(node, pivot), _with(node, pivot)]
            continue
        least = node.must.bit_count() * (scale.tops[0] // scale.spread) - 1
        if best is not None:
            least += max(0, best.merit // scale.spread)
        found = best_plan(node, scale.of(node), least, like)
        if found is None or not _holds(node.must, found.plan):
            continue
        exact, bound = exact and found.optimal, max(bound, found.bound)
        worth = scale.merit(found.plan)
        if best is not None and worth < best.merit:
            continue
        torn = _torn(problem, found.plan)
        if torn:
            stack += [_without(node, torn), replace(node, must=node.must | torn)]
        elif best is None or worth > best.merit or reading(problem, found.plan) < reading(problem, best.plan):
            best = replace(found, merit=worth)
    return best if best is None or exact else replace(best, optimal=False, bound=bound)


def _holds(must: int, plan: Plan) -> bool:
    for item, _ in plan:
        must &= ~(1 << item)
    return not must


def _torn(problem: Problem, plan: Plan) -> int:
    placed = 0
    for item, _ in plan:
        placed |= 1 << item
    return next((group for group in problem.groups if placed & group and placed & group != group), 0)


def _without(problem: Problem, out: int) -> Problem:
    """The problem without these line items and the groups they belong to."""
    for group in problem.groups:
        if group & out:
            out |= group
    return replace(problem, left={i: o for i, o in problem.left.items() if not out >> i & 1})


def _alive(problem: Problem) -> int:
    mask = 0
    for item, openings in problem.left.items():
        if openings:
            mask |= 1 << item
    return mask


def _exclusions(problem: Problem) -> dict[int, int]:
    """Per line item, those that it keeps out of the issue altogether."""
    alive = _alive(problem)
    out = dict.fromkeys(bits(alive), 0)
    for fact in problem.facts:
        items = fact.items & alive
        if fact.most == 1 and fact.span is None and fact.openings == EVERYWHERE and items != alive:
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
    kept = _without(problem, out)
    return replace(kept, must=kept.must | item)
