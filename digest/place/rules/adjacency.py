"""A line item keeps away from stories of its ``avoid_sections``, with its ``avoid_keywords`` or ``avoid_flags``.

An opening is next to ``adjacency_radius`` stories on each side. A story's section is the one it runs in; the
flags of its other tellings count, their words do not. House ads keep their own adjacency too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest.place.context import IssueContext
from digest.place.facts import Fact, NotIn

STAGE, ORDER = "openings", 40
OPTIONS = ("line_items.adjacency", "policy.adjacency_radius", "policy.sensitive")


def facts(context: IssueContext) -> Iterator[Fact]:
    for number, item in enumerate(context.items):
        hits = context.avoided(item.adjacency)
        if hits:
            yield NotIn(number, context.next_to(hits), partial(_why, context, hits))


def _why(context: IssueContext, hits: dict[int, str], opening: int) -> str:
    story = next(s for s in hits if context.near[s] >> opening & 1)
    return f"{context.place(opening)} is next to {context.story(story)} ({hits[story]})"
