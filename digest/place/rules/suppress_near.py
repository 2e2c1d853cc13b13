"""No paid ad stands next to a story with one of the policy's ``suppress_near`` flags.

House ads keep away from ``no_ads`` only, where the policy lists it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest.place.context import IssueContext
from digest.place.facts import Fact, NotIn

STAGE, ORDER = "openings", 50
OPTIONS = ("policy.suppress_near", "policy.adjacency_radius")


def facts(context: IssueContext) -> Iterator[Fact]:
    paid = _suppressed(context, context.policy.suppress_near)
    house = {story: flag for story, flag in paid.items() if "no_ads" in context.flags[story]}
    house = dict.fromkeys(house, "no_ads") if "no_ads" in context.policy.suppress_near else {}
    for number, item in enumerate(context.items):
        hits = house if item.is_house else paid
        if hits:
            yield NotIn(number, context.next_to(hits), partial(_why, context, hits))


def _suppressed(context: IssueContext, names: tuple[str, ...]) -> dict[int, str]:
    return {
        story: next(name for name in names if name in flags)
        for story, flags in enumerate(context.flags)
        if any(name in flags for name in names)
    }


def _why(context: IssueContext, hits: dict[int, str], opening: int) -> str:
    story = next(s for s in hits if context.near[s] >> opening & 1)
    return f"{context.place(opening)} is next to {context.story(story)} ({context.flag(story, hits[story])})"
