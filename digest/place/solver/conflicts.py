"""Which facts a plan breaks."""

from __future__ import annotations

from collections.abc import Iterator

from digest.place.facts import Candidate, bits, mask_of
from digest.place.problem import PlacementProblem, Plan
from digest.place.solver.item_classes import ItemClasses, Relation


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


def conflict(supply: ItemClasses, plan: Plan) -> bool:
    """Whether a plan parts companions or breaks a fact."""
    return bool(torn(supply.problem, plan)) or next(violations(supply, plan), None) is not None


def torn(problem: PlacementProblem, plan: Plan) -> int:
    """The first group of companions of which a plan has some and not all; 0 where there is none."""
    placed = mask_of([i for i, _ in plan])
    return next((group for group in problem.groups if placed & group and placed & group != group), 0)


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
