"""The ways in which line items can stand together, beside ads that keep their places. Knows no objective."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from digest.place.checker import closed_by
from digest.place.context import IssueContext
from digest.place.facts import AtMost, bits
from digest.place.problem import Plan, within
from digest.place.solver.budget import Budget

# The ads that stand, the last line item, and the openings it may have beside them.
Way = tuple[Plan, int, int]


def ways(
    context: IssueContext, facts: Sequence[AtMost], left: Mapping[int, int], ads: Plan, budget: Budget
) -> Iterator[Way]:
    """Every way for the line items of ``left`` (their openings) beside ``ads``, the one with fewest openings first.

    Spends one step each time somebody is given a place.
    """
    budget.spend(1)
    free = _free(context, facts, left, ads)
    if not all(free.values()):
        return
    item = min(free, key=lambda member: (free[member].bit_count(), member))
    if len(free) == 1:
        yield ads, item, free[item]
        return
    rest = {member: mask for member, mask in free.items() if member != item}
    for opening in bits(free[item]):
        yield from ways(context, facts, rest, (*ads, (item, opening)), budget)


def _free(
    context: IssueContext, facts: Iterable[AtMost], left: Mapping[int, int], ads: Plan
) -> dict[int, int]:
    """The openings that these ads leave; none for somebody where a count cannot hold all of them."""
    held = sum(1 << opening for _, opening in ads)
    free = {item: mask & ~held for item, mask in left.items()}
    for fact in facts:
        counted = [item for item in free if fact.items >> item & 1]
        if not counted:
            continue
        inside = within(fact, ads)
        if len(inside) >= fact.most:
            closed = closed_by(context, fact, inside)
            for item in counted:
                free[item] &= ~closed
        elif fact.span is None:
            bound = sum(not free[item] & ~fact.openings for item in counted)  # who can stand nowhere else
            if len(inside) + bound > fact.most:
                return dict.fromkeys(free, 0)
    return free
