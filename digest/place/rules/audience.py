"""A line item with an `audience` runs only for readers of its values, and so never in the issue for everybody."""

from collections.abc import Iterator

from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, Fact, NotIn, always

STAGE, ORDER = "today", 35
OPTIONS = ("line_items.audience",)


def facts(context: IssueContext) -> Iterator[Fact]:
    reader = context.request.reader
    for number, item in enumerate(context.items):
        for column, wanted in item.audience.items():
            values = {value.casefold() for value in wanted}
            if not values.isdisjoint(value.casefold() for value in reader.get(column, ())):
                continue
            whom = (
                f"these readers have {', '.join(reader.get(column, ())) or 'none'}"
                if reader
                else "this issue is for everybody"
            )
            why = f"it is booked for readers whose {column} is {' or '.join(wanted)}; {whom}"
            yield NotIn(number, EVERYWHERE, always(why))
            break
