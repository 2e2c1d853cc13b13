"""A line item with a goal runs no faster than its pacing.

With x the share of its eligible issue dates that have come, today included: ``even`` runs while less than
ceil(goal * x) is delivered, ``frontloaded`` while less than ceil(goal * (1 - (1 - x)^2)), ``asap`` always.
"""

from collections.abc import Iterator

from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, Fact, NotIn, always

STAGE, ORDER = "today", 60
OPTIONS = ("line_items.pacing", "line_items.goal")


def facts(context: IssueContext) -> Iterator[Fact]:
    for number, item in enumerate(context.items):
        standing = context.standings[number] if item.goal else None
        if (
            item.goal is None
            or standing is None
            or standing.allowed is None
            or standing.delivered < standing.allowed
        ):
            continue
        why = (
            f"{standing.delivered} of {item.goal.amount} {item.goal.unit} delivered before today"
            f"{context.elsewhere(item)}, and {item.pacing} "
            f"pacing allows {standing.allowed} by today (date {standing.elapsed} of {standing.total})"
        )
        yield NotIn(number, EVERYWHERE, always(why))
