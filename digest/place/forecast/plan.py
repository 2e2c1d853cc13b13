"""The plan over the coming issues: stage by stage the best, and unique."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from digest.model import TIERS, LineItem, RunAd
from digest.place.forecast.booking import Booking
from digest.place.forecast.outlook import Coming, Outlook, Prospect, Run, Schedule
from digest.place.forecast.program import Program, Weights, last_stages, program, tier_stages
from digest.place.forecast.search import Search, total

ROUNDS = 200  # of cuts in one stage


@dataclass(frozen=True)
class Solved:
    """A program with the columns that are 1 in its best plan. ``optimal`` is False where a search was cut short."""

    made: Program
    chosen: frozenset[int]
    optimal: bool = True


def plan(outlook: Outlook) -> Schedule:
    """What will run where. Raises ``CommandError`` without highspy."""
    return schedule(solved(outlook))


def solved(outlook: Outlook) -> Solved:
    """The best plan, before it is put into words. Raises ``CommandError`` without highspy."""
    made = program(outlook)
    if not made.columns:
        return Solved(made, frozenset())
    search = Search(made)
    values = settle(made, search)
    chosen = frozenset(column for column in range(len(made.columns)) if values[column])
    return Solved(made, chosen, search.optimal)


def settle(made: Program, search: Search) -> list[int]:
    """The best values, stage by stage.

    Tier by tier: the least final shortfall, then the least shortfall by the end of the span. Then the tier's
    bookings without a goal are promised, before any lower tier is served, as many runs as they have when the goals
    of their own tier keep pace as well as they can. The last stages are those of ``last_stages``.
    """
    values: list[int] | None = None
    for tier in TIERS:
        deliveries, pacing, runs = tier_stages(made, tier)
        values = _stages(made, search, deliveries, values)
        if runs:
            values = _stages(made, search.copy(), [pacing, runs] if pacing else [runs], values)
            search.at_least(runs, total(runs, values or []))
    values = _stages(made, search, last_stages(made), values)
    return values if values is not None else search.nothing()


def _stages(
    made: Program, search: Search, wanted: list[Weights], values: list[int] | None
) -> list[int] | None:
    """Each stage as good as it can be, and held for the next."""
    for weights in wanted:
        values = fitting(made, search, weights, values)
        search.hold(weights, values)
    return values


def fitting(made: Program, search: Search, weights: Weights, known: list[int] | None) -> list[int]:
    """The best values of one stage with which every issue really has a place for each of its ads."""
    for _ in range(ROUNDS):
        values = search.best(weights, known)
        cuts = [] if values is known else _misfits(made, values)
        if not cuts:
            return values
        for chosen, most in cuts:
            search.add(([(column, 1) for column in chosen], most))
    search.optimal = False
    return known if known is not None else search.nothing()


def _misfits(made: Program, values: list[int]) -> list[tuple[list[int], int]]:
    """For issues whose ads do not fit together: the least set that does not, wherever it could come up again."""
    cuts: dict[tuple[int, ...], int] = {}
    for issue, columns in enumerate(made.in_issue):
        here = [column for column in columns if values[column]]
        ground = made.grounds[made.ground_of[issue]]
        if len(here) < 2 or ground.seat(_items(made, here)) is not None:
            continue
        for column in list(here):
            fewer = [one for one in here if one != column]
            if ground.seat(_items(made, fewer)) is None:
                here = fewer
        groups = {made.columns[column].group for column in here}
        for other, others in enumerate(made.in_issue):
            if made.ground_of[other] == made.ground_of[issue]:
                same = tuple(column for column in others if made.columns[column].group in groups)
                if len(same) == len(groups):
                    cuts[same] = len(groups) - 1
    return [(list(columns), most) for columns, most in cuts.items()]


def _items(made: Program, columns: list[int]) -> frozenset[int]:
    return frozenset(item for column in columns for item in made.columns[column].members)


def schedule(found: Solved) -> Schedule:
    """The plan in words of the trade."""
    made, chosen, outlook = found.made, found.chosen, found.made.outlook
    runs = [run for issue in range(len(made.issues)) for run in _runs(made, issue, chosen)]
    order = {edition.name: number for number, edition in enumerate(outlook.editions)}
    built = [run for run in built_runs(outlook) if run.edition in order]
    everything = sorted([*runs, *built], key=lambda run: (run.date, order[run.edition], run.gap))
    return Schedule(
        first=outlook.first,
        last=outlook.last,
        issues=made.issues,
        runs=tuple(everything),
        prospects=prospects(made, chosen),
        optimal=found.optimal,
    )


def _runs(made: Program, issue: int, chosen: frozenset[int]) -> list[Run]:
    items = made.items_in(issue, chosen)
    if not items:
        return []
    coming = made.issues[issue]
    places = made.grounds[made.ground_of[issue]].arrange(items)
    return [
        Run(
            date=coming.date,
            edition=coming.edition,
            line_item=made.ads.line_items[item].id,
            slot=opening.slot,
            gap=opening.gap,
            section=opening.section,
        )
        for item, opening in places
    ]


def built_runs(outlook: Outlook) -> list[Run]:
    """What issues of the span that are built have run."""
    return [
        Run(
            date=run.date,
            edition=run.edition,
            line_item=run.line_item,
            slot=run.slot,
            gap=run.gap,
            section=run.section,
            built=True,
        )
        for run in outlook.ran_ads
        if Coming(run.date, run.edition) in outlook.built and outlook.first <= run.date <= outlook.last
    ]


def prospects(made: Program, chosen: frozenset[int]) -> tuple[Prospect, ...]:
    """One line per booking of the file, in file order."""
    ran: dict[str, list[RunAd]] = defaultdict(list)
    for run in made.outlook.ran_ads:
        ran[run.line_item].append(run)
    live = {booking.item.id: number for number, booking in enumerate(made.bookings)}
    return tuple(
        _prospect(made, item, live.get(item.id), ran[item.id], chosen) for item in made.outlook.ads.line_items
    )


def _prospect(
    made: Program, item: LineItem, number: int | None, ran: list[RunAd], chosen: frozenset[int]
) -> Prospect:
    booking = made.bookings[number] if number is not None else Booking.of(item, made.outlook, ran)
    columns = [column for column in made.of_item[number] if column in chosen] if number is not None else []
    planned = [made.issues[made.columns[column].issue].edition for column in columns]
    return booking.prospect(planned, len(made.of_item[number]) if number is not None else 0)
