"""A plan that keeps every row, one ad after the other in a given order: quick, and rarely the best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from digest.place.forecast.booking import Row
from digest.place.forecast.model import Model, Values
from digest.place.forecast.stages import rank


def fill(made: Model, rows: Sequence[Row], order: Iterable[int], start: Values | None = None) -> Values:
    """Take each column in ``order``, as often as what is taken already leaves room for it.

    Rows with a negative weight (what a stage before promised) are not looked at.
    """
    limits = [row for row in rows if all(weight > 0 for _, weight in row[0])]
    bearing: list[list[tuple[int, int]]] = [[] for _ in made.columns]
    for number, (terms, _) in enumerate(limits):
        for column, weight in terms:
            bearing[column].append((number, weight))
    left = [most for _, most in limits]
    values = [0] * len(made.columns)

    def take(column: int) -> None:
        here = made.columns[column]
        while values[column] < here.most and all(left[r] >= weight for r, weight in bearing[column]):
            values[column] += 1
            if made.capacity(here.issue).seat(made.items(made.in_issue[here.issue], values)) is None:
                values[column] -= 1
                return
            for r, weight in bearing[column]:
                left[r] -= weight

    for column, value in enumerate(start or ()):
        if value and column < len(made.columns):
            take(column)
    for column in order:
        if not values[column]:
            take(column)
    return made.completed(values)


def by_deadline(made: Model) -> list[int]:
    """Tier by tier, goals first, and of them those whose flight ends first; each from its first date on."""

    def key(column: int) -> tuple[object, ...]:
        booking = made.bookings[made.columns[column].members[0]]
        flight = booking.item.flight
        last = flight.last if flight and flight.last else made.inputs.last
        return rank(booking.item), booking.item.goal is None, last, made.columns[column].unit, column

    return sorted(range(len(made.columns)), key=key)
