"""A line item runs only where one of its creatives fits: by its size, or without image in a native slot."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest.model import LineItem
from digest.place.context import IssueContext
from digest.place.facts import Fact, Refusal

STAGE, ORDER = "openings", 20
OPTIONS = ("line_items.creatives", "slots.sizes", "slots.native")


def facts(context: IssueContext) -> Iterator[Fact]:
    for number, item in enumerate(context.items):
        yield Refusal(
            number,
            context.everywhere & ~context.fitting_slots(item),
            partial(_why, context, item),
        )


def _why(context: IssueContext, item: LineItem, opening: int) -> str:
    slot = context.slots[context.openings[opening].slot]
    has = [f"{one.id} ({one.size or 'no size' if one.image else 'no image'})" for one in item.creatives]
    takes = [*slot.sizes, *(["native ads"] if slot.native else [])]
    return (
        f"{slot.id} takes {' and '.join(takes) or 'nothing'}, and none of its creatives fits: "
        f"{', '.join(has) or 'it has none'}"
    )
