"""A line item paused for this build does not run in it."""

from collections.abc import Iterator

from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, Fact, Refusal, always

STAGE, ORDER = "today", 10
OPTIONS = ()


def facts(context: IssueContext) -> Iterator[Fact]:
    for name in context.request.overrides.pause:
        if name in context.index:
            yield Refusal(context.index[name], EVERYWHERE, always("paused by hand for this build"))
