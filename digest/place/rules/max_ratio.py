"""An issue of n stories holds at most floor(n * ``max_ratio``) ads, house ads included."""

from collections.abc import Iterator
from math import floor

from digest.model.counts import counted
from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, AtMost, Fact

STAGE, ORDER = "plan", 30
OPTIONS = ("policy.max_ratio",)


def facts(context: IssueContext) -> Iterator[Fact]:
    ratio = context.policy.max_ratio
    most = max(0, floor(ratio * context.stories))
    yield AtMost(
        most,
        EVERYWHERE,
        EVERYWHERE,
        lambda item, others: (
            f"the issue has {counted(len(others), 'ad')} and "
            f"{counted(context.stories, 'story allows', 'stories allow')} {most} (max_ratio {ratio})"
        ),
    )
