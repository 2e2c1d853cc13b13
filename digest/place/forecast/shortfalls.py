"""Which bookings will end short or never run, by how much, and who stands in their way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from digest.place.forecast.capacity import groups_of
from digest.place.forecast.issues import BookingForecast, Forecast, ForecastInputs, IssueDate
from digest.place.forecast.model import Chosen, Model, model
from digest.place.forecast.plan import booking_forecasts, forecast
from digest.place.forecast.solve import Progress, Solved, solved

RIVALS = 5


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A booking that ends short in the best plan, or that never runs in it.

    ``alone`` is what would be missing if nobody else had booked; ``rivals`` are those that hold the places it could
    have, the most frequent first. ``homeless`` is whether no issue of the span has an opening for it, though it may run
    on some of its dates.
    """

    booking: BookingForecast
    alone: int
    rivals: tuple[str, ...]
    homeless: bool = False


def shortfalls(
    inputs: ForecastInputs, progress: Progress | None = None
) -> tuple[Forecast, tuple[Shortfall, ...]]:
    """The plan as far as it is about what was booked, and every booking that it does not serve. In file order.

    Raises ``CommandError`` without highspy.
    """
    solution = solved(inputs, deliveries_only=True, progress=progress)
    plan = forecast(solution)
    return replace(plan, gap=0.0), unserved(solution, plan)


def unserved(solution: Solved, plan: Forecast) -> tuple[Shortfall, ...]:
    """The bookings that the plan leaves short or never runs."""
    alone: dict[int, int] = {}
    chosen = solution.chosen
    return tuple(
        _shortfall(solution.model, chosen, booking, alone)
        for booking in plan.bookings
        if is_unserved(solution.model.inputs, booking)
    )


def is_unserved(inputs: ForecastInputs, booking: BookingForecast) -> bool:
    """Whether it ends short, is a sponsorship that misses an issue, or is paid, without a goal, and never runs.

    A flight that had ended before the span began is none of these: what it is short is owed.
    """
    item = inputs.ads.line_item(booking.line_item)
    flight = item.flight if item else None
    if item is None or item.is_house or (flight and flight.last and flight.last < inputs.first):
        return False
    if booking.booked is not None:
        return booking.final and booking.short > 0
    ran = any(run.line_item == item.id and inputs.is_fact(run) for run in inputs.ran_ads)
    return booking.short > 0 or (booking.dates > 0 and not booking.issues and not ran)


def _shortfall(model: Model, chosen: Chosen, booking: BookingForecast, alone: dict[int, int]) -> Shortfall:
    number = model.number(booking.line_item)
    if number is None:  # its own dates, cap, pacing or companions leave it no issue
        return Shortfall(booking, booking.short or booking.dates, ())
    unit = model.unit_of[number]
    if unit not in alone:
        alone[unit] = _alone(model.inputs, booking.line_item)
    missing = alone[unit]
    rivals = () if booking.short and missing >= booking.short else _rivals(model, chosen, number)
    return Shortfall(booking, missing, rivals, not model.of_item(number))


def _alone(inputs: ForecastInputs, line_item: str) -> int:
    """What would be missing if only this booking, with its companions, were in the file."""
    items = inputs.ads.line_items
    group = next(group for group in groups_of(items) if any(items[i].id == line_item for i in group))
    ads = replace(inputs.ads, line_items=tuple(items[i] for i in group))
    solution = solved(replace(inputs, ads=ads), deliveries_only=True)
    bookings = booking_forecasts(solution.model, solution.chosen)
    return next(booking.short for booking in bookings if booking.line_item == line_item)


def _rivals(model: Model, chosen: Chosen, number: int) -> tuple[str, ...]:
    groups = {item: frozenset(group) for group in groups_of(model.ads.line_items) for item in group}
    counts: Counter[int] = Counter()
    for column in model.of_item(number):
        issue = model.columns[column].issue
        if number not in chosen[issue]:
            counts.update(_blockers(model, issue, chosen[issue], groups, groups[number]))
    order = sorted(counts, key=lambda item: (-counts[item], item))[:RIVALS]
    return tuple(model.ads.line_items[item].id for item in order)


def _blockers(
    model: Model, issue: int, there: frozenset[int], groups: dict[int, frozenset[int]], wanted: frozenset[int]
) -> Iterator[int]:
    """Who would have to leave for ``wanted`` to run: one of them would do, else all there."""
    capacity = model.capacity(issue)
    if capacity.fits(there | wanted):
        return
    placed = list(dict.fromkeys(groups[item] for item in sorted(there)))
    single = [group for group in placed if capacity.fits((there - group) | wanted)]
    for group in single or placed:
        yield from sorted(group)


def in_the_way(inputs: ForecastInputs, plan: Forecast, line_items: Iterable[str]) -> dict[str, list[str]]:
    """Per booking, who holds the places that it could have, in a plan however it was made; the most frequent first."""
    wanted = list(line_items)
    if not wanted:
        return {}
    built = model(inputs)
    index = {item.id: n for n, item in enumerate(built.ads.line_items)}
    there: dict[IssueDate, set[int]] = {issue: set() for issue in built.issues}
    for ad in plan.ads:
        if ad.line_item in index and not ad.built:
            there[IssueDate(ad.date, ad.edition)].add(index[ad.line_item])
    chosen: Chosen = [frozenset(there[issue]) for issue in built.issues]
    numbers = {name: built.number(name) for name in wanted}
    return {
        name: [] if number is None else list(_rivals(built, chosen, number))
        for name, number in numbers.items()
    }
