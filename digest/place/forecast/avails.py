"""What can still be sold in each slot without hurting a booking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import median

from digest.errors import CommandError
from digest.model import Creative, Flight, LineItem, Slot
from digest.place.forecast.booking import Row
from digest.place.forecast.highs import Solver
from digest.place.forecast.issues import ForecastInputs, IssueDate
from digest.place.forecast.model import Chosen, Model, Values, model
from digest.place.forecast.plan import booking_forecasts, forecast
from digest.place.forecast.solve import Progress, Solved, refine, solved

_GUEST = "\0"  # begins the id of an ad that nobody booked


@dataclass(frozen=True, slots=True)
class Avail:
    """One issue: how many ads the slot could hold if it were empty, how many are planned, how many more can be sold.

    ``free`` has a place for sure; ``most`` is what it is at most, where the search for more was cut short.
    """

    issue: IssueDate
    room: int
    booked: int
    free: int
    most: int


@dataclass(frozen=True, slots=True)
class Avails:
    """``total`` can be sold over the whole span; the figure of an issue holds for it alone, so they may sum to more.

    ``rate`` is what an ad brings an issue: the median of the rates at which the slot is booked; 0 where it is not.
    """

    slot: str
    issues: tuple[Avail, ...]
    total: int
    rate: Fraction = Fraction(0)


def avails(
    inputs: ForecastInputs, slots: Sequence[str] = (), progress: Progress | None = None
) -> tuple[Avails, ...]:
    """Per slot, of all of them or of those named: how many ads more of new advertisers, in any format it takes, have a
    place in it.

    No booking may lose by them: each keeps the issues that the plan gives it, house ads excepted.
    Raises ``CommandError`` for an unknown slot, or without highspy.
    """
    known = {slot.id: slot for slot in inputs.ads.slots}
    for name in slots:
        if name not in known:
            raise CommandError(f'adslots.yaml has no slot "{name}".')
    now = solved(inputs, progress=progress)
    chosen = now.chosen
    wanted = [known[name] for name in slots] if slots else list(known.values())
    rooms = [_room(now.made, slot) for slot in wanted]
    guests = tuple(
        _guest(slot, which, number, inputs)
        for which, (slot, room) in enumerate(zip(wanted, rooms, strict=True))
        for number in range(max(room, default=0))
    )
    ads = replace(inputs.ads, line_items=(*inputs.ads.line_items, *guests))
    made = model(replace(inputs, ads=ads), alike=2)
    made.rows += _kept(made, now, chosen)
    start = [len([i for i in chosen[c.issue] if i in _set(made, n)]) for n, c in enumerate(made.columns)]
    booked = [(ad.date, ad.edition, ad.slot) for ad in forecast(now).ads]
    found = []
    for which, (slot, room) in enumerate(zip(wanted, rooms, strict=True)):
        free, total = _free(made, start, f"{_GUEST}{which}.", room)
        issues = tuple(
            Avail(issue, room[n], booked.count((issue.date, issue.edition, slot.id)), *free[n])
            for n, issue in enumerate(made.issues)
        )
        found.append(Avails(slot.id, issues, total, _rate(inputs, slot)))
    return tuple(found)


def _set(made: Model, column: int) -> frozenset[int]:
    return frozenset(group[0] for group in made.units[made.columns[column].unit].groups)


def _rate(inputs: ForecastInputs, slot: Slot) -> Fraction:
    rates = [item.rate for item in inputs.ads.line_items if slot.id in item.slots and item.rate]
    return median(rates) if rates else Fraction(0)


def _room(made: Model, slot: Slot) -> list[int]:
    """Per issue not built yet, how many ads the empty slot could hold."""
    found = []
    for number, issue in enumerate(made.issues):
        here = made.capacity(number)
        open_to_ads = issue not in made.inputs.built and (slot.native or slot.sizes)
        most = min(here.context.capacity, here.seating.most(here.context.by_slot.get(slot.id, 0)))
        found.append(most if open_to_ads else 0)
    return found


def _guest(slot: Slot, which: int, number: int, inputs: ForecastInputs) -> LineItem:
    """An ad nobody booked: of its own advertiser, without wishes."""
    return LineItem(
        id=f"{_GUEST}{which}.{number}",
        advertiser=f"{_GUEST}{which}.{number}",
        flight=Flight(start=inputs.first, end=inputs.last),
        slots=(slot.id,),
        creatives=(_native() if slot.native else _picture(slot.sizes[0]),),
    )


def _native() -> Creative:
    return Creative(id="guest", url="https://example.com/", headline="guest")


def _picture(size: str) -> Creative:
    return Creative(id="guest", url="https://example.com/", image="https://example.com/", size=size)


def _kept(made: Model, now: Solved, chosen: Chosen) -> list[Row]:
    """Every paid booking keeps what the plan gives it; bookings that are alike, together."""
    given = {booking.line_item: booking.planned for booking in booking_forecasts(now.made, chosen)}
    rows = []
    for unit, columns in zip(made.units, made.of_unit, strict=True):
        booking = made.bookings[unit.first[0]]
        for member in unit.first:
            booking = made.bookings[member]
            if booking.item.id in given and not booking.item.is_house:
                planned = sum(given[made.bookings[g[unit.first.index(member)]].item.id] for g in unit.groups)
                terms = [(c, -booking.worth(made.issues[made.columns[c].issue].edition)) for c in columns]
                rows += [(terms, -planned)] if planned else []
    return rows


def _free(made: Model, start: Values, guest: str, room: list[int]) -> tuple[list[tuple[int, int]], int]:
    """Per issue how many guests it can take, for sure and at most; and how many all issues can take together."""
    here = {
        column.issue: number
        for number, column in enumerate(made.columns)
        if made.ads.line_items[column.members[0]].id.startswith(guest)
    }
    if not here:
        return [(0, 0)] * len(room), 0
    solver = Solver(made.most, made.rows)
    for number, one in enumerate(made.columns):
        name = made.ads.line_items[one.members[0]].id
        if name.startswith(_GUEST) and not name.startswith(guest):
            solver.fix(number, 0)
    best, _ = refine(made, solver, dict.fromkeys(here.values(), 1), made.completed(start))
    pool, found = [best], []
    for issue in range(len(made.issues)):
        column = here.get(issue)
        if column is None:
            found.append((0, 0))
            continue
        known = max(pool, key=lambda values: values[column])
        most: int | None = made.columns[column].most
        if known[column] < made.columns[column].most:
            values, most = refine(made, solver, {column: 1}, known)
            pool += [values] if values is not known else []
            known = values
        found.append((known[column], made.columns[column].most if most is None else most))
    return found, sum(best[column] for column in here.values())
