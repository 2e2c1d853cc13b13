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
        now = context.standings[number] if item.goal else None
        if item.goal is None or now is None or now.allowed is None or now.delivered < now.allowed:
            continue
        why = (
            f"{now.delivered} of {item.goal.amount} {item.goal.unit} delivered before today"
            f"{context.elsewhere(item)}, and {item.pacing} "
            f"pacing allows {now.allowed} by today (date {now.elapsed} of {now.total})"
        )
        yield NotIn(number, EVERYWHERE, always(why))
