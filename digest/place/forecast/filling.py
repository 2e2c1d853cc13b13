"""A plan that keeps every row, one ad after the other: quick, and rarely the best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from digest.place.forecast.booking import Row
from digest.place.forecast.model import Model, Values
from digest.place.forecast.stages import rank


class Filling:
    """Values that keep all rows, to be changed one ad at a time.

    Rows with a negative weight, or about shortfalls (what a stage before promised) are not looked at.
    """

    def __init__(self, model: Model, rows: Sequence[Row], start: Values | None = None) -> None:
        self.model = model
        count = len(model.columns)
        limits = [row for row in rows if all(weight > 0 and column < count for column, weight in row[0])]
        self._bearing: list[list[tuple[int, int]]] = [[] for _ in model.columns]
        for number, (terms, _) in enumerate(limits):
            for column, weight in terms:
                self._bearing[column].append((number, weight))
        self._left = [most for _, most in limits]
        self.values = [0] * len(model.columns)
        for column, value in enumerate(start or ()):
            for _ in range(value if column < len(model.columns) else 0):
                self._add(column, 1)

    def _add(self, column: int, count: int) -> None:
        self.values[column] += count
        for row, weight in self._bearing[column]:
            self._left[row] -= weight * count

    def take(self, column: int) -> bool:
        """One ad more, if there is room for it."""
        wanted = self.model.columns[column]
        if self.values[column] >= wanted.most or any(self._left[r] < w for r, w in self._bearing[column]):
            return False
        self._add(column, 1)
        if self.model.capacity(wanted.issue).seat(
            self.model.items(self.model.in_issue[wanted.issue], self.values)
        ):
            return True
        self._add(column, -1)
        return False

    def make_room(self, column: int) -> int:
        """As many ads of a column as there is room for where each other ad of its issue may move to another one."""
        while self.take(column) or self._move_for(column):
            pass
        return self.values[column]

    def _move_for(self, column: int) -> bool:
        for other in self.model.in_issue[self.model.columns[column].issue]:
            if other != column and self.values[other]:
                self._add(other, -1)
                if self.take(column):
                    if self._moved(other):
                        return True
                    self._add(column, -1)
                self._add(other, 1)
        return False

    def _moved(self, column: int) -> bool:
        """Whether an ad that left this column has another place; a house ad needs none."""
        model, members = self.model, self.model.columns[column].members
        if all(model.bookings[member].item.is_house for member in members):
            return True
        worth = self._worths(column)
        others = model.of_unit[model.columns[column].unit]
        return any(c != column and self._worths(c) == worth and self.take(c) for c in others)

    def _worths(self, column: int) -> list[int]:
        chance = self.model.columns[column]
        return [
            self.model.bookings[m].worths[self.model.issues[chance.issue].edition] for m in chance.members
        ]

    def copy(self) -> Filling:
        copied = object.__new__(Filling)
        copied.__dict__.update(self.__dict__)
        copied.values, copied._left = self.values.copy(), self._left.copy()
        return copied


def fill(model: Model, order: Iterable[int]) -> Values:
    """Take each column in ``order``, as often as what is taken already leaves room for it."""
    filling = Filling(model, model.rows)
    for column in order:
        while filling.take(column):
            pass
    return model.completed(filling.values)


def by_deadline(model: Model) -> list[int]:
    """Tier by tier, goals first, and of them those whose flight ends first; each from its first date on."""

    def key(column: int) -> tuple[object, ...]:
        booking = model.bookings[model.columns[column].members[0]]
        flight = booking.item.flight
        last = flight.last if flight and flight.last else model.inputs.last
        return rank(booking.item), booking.item.goal is None, last, model.columns[column].unit, column

    return sorted(range(len(model.columns)), key=key)
