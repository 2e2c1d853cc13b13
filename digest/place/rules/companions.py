"""Companions run together in an issue, all of them or none; being a companion is symmetric and transitive."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, Fact, NotIn, Together, always, bits

STAGE, ORDER = "plan", 70
OPTIONS = ("line_items.companions",)


def facts(context: IssueContext) -> Iterator[Fact]:
    for group in dict.fromkeys(context.groups):
        if group & (group - 1):
            yield Together(group, partial(_others, context, group))
    for number, item in enumerate(context.items):
        unknown = [name for name in item.companions if name not in context.index]
        if unknown:
            yield NotIn(number, EVERYWHERE, always(f"there is no line item {unknown[0]} to run with"))


def _others(context: IssueContext, group: int, item: int) -> str:
    return ", ".join(context.items[other].id for other in bits(group & ~(1 << item)))
