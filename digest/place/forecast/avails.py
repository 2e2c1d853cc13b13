"""What can still be sold in each slot without hurting a booking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import mean, median

from digest.errors import CommandError
from digest.model import Creative, Flight, LineItem, Slot
from digest.place.delivery import editions_of
from digest.place.forecast.booking import Row
from digest.place.forecast.filling import Filling
from digest.place.forecast.highs import Solver
from digest.place.forecast.issues import ForecastInputs, IssueDate
from digest.place.forecast.model import Chosen, Model, Values, model
from digest.place.forecast.plan import booking_forecasts, forecast
from digest.place.forecast.solve import SMALL, Progress, Solved, refine, solved

SEARCHES = 40  # of single issues, all slots together, in a large book
_GUEST = "\0"  # begins the id of an ad that nobody booked


@dataclass(frozen=True, slots=True)
class Avail:
    """One issue: how many ads the slot could hold if it were empty, how many are planned, how many more can be sold.

    ``free`` has a place for sure; ``most`` is what it is at most, where the search for more was cut short. ``load`` is
    how many more ads the issue takes at most, of all slots together.
    """

    issue: IssueDate
    room: int
    booked: int
    free: int
    most: int
    load: int


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
    plan = solved(inputs, progress=progress)
    chosen = plan.chosen
    wanted = [known[name] for name in slots] if slots else list(known.values())
    rooms = [_room(plan.model, slot) for slot in wanted]
    guests = tuple(
        _guest(slot, which, number, inputs)
        for which, (slot, room) in enumerate(zip(wanted, rooms, strict=True))
        for number in range(max(room, default=0))
    )
    ads = replace(inputs.ads, line_items=(*inputs.ads.line_items, *guests))
    with_guests = model(replace(inputs, ads=ads), alike=2)
    kept = _kept(with_guests, plan, chosen)
    with_guests.rows += kept
    search = _Search(
        with_guests,
        kept,
        [len(chosen[c.issue] & _first(with_guests, n)) for n, c in enumerate(with_guests.columns)],
    )
    booked = [(ad.date, ad.edition, ad.slot) for ad in forecast(plan).ads]
    loads = [_load(plan.model, n, chosen[n]) for n in range(len(plan.model.issues))]
    available = []
    for which, (slot, room) in enumerate(zip(wanted, rooms, strict=True)):
        free, total = search.free(f"{_GUEST}{which}.")
        issues = tuple(
            Avail(issue, room[n], booked.count((issue.date, issue.edition, slot.id)), *free[n], loads[n])
            for n, issue in enumerate(with_guests.issues)
        )
        available.append(Avails(slot.id, issues, total, _rate(inputs, slot)))
    return tuple(available)


def brings(available: Sequence[Avails], number: int) -> Fraction:
    """What the free places of issue ``number`` bring together, at most: the dearest slots first, as far as its ad load
    goes."""
    issues = [slot.issues[number] for slot in available]
    left, worth = max((issue.load for issue in issues), default=0), Fraction(0)
    for slot, issue in sorted(zip(available, issues, strict=True), key=lambda pair: -pair[0].rate):
        worth += slot.rate * min(left, issue.free)
        left -= min(left, issue.free)
    return worth


def _load(model: Model, number: int, chosen: frozenset[int]) -> int:
    """Places of an issue that is not built, less those of paid ads."""
    if model.issues[number] in model.inputs.built:
        return 0
    paid = sum(not model.ads.line_items[item].is_house for item in chosen)
    return max(0, model.capacity(number).context.capacity - paid)


def _first(model: Model, column: int) -> frozenset[int]:
    """One line item of each of the groups of a column."""
    return frozenset(group[0] for group in model.units[model.columns[column].unit].groups)


def _rate(inputs: ForecastInputs, slot: Slot) -> Fraction:
    booked = [item for item in inputs.ads.line_items if slot.id in item.slots and item.rate]
    rates = [
        mean(item.rate_for(edition.expected_sends) for edition in its)
        for item in booked
        if (its := editions_of(item, inputs.editions))
    ]
    return median(rates) if rates else Fraction(0)


def _room(model: Model, slot: Slot) -> list[int]:
    """Per issue not built yet, how many ads the empty slot could hold."""
    numbers = []
    for number, issue in enumerate(model.issues):
        capacity = model.capacity(number)
        open_to_ads = issue not in model.inputs.built and (slot.native or slot.sizes)
        most = min(capacity.context.capacity, capacity.seating.most(capacity.context.by_slot.get(slot.id, 0)))
        numbers.append(most if open_to_ads else 0)
    return numbers


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


def _kept(model: Model, plan: Solved, chosen: Chosen) -> list[Row]:
    """Every paid booking keeps what the plan gives it; bookings that are alike, together."""
    given = {booking.line_item: booking.planned for booking in booking_forecasts(plan.model, chosen)}
    rows = []
    for unit, columns in zip(model.units, model.of_unit, strict=True):
        booking = model.bookings[unit.first[0]]
        for member in unit.first:
            booking = model.bookings[member]
            if booking.item.id in given and not booking.item.is_house:
                planned = sum(given[model.bookings[g[unit.first.index(member)]].item.id] for g in unit.groups)
                terms = [(c, -booking.worth(model.issues[model.columns[c].issue].edition)) for c in columns]
                rows += [(terms, -planned)] if planned else []
    return rows


class _Search:
    """How many guests go into issues. ``start`` is the plan without any.

    Plans that make room in one fortnight after the other are found first; from the nearest, moving single ads makes
    room in one issue. Only what is open then is searched, and of a large book no more than ``SEARCHES`` issues.
    """

    def __init__(self, model: Model, kept: list[Row], start: Values) -> None:
        self.kept = kept
        self.model, self.start = model, model.completed(start)
        self.solver = Solver(model.most, model.rows)
        self.searches = SEARCHES if len(model.columns) > SMALL else len(model.columns)
        self.guests = {n for n, c in enumerate(model.columns) if self._name(n).startswith(_GUEST)}
        self.plans: dict[int, list[Filling]] = {}  # per fortnight
        self.at_first = Filling(model, model.rows, self.start)

    def _name(self, column: int) -> str:
        return self.model.ads.line_items[self.model.columns[column].members[0]].id

    def free(self, guest: str) -> tuple[list[tuple[int, int]], int]:
        """Per issue how many guests of the name it can take, for sure and at most; and all issues together."""
        guests = {
            self.model.columns[n].issue: n for n in sorted(self.guests) if self._name(n).startswith(guest)
        }
        if not guests:
            return [(0, 0)] * len(self.model.issues), 0
        best, _ = refine(self.model, self.solver, dict.fromkeys(guests.values(), 1), self.start)
        fitting = [
            self._in_issue(guests[issue], best) if issue in guests else (0, 0)
            for issue in range(len(self.model.issues))
        ]
        return fitting, sum(best[column] for column in guests.values())

    def _in_issue(self, column: int, best: Values) -> tuple[int, int]:
        most = self._at_most(column)
        known = best
        for plan in self._near(column):
            if known[column] >= most:
                break
            trial = plan.copy()
            trial.make_room(column)
            values = self.model.completed(trial.values)
            if values[column] > known[column] and all(
                sum(w * values[c] for c, w in row) <= m for row, m in self.kept
            ):
                known = values
        if known[column] < most and self.searches:
            self.searches -= 1
            known, bound = refine(self.model, self.solver, {column: 1}, known)
            most = most if bound is None else min(most, bound)
        return known[column], most

    def _at_most(self, column: int) -> int:
        """What has a place beside the ads that could not run anywhere else."""
        model, issue = self.model, self.model.columns[column].issue
        fixed: set[int] = set()
        for neighbour in model.in_issue[issue]:
            others = model.of_unit[model.columns[neighbour].unit]
            needed, room = (sum(of[c] for c in others) for of in (self.start, model.most))
            forced = needed - (room - model.columns[neighbour].most)
            house = all(model.bookings[member].item.is_house for member in model.columns[neighbour].members)
            if neighbour not in self.guests and not house and forced > 0:
                fixed |= model.items(
                    [neighbour], [forced if c == neighbour else 0 for c in range(len(model.columns))]
                )
        capacity, groups, count = model.capacity(issue), model.units[model.columns[column].unit].groups, 0
        while count < model.columns[column].most and capacity.fits(
            frozenset(fixed.union(*groups[: count + 1]))
        ):
            count += 1
        return count

    def _near(self, column: int) -> list[Filling]:
        """The plan without guests, and one that makes as much room as there can be in the fortnight of a column."""
        model = self.model
        first = model.issues[0].date
        when = [(model.issues[c.issue].date - first).days // 14 for c in model.columns]
        block = when[column]
        if block not in self.plans:
            weights = {n: 1 for n in self.guests if when[n] == block}
            values, _ = refine(model, self.solver, weights, self.start, exactly=False)
            bare = [0 if n in self.guests else value for n, value in enumerate(values)]
            self.plans[block] = [self.at_first, Filling(model, model.rows, bare)]
        return self.plans[block]
