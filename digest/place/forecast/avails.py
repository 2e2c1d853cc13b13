"""What can still be sold in a slot without hurting a booking."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from digest.errors import CommandError
from digest.model import AdBook, Creative, Flight, LineItem, Slot
from digest.place.forecast.booking import Row
from digest.place.forecast.outlook import Coming, Outlook
from digest.place.forecast.plan import Solved, fitting, schedule, solved
from digest.place.forecast.program import Program, program
from digest.place.forecast.search import Search


@dataclass(frozen=True, slots=True)
class Avail:
    """One issue: how many ads the slot could hold if it were empty, how many are planned, how many more can be sold."""

    issue: Coming
    room: int
    booked: int
    free: int


@dataclass(frozen=True, slots=True)
class Avails:
    """``total`` can be sold over the whole span; the figure of an issue holds for it alone, so they may sum to more."""

    slot: str
    issues: tuple[Avail, ...]
    total: int


def avails(outlook: Outlook, slot: str) -> Avails:
    """How many ads more of new advertisers, in any format the slot takes, have a place in it.

    No booking may lose by them: each keeps the issues that the plan gives it, house ads excepted.
    Raises ``CommandError`` for an unknown slot, or without highspy.
    """
    place = next((one for one in outlook.ads.slots if one.id == slot), None)
    if place is None:
        raise CommandError(f'adslots.yaml has no slot "{slot}".')
    now = solved(outlook)
    room = _room(now, place)
    guests = tuple(_guest(place, number, outlook) for number in range(max(room.values(), default=0)))
    if not guests:
        return Avails(slot, tuple(Avail(issue, 0, 0, 0) for issue in now.made.issues), 0)
    made = program(replace(outlook, ads=_with(outlook, guests)))
    free, total = _free(made, now, {guest.id for guest in guests})
    booked = [run for run in schedule(now).runs if run.slot == slot]
    return Avails(
        slot,
        tuple(
            Avail(
                issue,
                room.get(issue, 0),
                sum((run.date, run.edition) == (issue.date, issue.edition) for run in booked),
                free[number],
            )
            for number, issue in enumerate(made.issues)
        ),
        total,
    )


def _with(outlook: Outlook, guests: tuple[LineItem, ...]) -> AdBook:
    return replace(outlook.ads, line_items=(*outlook.ads.line_items, *guests))


def _room(now: Solved, slot: Slot) -> dict[Coming, int]:
    """Per issue not built yet, how many ads the empty slot could hold."""
    found = {}
    for number, issue in enumerate(now.made.issues):
        ground = now.made.grounds[now.made.ground_of[number]]
        openings = ground.context.by_slot.get(slot.id, 0)
        if issue not in now.made.outlook.built and (slot.native or slot.sizes):
            found[issue] = min(ground.context.capacity, ground.hall.most(openings))
    return found


def _guest(slot: Slot, number: int, outlook: Outlook) -> LineItem:
    """An ad nobody booked: of its own advertiser, without wishes."""
    return LineItem(
        id=f"\0{number}",
        advertiser=f"\0{number}",
        flight=Flight(start=outlook.first, end=outlook.last),
        slots=(slot.id,),
        creatives=(_native() if slot.native else _picture(slot.sizes[0]),),
    )


def _native() -> Creative:
    return Creative(id="guest", url="https://example.com/", headline="guest")


def _picture(size: str) -> Creative:
    return Creative(id="guest", url="https://example.com/", image="https://example.com/", size=size)


def _free(made: Program, now: Solved, guests: set[str]) -> tuple[list[int], int]:
    """Per issue the most guests it could take, and the most over all issues together."""
    made.rows += _kept(made, now)
    here = [
        [c for c in columns if made.ads.line_items[made.columns[c].members[0]].id in guests]
        for columns in made.in_issue
    ]
    made.rows += [([(after, 1), (before, -1)], 0) for row in here for before, after in pairwise(row)]
    search = Search(made)
    everywhere = {column: 1 for row in here for column in row}
    best = fitting(made, search, everywhere, None)
    pool, found = [best], []
    for row in here:
        known = max(pool, key=lambda values: sum(values[c] for c in row))
        if not all(known[c] for c in row):
            values = fitting(made, search, dict.fromkeys(row, 1), known)
            pool += [values] if values is not known else []
            known = values
        found.append(sum(known[c] for c in row))
    return found, sum(best[column] for column in everywhere)


def _kept(made: Program, now: Solved) -> list[Row]:
    """Every paid booking keeps what the plan gives it."""
    given = {prospect.line_item: prospect for prospect in schedule(now).prospects}
    rows = []
    for number, booking in enumerate(made.bookings):
        planned = given.get(booking.item.id)
        if planned is None or booking.item.is_house or not planned.planned:
            continue
        terms = [
            (c, -booking.worth(made.issues[made.columns[c].issue].edition)) for c in made.of_item[number]
        ]
        rows.append((terms, -planned.planned))
    return rows
