"""A problem split into parts: no plan that keeps every fact is missed, and what did not agree is in no part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digest.place.facts import Candidate, bits
from digest.place.problem import PlacementProblem, Plan, without
from digest.place.solver.conflicts import torn, violations
from digest.place.solver.item_classes import ItemClasses


def split(supply: ItemClasses, plan: Plan) -> list[PlacementProblem]:
    """The parts to look at instead; none where the plan keeps every fact."""
    problem = supply.problem
    if group := torn(problem, plan):
        return [without(problem, group), replace(problem, must=problem.must | group)]
    broken = next(violations(supply, plan), None)
    if broken is None:
        return []
    (most, items, area, span), ads = broken
    if most > 1 and span:  # one of the openings is held by none of them
        return [_all_elsewhere(problem, items, 1 << o) for _, o in ads]
    if most > 1:
        return [_elsewhere(problem, i, area) for i, _ in ads]
    if span:
        return _apart(supply, items, area, span, ads[0])
    if area != supply.limits.everywhere:
        return _inside(supply, area, ads)
    item = max((i for i, _ in ads), key=lambda i: (supply.limits.blocked[i].bit_count(), -i))
    kept = without(problem, supply.limits.blocked[item] & ~(1 << item))
    return [without(problem, 1 << item), replace(kept, must=kept.must | 1 << item)]


def _inside(supply: ItemClasses, area: int, ads: Sequence[Candidate]) -> list[PlacementProblem]:
    """The line item that keeps most others out of the area stands elsewhere; or in it, and they elsewhere."""
    out = {i: _kept_out(supply, i, area) for i, _ in ads}
    item = max(out, key=lambda i: (out[i].bit_count(), -i))
    stays = supply.problem
    stays = replace(stays, left={**stays.left, item: stays.left[item] & area}, must=stays.must | 1 << item)
    return [_elsewhere(supply.problem, item, area), _all_elsewhere(stays, out[item], area)]


def _kept_out(supply: ItemClasses, item: int, area: int) -> int:
    """The line items that may not stand in the area beside this one."""
    out = 0
    for most, items, where, span in supply.relations[item]:
        if most == 1 and where == area and not span:
            out |= items
    return out & ~(1 << item)


def _elsewhere(problem: PlacementProblem, item: int, area: int) -> PlacementProblem:
    """The line item stands outside the area."""
    left = dict(problem.left)
    left[item] &= ~area
    return replace(problem, left=left) if left[item] else without(problem, 1 << item)


def _all_elsewhere(problem: PlacementProblem, items: int, area: int) -> PlacementProblem:
    for item in bits(items):
        if item in problem.left:
            problem = _elsewhere(problem, item, area)
    return problem


def _apart(supply: ItemClasses, items: int, area: int, span: int, ad: Candidate) -> list[PlacementProblem]:
    """The ad stands there and the others of the span elsewhere, or it stands elsewhere."""
    problem, (item, opening) = supply.problem, ad
    gaps = problem.gaps
    near = sum(1 << o for o in bits(area & supply.limits.everywhere) if abs(gaps[o] - gaps[opening]) < span)
    stays = _all_elsewhere(problem, items & ~(1 << item), near)
    if item in stays.left:
        stays = replace(stays, left={**stays.left, item: 1 << opening}, must=stays.must | 1 << item)
    return [stays, _elsewhere(problem, item, 1 << opening)]
