"""Whether a finished plan keeps every fact, and which rule stops an ad beside it. Searches nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from digest.place.context import IssueContext
from digest.place.eligibility import Eligibility
from digest.place.facts import AtMost, Candidate, bits, mask_of
from digest.place.problem import Plan, exceeds, within


@dataclass(frozen=True, slots=True)
class Closing:
    """A fact that one more ad would break in ``openings``, because of the placed ``ads``; one ad each where at most one
    is allowed."""

    rule: str
    fact: AtMost
    openings: int
    ads: Plan


def closings(table: Eligibility, plan: Plan) -> list[Closing]:
    """What the placed ads close to others, in the order of asking."""
    placed, closed = mask_of([item for item, _ in plan]), list[Closing]()
    for rule, fact in table.limits:
        if (fact.items & placed).bit_count() < fact.most:
            continue
        ads = within(fact, plan)
        if len(ads) < fact.most:
            continue
        if fact.span is not None and fact.most == 1:
            near = ((ad, closed_by(table.context, fact, (ad,))) for ad in ads)
            closed += [Closing(rule, fact, openings, (ad,)) for ad, openings in near]
        else:
            closed.append(Closing(rule, fact, closed_by(table.context, fact, ads), ads))
    return closed


def closed_by(context: IssueContext, fact: AtMost, inside: Plan) -> int:
    """The openings that a fact closes to one more ad, where at least ``most`` of those it counts stand already."""
    area = fact.openings & context.everywhere
    if fact.span is None or not inside:
        return area
    if fact.most == 1:
        near = 0
        for _, opening in inside:
            near |= context.closer_than(fact.span, opening)
        return area & near
    item = (fact.items & -fact.items).bit_length() - 1
    full = (o for o in bits(area) if exceeds(fact, (*inside, (item, o)), context.gaps))
    return sum(1 << o for o in full)


def violations(table: Eligibility, plan: Plan) -> tuple[str, ...]:
    """Every fact a plan breaks, in words; empty for a plan that may run."""
    return (*_places(table, plan), *_limits(table, plan), *_groups(table, plan))


def _places(table: Eligibility, plan: Plan) -> Iterator[str]:
    context = table.context
    for item, opening in plan:
        if not table.left[item] >> opening & 1 or item in table.barred:
            yield f"{context.items[item].id} may not stand in {context.place(opening)}"
    for what, name in ((0, "line item"), (1, "opening")):
        used = [ad[what] for ad in plan]
        if len(set(used)) < len(used):
            yield f"one {name} is used twice"


def _limits(table: Eligibility, plan: Plan) -> Iterator[str]:
    bearing = table.bearing(mask_of([item for item, _ in plan]))
    for number, (item, opening) in enumerate(plan):
        others = plan[:number]
        for rule, fact in bearing:
            hit = against(table, fact, (item, opening), others)
            if hit is not None:
                yield f"{rule}: {table.context.items[item].id} {fact.why(item, hit)}"


def _groups(table: Eligibility, plan: Plan) -> Iterator[str]:
    placed = 0
    for item, _ in plan:
        placed |= 1 << item
    for group in table.groups:
        if placed & group.items and placed & group.items != group.items:
            yield f"companions: not all of the group of {table.context.items[plan[0][0]].id} run"


def against(table: Eligibility, fact: AtMost, ad: Candidate, others: Iterable[Candidate]) -> Plan | None:
    """The ads among ``others`` that make ``ad`` break the fact; ``None`` where it does not."""
    item, opening = ad
    if not (fact.items >> item & 1 and fact.openings >> opening & 1):
        return None
    gaps, hit = table.context.gaps, within(fact, others)
    if fact.span is not None:
        hit = tuple((i, o) for i, o in hit if abs(gaps[o] - gaps[opening]) < fact.span)
    return hit if exceeds(fact, (*hit, ad), gaps) else None
