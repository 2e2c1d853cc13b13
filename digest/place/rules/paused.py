"""A line item that is paused, for this build or in the file, does not run; nor on its blackout dates."""

from collections.abc import Iterator

from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, Fact, NotIn, always

STAGE, ORDER = "today", 10
OPTIONS = ("line_items.paused", "line_items.pauses", "line_items.blackout")


def facts(context: IssueContext) -> Iterator[Fact]:
    for name in context.request.overrides.pause:
        if name in context.index:
            yield NotIn(context.index[name], EVERYWHERE, always("paused by hand for this build"))
    for number, item in enumerate(context.items):
        if why := item.rests_on(context.day):
            yield NotIn(number, EVERYWHERE, always(why))
