"""An exclusive line item keeps paid ads of other advertisers out of its issue or its section.

Its companions may stay, and house ads are not touched. In an opening without a section, ``exclusive: section``
keeps out nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest.model import LineItem
from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, AtMost, Candidate, Fact, bits

STAGE, ORDER = "plan", 60
OPTIONS = ("line_items.exclusive", "line_items.companions")


def facts(context: IssueContext) -> Iterator[Fact]:
    reach = [_reach(context, item) for item in context.items]
    for number in bits(context.paid):
        item = context.items[number]
        if item.exclusive == "none":
            continue
        others = [
            other
            for other in bits(context.paid & ~context.groups[number])
            if context.items[other].advertiser != item.advertiser
        ]
        why = partial(_why, context, number)
        for area in _areas(context) if item.exclusive == "section" else [EVERYWHERE]:
            if reach[number] & area:
                for other in others:
                    if reach[other] & area:
                        yield AtMost(1, 1 << number | 1 << other, area, why)


def _areas(context: IssueContext) -> list[int]:
    return [mask for name, mask in context.by_section.items() if name is not None]


def _reach(context: IssueContext, item: LineItem) -> int:
    """The openings of the slots and sections that a line item is booked for; elsewhere it meets nobody."""
    openings = context.in_slots(item.slots)
    if item.sections is None:
        return openings
    return openings & sum(context.by_section.get(name, 0) for name in dict.fromkeys(item.sections))


def _why(context: IssueContext, owner: int, item: int, others: tuple[Candidate, ...]) -> str:
    other, opening = others[0]
    at = context.openings[opening]
    where = "the issue" if context.items[owner].exclusive == "issue" else f"section {at.section}"
    if owner == item:
        return f"it wants {where} to itself, and {context.items[other].id} is there at gap {at.gap}"
    return f"{context.items[owner].id} at gap {at.gap} has {where} to itself"
