"""A line item runs only on the issue dates of its flight; only a house ad may have none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from digest.model import Flight
from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, Fact, NotIn, always

STAGE, ORDER = "today", 20
OPTIONS = ("line_items.flight",)
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def facts(context: IssueContext) -> Iterator[Fact]:
    for number, item in enumerate(context.items):
        if item.flight is not None and context.day not in item.flight:
            yield NotIn(number, EVERYWHERE, always(_why(item.flight, context.day)))


def _why(flight: Flight, day: date) -> str:
    if flight.first is not None and day < flight.first:
        return f"its flight starts on {flight.first}, after {day}"
    if flight.last is not None and day > flight.last:
        return f"its flight ended on {flight.last}, before {day}"
    if flight.dates:
        count = len(set(flight.dates))
        return f"{day} is not {'the one date' if count == 1 else f'among the {count} dates'} of its flight"
    days = ", ".join(_DAYS[number] for number in sorted(flight.days)) or "no day"
    return f"it runs on {days}; {day} is a {_DAYS[day.weekday()].removesuffix('s')}"
