"""Without the solver: the coming issues as builds would make them, one after the other, none looking ahead."""

from __future__ import annotations

from collections import Counter, defaultdict

from digest.model import Edition, LineItem, RunAd
from digest.place.forecast.booking import Booking
from digest.place.forecast.outlook import Coming, Outlook, Prospect, Run, Schedule
from digest.place.forecast.overbooking import RIVALS, Shortfall, is_over
from digest.place.forecast.plan import built_runs
from digest.place.planning import Planning
from digest.place.request import Request


def day_by_day(outlook: Outlook) -> Schedule:
    """Each issue the best for itself. Rules hold, but a booking with few days may lose to one with many."""
    ledger = [
        run
        for run in outlook.ran_ads
        if run.date < outlook.first or Coming(run.date, run.edition) in outlook.built
    ]
    editions = {edition.name: edition for edition in outlook.editions}
    order = {name: number for number, name in enumerate(editions)}
    runs: list[Run] = []
    for issue in outlook.issues():
        if issue not in outlook.built:
            new = _issue(outlook, editions[issue.edition], issue, tuple(ledger))
            runs += new
            ledger += [_row(outlook, run) for run in new]
    everything = [*runs, *(run for run in built_runs(outlook) if run.edition in order)]
    return Schedule(
        first=outlook.first,
        last=outlook.last,
        issues=outlook.issues(),
        runs=tuple(sorted(everything, key=lambda run: (run.date, order[run.edition], run.gap))),
        prospects=tuple(_prospect(outlook, item, runs) for item in outlook.ads.line_items),
        optimal=False,
    )


def _issue(outlook: Outlook, edition: Edition, issue: Coming, ledger: tuple[RunAd, ...]) -> list[Run]:
    planning = Planning(
        Request(
            ads=outlook.ads,
            editions=outlook.editions,
            edition=edition,
            day=issue.date,
            lineup=outlook.lineup(issue),
            ran_ads=ledger,
        )
    )
    context = planning.context
    return [
        Run(
            date=issue.date,
            edition=issue.edition,
            line_item=context.items[item].id,
            slot=context.openings[opening].slot,
            gap=context.openings[opening].gap,
            section=context.openings[opening].section,
        )
        for item, opening in planning.solution.plan
    ]


def _row(outlook: Outlook, run: Run) -> RunAd:
    item = outlook.ads.line_item(run.line_item)
    return RunAd(
        edition=run.edition,
        date=run.date,
        line_item=run.line_item,
        creative=item.creatives[0].id if item and item.creatives else "",
        advertiser=item.advertiser if item else None,
        tier=item.tier if item else "",
        slot=run.slot,
        gap=run.gap,
    )


def _prospect(outlook: Outlook, item: LineItem, runs: list[Run]) -> Prospect:
    booking = Booking.of(item, outlook, [run for run in outlook.ran_ads if run.line_item == item.id])
    mine = [run for run in runs if run.line_item == item.id]
    return booking.prospect([run.edition for run in mine], len(booking.chances()))


def short_day_by_day(outlook: Outlook) -> tuple[Schedule, tuple[Shortfall, ...]]:
    """The bookings that end short as builds go; their rivals are those that take their slots on their dates."""
    said = day_by_day(outlook)
    taken: dict[Coming, list[Run]] = defaultdict(list)
    for run in said.runs:
        taken[Coming(run.date, run.edition)].append(run)
    short = [p for p in said.prospects if p.final and p.short and not is_over(outlook, p)]
    return said, tuple(Shortfall(p, 0, _rivals(outlook, p.line_item, taken)) for p in short)


def _rivals(outlook: Outlook, line_item: str, taken: dict[Coming, list[Run]]) -> tuple[str, ...]:
    item = outlook.ads.line_item(line_item)
    if item is None:
        return ()
    chances = Booking.of(
        item, outlook, [run for run in outlook.ran_ads if run.line_item == item.id]
    ).chances()
    counts: Counter[str] = Counter()
    for issue in chances:
        there = {run.line_item: run.slot for run in taken[issue]}
        if line_item not in there:
            counts.update(name for name, slot in there.items() if slot in item.slots)
    return tuple(name for name, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:RIVALS])
