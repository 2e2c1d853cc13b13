"""The plan as columns and rows: a column per booking and issue, 1 where it runs there.

Companions share a column, and so do bookings that are alike: theirs counts how many of them run. A stage is a weight
per column, to be made as great as can be; ``stages`` has them in order.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import ceil

from digest.model import AdBook, RunAd
from digest.place.facts import mask_of
from digest.place.forecast.alike import MANY, Unit, share, units
from digest.place.forecast.booking import Booking, Row
from digest.place.forecast.capacity import IssueCapacity, capacity, groups_of
from digest.place.forecast.issues import ForecastInputs, IssueDate
from digest.place.forecast.typical import sections_of

Values = list[int]  # one a column
Chosen = list[frozenset[int]]  # per issue, the line items that run


@dataclass(slots=True)
class Column:
    """How many of a unit run in an issue. ``members`` are the line items of its first group."""

    issue: int
    unit: int
    members: tuple[int, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Short:
    """A column after those of bookings: how many issues one stays short, each counting ``largest``, of ``need``."""

    item: int
    need: int
    largest: int

    @property
    def most(self) -> int:
        return ceil(Fraction(self.need, self.largest))


@dataclass
class Model:
    """Everything a plan must keep. Line items are numbered as in ``ads``, issues as in ``issues``.

    ``ads`` holds the bookings that can run within the span, nothing else. ``short`` are columns after those of
    ``columns``: whole numbers of issues that bookings are short whose issues do not count alike.
    """

    inputs: ForecastInputs
    ads: AdBook
    issues: tuple[IssueDate, ...]
    bookings: list[Booking]
    units: list[Unit]
    capacities: list[IssueCapacity] = field(default_factory=list)  # one per kind of issue
    capacity_of: list[int] = field(default_factory=list)  # per issue
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    short: list[Short] = field(default_factory=list)
    every: tuple[Booking, ...] = ()  # all of the file

    @cached_property
    def most(self) -> list[int]:
        """The upper bounds of all columns."""
        return [column.most for column in self.columns] + [short.most for short in self.short]

    @cached_property
    def of_unit(self) -> list[list[int]]:
        """Per unit its columns, by issue."""
        columns: list[list[int]] = [[] for _ in self.units]
        for number, column in enumerate(self.columns):
            columns[column.unit].append(number)
        return columns

    @cached_property
    def unit_of(self) -> list[int]:
        """Per line item its unit."""
        return [n for _, n in sorted((i, n) for n, u in enumerate(self.units) for g in u.groups for i in g)]

    @cached_property
    def in_issue(self) -> list[list[int]]:
        """Per issue its columns, by unit."""
        columns: list[list[int]] = [[] for _ in self.issues]
        for number, column in enumerate(self.columns):
            columns[column.issue].append(number)
        return columns

    def of_item(self, item: int) -> list[int]:
        return self.of_unit[self.unit_of[item]]

    def capacity(self, issue: int) -> IssueCapacity:
        return self.capacities[self.capacity_of[issue]]

    def items(self, columns: list[int], values: Values) -> frozenset[int]:
        """Line items that stand for what these columns of one issue say."""
        return frozenset(
            item
            for number in columns
            for group in self.units[self.columns[number].unit].groups[: values[number]]
            for item in group
        )

    def chosen(self, values: Values) -> Chosen:
        """Who runs where."""
        return share(
            self.units,
            [{self.columns[c].unit: values[c] for c in columns if values[c]} for columns in self.in_issue],
        )

    def completed(self, values: Values) -> Values:
        """The values with the shortfalls that follow from them."""
        return values[: len(self.columns)] + [self._missing(short, values) for short in self.short]

    def _missing(self, short: Short, values: Values) -> int:
        worths, columns = self.bookings[short.item].worths, self.of_item(short.item)
        had = sum(values[c] * worths[self.issues[self.columns[c].issue].edition] for c in columns)
        return max(0, ceil(Fraction(short.need - had, short.largest)))

    def number(self, line_item: str) -> int | None:
        return next((n for n, booking in enumerate(self.bookings) if booking.item.id == line_item), None)


def model(inputs: ForecastInputs, alike: int = MANY) -> Model:
    """Ask the rules, and write down what they say of the whole span. So many ``alike`` bookings count together."""
    every = bookings(inputs)
    chances = [frozenset(booking.chances) for booking in every]
    groups = groups_of(inputs.ads.line_items)
    live = sorted(
        m for group in groups if frozenset.intersection(*(chances[i] for i in group)) for m in group
    )
    ads = replace(inputs.ads, line_items=tuple(inputs.ads.line_items[number] for number in live))
    left = [every[number] for number in live]
    built = Model(inputs, ads, inputs.issues(), left, units(ads, left, alike), every=every)
    _capacities(built)
    _columns(built, [chances[number] for number in live])
    for number in range(len(built.units)):
        built.rows += _rows_of_time(built, number)
    for issue in range(len(built.issues)):
        built.rows += _rows_of_issue(built, issue)
    return built


def bookings(inputs: ForecastInputs) -> tuple[Booking, ...]:
    """Every line item of the file with its rows of the ledger."""
    ran: dict[str, list[RunAd]] = defaultdict(list)
    for run in inputs.ran_ads:
        ran[run.line_item].append(run)
    return tuple(Booking.of(item, inputs, ran[item.id]) for item in inputs.ads.line_items)


def _capacities(built: Model) -> None:
    """One per edition and lineup: the typical ones of the editions, and those that are known; on dates
    with other creatives, others."""
    numbers: dict[object, int] = {}
    editions = {edition.name: edition for edition in built.inputs.editions}
    changing = [
        item
        for item in built.ads.line_items
        if not all(creative.dates.is_open for creative in item.creatives)
    ]
    for issue in built.issues:
        edition, known = editions[issue.edition], built.inputs.known.get(issue)
        shape = issue if known is not None else sections_of(built.inputs.lineups[issue.edition])
        shown = tuple(item.creatives_on(issue.date) for item in changing)
        key = (shape, edition.name, shown)
        if key not in numbers:
            numbers[key] = len(built.capacities)
            built.capacities.append(capacity(built.ads, edition, built.inputs.lineup(issue), issue.date))
        built.capacity_of.append(numbers[key])


def _columns(built: Model, chances: list[frozenset[IssueDate]]) -> None:
    for number, issue in enumerate(built.issues):
        capacity = built.capacity(number)
        for which, unit in enumerate(built.units):
            group = unit.first
            if not all(issue in chances[member] and capacity.left[member] for member in group):
                continue
            if capacity.seat(frozenset(group)) is None or not capacity.fits(frozenset(group)):
                continue
            most = 1
            while most < unit.many and capacity.fits(
                frozenset(i for g in unit.groups[: most + 1] for i in g)
            ):
                most += 1
            built.columns.append(Column(number, which, group, most))


def _rows_of_time(built: Model, number: int) -> list[Row]:
    unit, columns = built.units[number], built.of_unit[number]
    chances = [(built.issues[built.columns[c].issue], c) for c in columns]
    if not chances:
        return []
    rows: list[Row] = []
    for item in unit.first:
        booking = built.bookings[item]
        rows += booking.ties(chances, unit.many)
        if booking.item.goal is not None and booking.need():
            rows += _shortfall(built, item, booking, unit.many)
    return rows


def _shortfall(built: Model, item: int, booking: Booking, many: int) -> list[Row]:
    """A column that counts the issues by which it stays short, in issues of the edition that counts most, where
    the number of its issues does not say it: they do not count alike, or may be more than it needs."""
    assert booking.item.goal is not None
    columns = built.of_item(item)
    worths = [booking.worths[built.issues[built.columns[c].issue].edition] for c in columns]
    exceeds = len(booking.editions) > 1 and (not booking.ends_within or booking.item.goal.unit != "issues")
    if not any(worths) or (len(set(worths)) == 1 and not exceeds):
        return []
    uneven = len(set(booking.worths.values())) > 1
    short = Short(item, (booking.need() if uneven else needed(booking)) * many, max(worths))
    terms = [(c, -worth) for c, worth in zip(columns, worths, strict=True)]
    built.short.append(short)
    column = len(built.columns) + len(built.short) - 1
    return [([*terms, (column, -short.largest)], -short.need)]


def needed(booking: Booking) -> int:
    """What is missing now, in issues, of the edition that counts most."""
    largest = max(map(booking.worth, booking.editions), default=0)
    return ceil(Fraction(booking.need(), largest)) if largest else 0


def _rows_of_issue(built: Model, issue: int) -> list[Row]:
    columns = built.in_issue[issue]
    items = mask_of(
        [i for c in columns for group in built.units[built.columns[c].unit].groups for i in group]
    )
    rows: list[Row] = []
    for mask, most in built.capacity(issue).sums(items):
        weights = [(c, sum(mask >> item & 1 for item in built.columns[c].members)) for c in columns]
        terms = [(c, weight) for c, weight in weights if weight]
        several = max((built.columns[c].most for c, _ in terms), default=1) if most == 1 else 1
        if several > 1:  # any of a unit's bookings keeps the others out, and they do not keep out each other
            terms = [(c, w if built.columns[c].most > 1 else several) for c, w in terms]
        if sum(weight * built.columns[c].most for c, weight in terms) > most * several:
            rows.append((terms, most * several))
    return rows
