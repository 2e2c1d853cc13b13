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


def forecast(found: Solved) -> Forecast:
    """A solved model as it is told."""
    made, chosen = found.made, found.chosen
    ads = [ad for issue in range(len(made.issues)) for ad in _ads(made, issue, chosen[issue])]
    return Forecast(
        first=made.inputs.first,
        last=made.inputs.last,
        issues=made.inputs.told(),
        ads=in_order(made.inputs, [*ads, *built_ads(made.inputs)]),
        bookings=booking_forecasts(made, chosen),
        bounds=tuple(found.bounds),
        gap=found.gap,
        complete=found.complete,
    )


def in_order(inputs: ForecastInputs, ads: list[PlannedAd]) -> tuple[PlannedAd, ...]:
    """By date, edition in file order, and gap; those of editions that are no more are left out."""
    order = {edition.name: number for number, edition in enumerate(inputs.editions)}
    known = [ad for ad in ads if ad.edition in order]
    return tuple(sorted(known, key=lambda ad: (ad.date, order[ad.edition], ad.gap)))


def _ads(made: Model, issue: int, items: frozenset[int]) -> list[PlannedAd]:
    coming = made.issues[issue]
    return [
        PlannedAd(
            date=coming.date,
            edition=coming.edition,
            line_item=made.ads.line_items[item].id,
            slot=opening.slot,
            gap=opening.gap,
            section=opening.section,
        )
        for item, opening in (made.capacity(issue).arrange(items) if items else [])
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


def booking_forecasts(made: Model, chosen: Chosen) -> tuple[BookingForecast, ...]:
    """One line per booking of the file, in file order."""
    runs: list[list[str]] = [[] for _ in made.bookings]
    for issue, items in zip(made.issues, chosen, strict=True):
        for item in items:
            runs[item].append(issue.edition)
    number = {booking.item.id: n for n, booking in enumerate(made.bookings)}

    def of(booking: Booking) -> BookingForecast:
        n = number.get(booking.item.id)
        return booking.forecast(runs[n], len(made.of_item(n))) if n is not None else booking.forecast([], 0)

    return tuple(of(booking) for booking in made.every)
