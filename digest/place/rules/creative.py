"""A line item runs only where one of its creatives fits: by its size, or without image in a native slot."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest.model import LineItem
from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, Fact, NotIn

STAGE, ORDER = "openings", 20
OPTIONS = ("line_items.creatives", "creatives.dates", "slots.sizes", "slots.native")


def facts(context: IssueContext) -> Iterator[Fact]:
    for number, item in enumerate(context.items):
        if not item.creatives:
            yield NotIn(number, EVERYWHERE, partial(_none_today, context, item))
            continue
        yield NotIn(
            number,
            context.everywhere & ~context.fitting_slots(item),
            partial(_why, context, item),
        )


def _why(context: IssueContext, item: LineItem, opening: int) -> str:
    slot = context.slots[context.openings[opening].slot]
    has = [
        f"{creative.id} ({creative.size or 'no size' if creative.image else 'no image'})"
        for creative in item.creatives
    ]
    takes = [*slot.sizes, *(["native ads"] if slot.native else [])]
    return (
        f"{slot.id} takes {' and '.join(takes) or 'nothing'}, and none of its creatives fits: "
        f"{', '.join(has)}"
    )


def _none_today(context: IssueContext, item: LineItem, opening: int) -> str:
    booked = context.request.ads.line_item(item.id)
    if booked is None or not booked.creatives:
        return "it has no creatives yet"
    spans = [f"{creative.id} ({creative.dates})" for creative in booked.creatives]
    return f"none of its creatives is for {context.day}: {', '.join(spans)}"
