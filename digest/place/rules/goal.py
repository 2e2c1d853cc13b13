"""A line item that has had all it booked does not run again."""

from collections.abc import Iterator

from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, Fact, NotIn, always

STAGE, ORDER = "today", 50
OPTIONS = ("line_items.goal",)


def facts(context: IssueContext) -> Iterator[Fact]:
    for number, item in enumerate(context.items):
        if item.goal is None:
            continue
        had = context.standings[number].delivered
        if had >= item.goal.amount:
            why = (
                f"its goal is reached: {had} of {item.goal.amount} {item.goal.unit} delivered before today"
                f"{context.elsewhere(item)}"
            )
            yield NotIn(number, EVERYWHERE, always(why))
