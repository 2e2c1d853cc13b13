"""The plan as columns and rows: one column per group of companions and issue, 1 where the group runs there.

A stage is a weight per column, to be made as great as can be. ``plan.settle`` has their order.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from math import ceil, gcd, lcm

from digest.model import TIERS, AdBook, RunAd
from digest.place.facts import mask_of
from digest.place.forecast.booking import Booking, Row
from digest.place.forecast.ground import Ground, ground, groups_of
from digest.place.forecast.outlook import Coming, Outlook
from digest.place.forecast.rooms import Sum, sums
from digest.place.forecast.typical import sections_of

Weights = dict[int, int]  # column -> weight
MOST_WEIGHT = 1_000_000  # a solver in floating point tells sums of such weights apart


@dataclass(slots=True)
class Column:
    """Whether the line items ``members`` run in an issue."""

    issue: int
    group: int
    members: tuple[int, ...]


@dataclass
class Program:
    """Everything a plan must keep. Line items are numbered as in ``ads``, issues as in ``issues``.

    ``ads`` holds the bookings that can run within the span, nothing else. ``short`` are columns after those of
    ``columns``: whole numbers of issues that bookings counted in sends of unequal editions are short.
    """

    outlook: Outlook
    ads: AdBook
    issues: tuple[Coming, ...]
    bookings: list[Booking]
    grounds: list[Ground] = field(default_factory=list)  # one per lineup
    ground_of: list[int] = field(default_factory=list)  # per issue
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    short: list[tuple[int, int]] = field(default_factory=list)  # line item, upper bound
    sums: list[list[Sum]] = field(default_factory=list)  # per issue

    @cached_property
    def of_item(self) -> list[list[int]]:
        """Per line item its columns, by issue."""
        found: list[list[int]] = [[] for _ in self.bookings]
        for number, column in enumerate(self.columns):
            for member in column.members:
                found[member].append(number)
        return found

    @cached_property
    def in_issue(self) -> list[list[int]]:
        """Per issue its columns, by group."""
        found: list[list[int]] = [[] for _ in self.issues]
        for number, column in enumerate(self.columns):
            found[column.issue].append(number)
        return found

    def items_in(self, issue: int, chosen: frozenset[int]) -> frozenset[int]:
        """The line items that run in an issue, when these columns are 1."""
        return frozenset(
            item
            for number in self.in_issue[issue]
            if number in chosen
            for item in self.columns[number].members
        )

    def fits(self, issue: int, items: frozenset[int]) -> bool:
        """Whether these line items go into one issue together."""
        mask = mask_of(sorted(items))
        kept = all((mask & some).bit_count() <= most for some, most in self.sums[issue])
        return kept and self.grounds[self.ground_of[issue]].seat(items) is not None


def program(outlook: Outlook) -> Program:
    """Ask the rules, and write down what they say of the whole span."""
    ran: dict[str, list[RunAd]] = defaultdict(list)
    for run in outlook.ran_ads:
        ran[run.line_item].append(run)
    issues = outlook.issues()
    every = [Booking.of(item, outlook, ran[item.id]) for item in outlook.ads.line_items]
    chances = [frozenset(booking.chances()) for booking in every]
    live = [
        member
        for group in groups_of(outlook.ads.line_items)
        if frozenset.intersection(*(chances[member] for member in group))
        for member in group
    ]
    live.sort()
    ads = _only(outlook.ads, live)
    made = Program(outlook, ads, issues, [every[number] for number in live])
    _lay_grounds(made)
    _columns(made, [chances[number] for number in live])
    _rows_of_time(made)
    _rows_of_issues(made)
    return made


def _only(ads: AdBook, live: list[int]) -> AdBook:
    return replace(ads, line_items=tuple(ads.line_items[number] for number in live))


def _lay_grounds(made: Program) -> None:
    """One ground per lineup: the typical ones of the editions, and those that are known."""
    found: dict[object, int] = {}
    editions = {edition.name: edition for edition in made.outlook.editions}
    for issue in made.issues:
        known = made.outlook.known.get(issue)
        key = issue if known is not None else sections_of(made.outlook.lineups[issue.edition])
        if key not in found:
            found[key] = len(made.grounds)
            made.grounds.append(ground(made.ads, editions[issue.edition], made.outlook.lineup(issue)))
        made.ground_of.append(found[key])


def _columns(made: Program, chances: list[frozenset[Coming]]) -> None:
    groups = groups_of(made.ads.line_items)
    for number, issue in enumerate(made.issues):
        here = made.grounds[made.ground_of[number]]
        for which, group in enumerate(groups):
            if not all(issue in chances[member] and here.left[member] for member in group):
                continue
            if len(group) == 1 or here.seat(frozenset(group)) is not None:
                made.columns.append(Column(number, which, group))


def _rows_of_time(made: Program) -> None:
    for item, booking in enumerate(made.bookings):
        chances = [(made.issues[made.columns[c].issue], c) for c in made.of_item[item]]
        if not chances:
            continue
        made.rows += booking.ties(chances)
        worths = {booking.worth(issue.edition) for issue, _ in chances}
        if booking.item.goal is not None and len(worths) > 1:
            _shortfall(made, item, booking, max(worths))


def _shortfall(made: Program, item: int, booking: Booking, largest: int) -> None:
    """A column that counts the issues of the largest edition by which the booking stays short."""
    need = booking.need()
    if not need:
        return
    column = len(made.columns) + len(made.short)
    made.short.append((item, ceil(Fraction(need, largest))))
    terms = [(c, -booking.worth(made.issues[made.columns[c].issue].edition)) for c in made.of_item[item]]
    made.rows.append(([*terms, (column, -largest)], -need))


def _rows_of_issues(made: Program) -> None:
    cached: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for number, columns in enumerate(made.in_issue):
        items = mask_of([item for c in columns for item in made.columns[c].members])
        key = (made.ground_of[number], items)
        if key not in cached:
            cached[key] = sums(made.grounds[key[0]], items)
        made.sums.append(cached[key])
        for mask, most in cached[key]:
            terms = [(c, sum(mask >> item & 1 for item in made.columns[c].members)) for c in columns]
            made.rows.append(([(c, weight) for c, weight in terms if weight], most))


def tier_stages(made: Program, tier: str) -> tuple[list[Weights], Weights, Weights]:
    """Of one tier: its deliveries (final, then by the end of the span), its pacing, its runs without a goal."""
    both = [_delivery(made, tier, final=True), _delivery(made, tier, final=False)]
    return [weights for weights in both if weights], _pacing(made, (tier,)), _runs(made, tier)


def last_stages(made: Program) -> list[Weights]:
    """After the deliveries of all tiers: pacing, that is the least lag behind what is allowed, summed over issue
    dates; runs without a goal by tier; value, that is rate times the greatest band it may have; the earliest
    dates, the first in the file on the earliest. What is still equal is parted by numbers drawn from the names,
    so that any exact solver finds the same plan.
    """
    runs = [_runs(made, tier) for tier in TIERS]
    found = [_pacing(made, TIERS), *runs, _value(made), _earliest(made), _draw(made)]
    return [weights for weights in found if weights]


def _delivery(made: Program, tier: str, *, final: bool) -> Weights:
    weights: Weights = defaultdict(int)
    uneven = {item: len(made.columns) + number for number, (item, _) in enumerate(made.short)}
    for item, booking in enumerate(made.bookings):
        if booking.item.tier != tier or booking.item.goal is None or booking.ends_within != final:
            continue
        if item in uneven:
            weights[uneven[item]] -= 1
            continue
        for column in made.of_item[item]:
            weights[column] += 1
    return dict(weights)


def _runs(made: Program, tier: str) -> Weights:
    weights: Weights = defaultdict(int)
    for item, booking in enumerate(made.bookings):
        if booking.item.tier == tier and booking.item.goal is None:
            for column in made.of_item[item]:
                weights[column] += 1
    return dict(weights)


def _pacing(made: Program, tiers: tuple[str, ...]) -> Weights:
    weights: Weights = defaultdict(int)
    for item, booking in enumerate(made.bookings):
        if booking.item.goal is not None and booking.item.tier in tiers:
            for column in made.of_item[item]:
                weights[column] += booking.lead(made.issues[made.columns[column].issue].date)
    return dict(weights)


def _value(made: Program) -> Weights:
    exact: dict[int, Fraction] = defaultdict(Fraction)
    for number, column in enumerate(made.columns):
        here = made.grounds[made.ground_of[column.issue]]
        for item in column.members:
            rate = made.ads.line_items[item].rate
            if rate:
                exact[number] += rate * here.best_band(item)
    return whole(exact)


def whole(exact: dict[int, Fraction]) -> Weights:
    """The same proportions in whole numbers; rounded to a millionth of the greatest where that is too fine."""
    down = lcm(1, *(value.denominator for value in exact.values()))
    scaled = {number: int(value * down) for number, value in exact.items()}
    shared = gcd(0, *scaled.values()) or 1
    scaled = {number: value // shared for number, value in scaled.items()}
    most = max(map(abs, scaled.values()), default=0)
    if most > MOST_WEIGHT:
        scaled = {number: value * MOST_WEIGHT // most for number, value in scaled.items()}
    return {number: value for number, value in scaled.items() if value}


def _earliest(made: Program) -> Weights:
    days = {day: number for number, day in enumerate(made.outlook.days())}
    groups = max((column.group for column in made.columns), default=0) + 1
    return {
        number: (len(days) - days[made.issues[column.issue].date]) * (groups - column.group)
        for number, column in enumerate(made.columns)
    }


def _draw(made: Program) -> Weights:
    """Weights drawn from the names of booking, edition and date: they part plans that are equal in all else."""
    weights = {}
    for number, column in enumerate(made.columns):
        issue = made.issues[column.issue]
        name = f"{made.ads.line_items[column.members[0]].id}|{issue.edition}|{issue.date}"
        weights[number] = int.from_bytes(sha256(name.encode()).digest()[:4], "big") % MOST_WEIGHT
    return weights
