"""An issue holds at most ``max_per_advertiser`` ads of one advertiser, its house ads included."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, AtMost, Candidate, Fact

STAGE, ORDER = "plan", 40
OPTIONS = ("policy.max_per_advertiser", "line_items.advertiser")


def facts(context: IssueContext) -> Iterator[Fact]:
    masks: dict[str, int] = defaultdict(int)
    for number, item in enumerate(context.items):
        if item.advertiser is not None:
            masks[item.advertiser] |= 1 << number
    most = max(0, context.policy.max_per_advertiser)
    for name, mask in masks.items():
        yield AtMost(most, mask, EVERYWHERE, partial(_why, context, name, most))


def _why(context: IssueContext, name: str, most: int, item: int, others: tuple[Candidate, ...]) -> str:
    placed = ", ".join(context.items[i].id for i, _ in others)
    listed = f" ({placed})" if placed else ""
    return f"advertiser {name} has {len(others)} in the issue{listed} and may have {most}"
