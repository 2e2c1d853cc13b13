"""A line item runs only in the editions it is booked for; by default in all."""

from collections.abc import Iterator

from digest.place.context import IssueContext
from digest.place.delivery import runs_in
from digest.place.facts import EVERYWHERE, Fact, NotIn, always

STAGE, ORDER = "today", 30
OPTIONS = ("line_items.editions",)


def facts(context: IssueContext) -> Iterator[Fact]:
    for number, item in enumerate(context.items):
        if not runs_in(item, context.edition):
            booked = ", ".join(item.editions or item.publications) or "no edition"
            why = f"it is booked for {booked}, not for {context.edition.name}"
            yield NotIn(number, EVERYWHERE, always(why))
