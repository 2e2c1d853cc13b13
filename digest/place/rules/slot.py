"""A line item runs only in the openings of the slots it is booked for."""

from collections.abc import Iterator
from functools import partial

from digest.model import LineItem
from digest.model.counts import counted
from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, Fact, NotIn

STAGE, ORDER = "openings", 10
OPTIONS = ("line_items.slots", "slots.position", "slots.first_after")


def facts(context: IssueContext) -> Iterator[Fact]:
    for number, item in enumerate(context.items):
        yield NotIn(number, context.everywhere & ~context.in_slots(item.slots), partial(_why, context, item))


def _why(context: IssueContext, item: LineItem, opening: int) -> str:
    booked = ", ".join(item.slots) or "no slot"
    if opening == EVERYWHERE:
        return f"this issue of {counted(context.stories, 'story', 'stories')} has no opening of {booked}"
    return f"it is booked for {booked}, not for {context.openings[opening].slot}"
