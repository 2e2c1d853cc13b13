"""Without the solver: the coming issues as builds would make them, one after the other, none looking ahead."""

from __future__ import annotations

from collections import Counter, defaultdict

from digest.model import Edition, LineItem, RunAd
from digest.place.forecast.booking import Booking
from digest.place.forecast.issues import BookingForecast, Forecast, ForecastInputs, IssueDate, PlannedAd
from digest.place.forecast.plan import built_ads, in_order
from digest.place.forecast.shortfalls import RIVALS, Shortfall, is_unserved
from digest.place.planning import Planning
from digest.place.request import PlaceRequest


def day_by_day(inputs: ForecastInputs) -> Forecast:
    """Each issue the best for itself. Rules hold, but a booking with few days may lose to one with many.

    Ctrl-C ends it with the issues so far.
    """
    ledger = [run for run in inputs.ran_ads if inputs.is_fact(run)]
    editions = {edition.name: edition for edition in inputs.editions}
    ads: list[PlannedAd] = []
    complete = True
    try:
        for issue in inputs.issues():
            if issue not in inputs.built:
                new = _issue(inputs, editions[issue.edition], issue, tuple(ledger))
                ads += new
                ledger += [_row(inputs, ad) for ad in new]
    except KeyboardInterrupt:
        complete = False
    return Forecast(
        first=inputs.first,
        last=inputs.last,
        issues=inputs.told(),
        ads=in_order(inputs, [*ads, *built_ads(inputs)]),
        bookings=tuple(_booking(inputs, item, ads) for item in inputs.ads.line_items),
        complete=complete,
        exact=False,
    )


def _issue(
    inputs: ForecastInputs, edition: Edition, issue: IssueDate, ledger: tuple[RunAd, ...]
) -> list[PlannedAd]:
    planning = Planning(
        PlaceRequest(
            ads=inputs.ads,
            editions=inputs.editions,
            edition=edition,
            day=issue.date,
            lineup=inputs.lineup(issue),
            ran_ads=ledger,
        )
    )
    context = planning.context
    return [
        PlannedAd(
            date=issue.date,
            edition=issue.edition,
            line_item=context.items[item].id,
            slot=context.openings[opening].slot,
            gap=context.openings[opening].gap,
            section=context.openings[opening].section,
        )
        for item, opening in planning.solution.plan
    ]


def _row(inputs: ForecastInputs, ad: PlannedAd) -> RunAd:
    item = inputs.ads.line_item(ad.line_item)
    shown = item.creatives_on(ad.date) if item else ()
    return RunAd(
        edition=ad.edition,
        date=ad.date,
        line_item=ad.line_item,
        creative=shown[0].id if shown else "",
        advertiser=item.advertiser if item else None,
        tier=item.tier if item else "",
        slot=ad.slot,
        gap=ad.gap,
    )


def _of(inputs: ForecastInputs, item: LineItem) -> Booking:
    return Booking.of(item, inputs, [run for run in inputs.ran_ads if run.line_item == item.id])


def _booking(inputs: ForecastInputs, item: LineItem, ads: list[PlannedAd]) -> BookingForecast:
    booking = _of(inputs, item)
    mine = [ad for ad in ads if ad.line_item == item.id]
    return booking.forecast([ad.edition for ad in mine], len(booking.chances))


def short_day_by_day(inputs: ForecastInputs) -> tuple[Forecast, tuple[Shortfall, ...]]:
    """The bookings that end short as builds go; their rivals are those that take their slots on their dates."""
    plan = day_by_day(inputs)
    taken: dict[IssueDate, list[PlannedAd]] = defaultdict(list)
    for ad in plan.ads:
        taken[IssueDate(ad.date, ad.edition)].append(ad)
    short = [booking for booking in plan.bookings if is_unserved(inputs, booking)]
    return plan, tuple(Shortfall(booking, 0, _rivals(inputs, booking.line_item, taken)) for booking in short)


def _rivals(
    inputs: ForecastInputs, line_item: str, taken: dict[IssueDate, list[PlannedAd]]
) -> tuple[str, ...]:
    item = inputs.ads.line_item(line_item)
    assert item is not None
    counts: Counter[str] = Counter()
    for issue in _of(inputs, item).chances:
        there = {ad.line_item: ad.slot for ad in taken[issue]}
        if line_item not in there:
            counts.update(name for name, slot in there.items() if slot in item.slots)
    return tuple(name for name, _ in sorted(counts.items(), key=lambda count: (-count[1], count[0]))[:RIVALS])
