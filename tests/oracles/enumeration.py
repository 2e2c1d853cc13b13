"""The best plan of a small problem by trying every plan: nothing of the product but its facts and stages."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from digest.place.facts import AtMost
from digest.place.problem import PlacementProblem, Plan


def best_of_all(problem: PlacementProblem) -> Plan | None:
    """The unique best plan; ``None`` where no plan holds all that must run."""
    best: tuple[Any, Plan] | None = None
    for plan in _plans(problem, sorted(problem.left), ()):
        placed = sum(1 << i for i, _ in plan)
        if problem.must & ~placed or any(placed & group not in (0, group) for group in problem.groups):
            continue
        worth = _worth(problem, plan)
        if best is None or worth < best[0]:
            best = worth, plan
    return None if best is None else best[1]


def _plans(problem: PlacementProblem, items: list[int], plan: Plan) -> list[Plan]:
    """Every way to add some of these line items, in reading order."""
    if not items:
        return [plan]
    item, rest = items[0], items[1:]
    found = _plans(problem, rest, plan)
    for opening in range(len(problem.gaps)):
        if problem.left[item] >> opening & 1 and all(opening != taken for _, taken in plan):
            longer = tuple(sorted((*plan, (item, opening)), key=lambda ad: ad[1]))
            if not any(_breaks(problem, fact, longer) for fact in problem.facts):
                found += _plans(problem, rest, longer)
    return found


def _breaks(problem: PlacementProblem, fact: AtMost, plan: Plan) -> bool:
    gaps = [problem.gaps[o] for i, o in plan if fact.items >> i & 1 and fact.openings >> o & 1]
    if fact.span is None:
        return len(gaps) > fact.most
    return any(sum(start <= gap < start + fact.span for gap in gaps) > fact.most for start in gaps)


def _worth(problem: PlacementProblem, plan: Plan) -> Any:
    """Less is better: every stage, then the order."""
    levels = [-sum(level.get(i, 0) for i, _ in plan) for level in problem.levels]
    value = sum((problem.rates[i] * problem.bands[o] for i, o in plan), Fraction(0))
    gaps = [problem.gaps[o] for _, o in plan]
    spread = sum(((b - a - problem.ideal) ** 2 for a, b in pairwise(gaps)), Fraction(0))
    return levels, -value, spread, gaps, [problem.slots[o] for _, o in plan], [i for i, _ in plan]
