"""Between any two ads lie at least ``min_gap`` stories, house ads included; 0 is no limit."""

from __future__ import annotations

from collections.abc import Iterator

from digest.model.counts import counted
from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, AtMost, Candidate, Fact

STAGE, ORDER = "plan", 10
OPTIONS = ("policy.min_gap",)


def facts(context: IssueContext) -> Iterator[Fact]:
    least = context.policy.min_gap
    if least > 0:
        yield AtMost(1, EVERYWHERE, EVERYWHERE, lambda item, others: _why(context, others), span=least)


def _why(context: IssueContext, others: tuple[Candidate, ...]) -> str:
    near = ", ".join(f"{context.items[i].id} at gap {context.openings[o].gap}" for i, o in others)
    return f"fewer than {counted(context.policy.min_gap, 'story', 'stories')} from {near}"
