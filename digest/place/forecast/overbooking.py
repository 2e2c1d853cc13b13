"""Which bookings will end short, by how much, and who stands in their way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from digest.place.forecast.ground import groups_of
from digest.place.forecast.outlook import Outlook, Prospect, Schedule
from digest.place.forecast.plan import Solved, plan, schedule, solved
from digest.place.forecast.program import Program

RIVALS = 5


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A booking that ends short in the best plan. ``alone`` is what would be missing if nobody else had booked;
    ``rivals`` are those that hold the places it could have, the most frequent first. ``homeless`` is whether no
    issue of the span has an opening for it, though it may run on some of its dates."""

    prospect: Prospect
    alone: int
    rivals: tuple[str, ...]
    homeless: bool = False


def overbooking(outlook: Outlook) -> tuple[Schedule, tuple[Shortfall, ...]]:
    """The plan, and every booking whose flight ends within it short of its goal. In file order.

    Raises ``CommandError`` without highspy.
    """
    found = solved(outlook)
    said = schedule(found)
    short = [prospect for prospect in said.prospects if prospect.final and prospect.short]
    return said, tuple(_shortfall(found, prospect) for prospect in short if not is_over(outlook, prospect))


def is_over(outlook: Outlook, prospect: Prospect) -> bool:
    """Whether the flight had ended before the span began: then it is a make-good, no overbooking."""
    item = outlook.ads.line_item(prospect.line_item)
    return item is None or item.flight is None or item.flight.last is None or item.flight.last < outlook.first


def _shortfall(found: Solved, prospect: Prospect) -> Shortfall:
    alone = _alone(found.made.outlook, prospect.line_item)
    rivals = () if alone >= prospect.short else _rivals(found, prospect.line_item)
    return Shortfall(prospect, min(alone, prospect.short), rivals, _homeless(found, prospect.line_item))


def _homeless(found: Solved, line_item: str) -> bool:
    made = found.made
    number = next((n for n, booking in enumerate(made.bookings) if booking.item.id == line_item), None)
    return number is not None and not made.of_item[number]


def _alone(outlook: Outlook, line_item: str) -> int:
    """What would be missing if only this booking, with its companions, were in the file."""
    items = outlook.ads.line_items
    group = next(group for group in groups_of(items) if any(items[i].id == line_item for i in group))
    ads = replace(outlook.ads, line_items=tuple(items[i] for i in group))
    prospects = plan(replace(outlook, ads=ads)).prospects
    return next(prospect.short for prospect in prospects if prospect.line_item == line_item)


def _rivals(found: Solved, line_item: str) -> tuple[str, ...]:
    made = found.made
    number = next((n for n, booking in enumerate(made.bookings) if booking.item.id == line_item), None)
    counts: Counter[int] = Counter()
    for column in made.of_item[number] if number is not None else []:
        if column not in found.chosen:
            counts.update(_blockers(made, found.chosen, column))
    order = sorted(counts, key=lambda item: (-counts[item], item))[:RIVALS]
    return tuple(made.ads.line_items[item].id for item in order)


def _blockers(made: Program, chosen: frozenset[int], column: int) -> list[int]:
    """Who would have to leave for the group of ``column`` to run: one of them would do, else all there."""
    issue, group = made.columns[column].issue, frozenset(made.columns[column].members)
    there = made.items_in(issue, chosen)
    if made.fits(issue, there | group):
        return []
    groups = [frozenset(made.columns[c].members) for c in made.in_issue[issue] if c in chosen]
    single = [one for one in groups if made.fits(issue, (there - one) | group)]
    return sorted(item for one in single or groups for item in one)
