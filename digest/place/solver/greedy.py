"""A plan at once, good but not the best: where the exact search ends early, it is what the issue may get."""

from __future__ import annotations

from digest.place.facts import EVERYWHERE, AtMost, bits
from digest.place.problem import PlacementProblem, Plan, Scale, exceeds


def greedy(problem: PlacementProblem, scale: Scale) -> Plan:
    """The worthiest units (line items, or groups of companions) that still fit, each where it adds most."""
    facts = _by_item(problem)
    grouped = {i: group for group in problem.groups for i in bits(group)}
    units = dict.fromkeys(grouped.get(i, 1 << i) for i in problem.left)
    gains = {i: max(scale.gain(i, o) for o in bits(mask)) for i, mask in problem.left.items()}
    worth = {unit: sum(gains.get(i, 0) for i in bits(unit)) for unit in units}
    plan: Plan = ()
    for unit in sorted(units, key=lambda unit: (-worth[unit], unit)):
        plan = _with_unit(problem, scale, facts, plan, unit) or plan
    return plan


def _by_item(problem: PlacementProblem) -> dict[int, list[AtMost]]:
    facts: dict[int, list[AtMost]] = {i: [] for i in problem.left}
    for fact in problem.facts:
        for i in problem.left if fact.items == EVERYWHERE else bits(fact.items):
            if i in facts:
                facts[i].append(fact)
    return facts


def _with_unit(
    problem: PlacementProblem, scale: Scale, facts: dict[int, list[AtMost]], plan: Plan, unit: int
) -> Plan | None:
    """The plan with all of these line items, one after the other; ``None`` where they do not fit so."""
    for item in bits(unit):
        held = {o for _, o in plan}
        openings = sorted(
            (o for o in bits(problem.left.get(item, 0)) if o not in held),
            key=lambda o: (-scale.gain(item, o), o),
        )
        longer = (tuple(sorted((*plan, (item, o)), key=lambda ad: ad[1])) for o in openings)
        fitting = (ads for ads in longer if not any(exceeds(fact, ads, problem.gaps) for fact in facts[item]))
        fits = next(fitting, None)
        if fits is None:
            return None
        plan = fits
    return plan
