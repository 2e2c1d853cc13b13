"""The plan in words of the trade: what runs where, and what every booking can look forward to."""

from __future__ import annotations

from digest.model.issue_date import day_of
from digest.place.forecast.booking import Booking
from digest.place.forecast.issues import BookingForecast, Forecast, ForecastInputs, IssueDate, PlannedAd
from digest.place.forecast.model import Chosen, Model
from digest.place.forecast.solve import Progress, Solved, solved


def plan(inputs: ForecastInputs, progress: Progress | None = None) -> Forecast:
    """What will run where. Raises ``CommandError`` without highspy."""
    return forecast(solved(inputs, progress=progress))


def forecast(solution: Solved) -> Forecast:
    """A solved model as it is told."""
    model, chosen = solution.model, solution.chosen
    ads = [ad for issue in range(len(model.issues)) for ad in _ads(model, issue, chosen[issue])]
    return Forecast(
        first=model.inputs.first,
        last=model.inputs.last,
        issues=model.inputs.told(),
        ads=in_order(model.inputs, [*ads, *built_ads(model.inputs)]),
        bookings=booking_forecasts(model, chosen),
        bounds=tuple(solution.bounds),
        gap=solution.gap,
        complete=solution.complete,
    )


def in_order(inputs: ForecastInputs, ads: list[PlannedAd]) -> tuple[PlannedAd, ...]:
    """By date, edition in file order, and gap; those of editions that are no more are left out."""
    order = {edition.name: number for number, edition in enumerate(inputs.editions)}
    known = [ad for ad in ads if ad.edition in order]
    return tuple(sorted(known, key=lambda ad: (ad.date, order[ad.edition], ad.gap)))


def _ads(model: Model, issue: int, items: frozenset[int]) -> list[PlannedAd]:
    coming = model.issues[issue]
    return [
        PlannedAd(
            date=coming.date,
            edition=coming.edition,
            line_item=model.ads.line_items[item].id,
            slot=opening.slot,
            gap=opening.gap,
            section=opening.section,
        )
        for item, opening in (model.capacity(issue).arrange(items) if items else [])
    ]


def built_ads(inputs: ForecastInputs) -> list[PlannedAd]:
    """What issues of the span that are built have run."""
    return [
        PlannedAd(
            date=run.date,
            edition=run.edition,
            line_item=run.line_item,
            slot=run.slot,
            gap=run.gap,
            section=run.section,
            built=True,
        )
        for run in inputs.ran_ads
        if IssueDate(run.date, run.edition) in inputs.built
        and inputs.first <= day_of(run.date) <= inputs.last
    ]


def booking_forecasts(model: Model, chosen: Chosen) -> tuple[BookingForecast, ...]:
    """One line per booking of the file, in file order."""
    runs: list[list[str]] = [[] for _ in model.bookings]
    for issue, items in zip(model.issues, chosen, strict=True):
        for item in items:
            runs[item].append(issue.edition)
    number = {booking.item.id: n for n, booking in enumerate(model.bookings)}

    def of(booking: Booking) -> BookingForecast:
        n = number.get(booking.item.id)
        return booking.forecast(runs[n], len(model.of_item(n))) if n is not None else booking.forecast([], 0)

    return tuple(of(booking) for booking in model.every)
