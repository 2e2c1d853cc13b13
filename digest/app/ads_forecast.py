"""The days ahead as commands and the desk show them: what is planned, what ends short and why, what is owed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.app.spans import check_order
from digest.distribution import install
from digest.errors import Problem
from digest.model.counts import counted

if TYPE_CHECKING:
    from datetime import date

    from digest.model import LineItem, Newsroom
    from digest.place.forecast import Forecast, ForecastInputs, IssueDate, Shortfall

Progress = Callable[[int, int], None]  # how much is done, and of how much


@dataclass(frozen=True, slots=True)
class ForecastSummary:
    """What a plan of the coming days found. ``owed`` are finished flights as (line item, short, unit); ``shared``
    says what others delivered of shared bookings."""

    last: date
    short: tuple[Shortfall, ...]
    problems: tuple[Problem, ...]
    owed: tuple[tuple[str, int, str], ...]
    forecast: Forecast | None
    shared: tuple[str, ...] = ()

    @property
    def warnings(self) -> list[str]:
        return warnings(self.forecast) if self.forecast else []

    @property
    def not_foreseen(self) -> list[tuple[str, str]]:
        """Bookings with something to deliver that no plan can speak of, and why."""
        bookings = self.forecast.bookings if self.forecast else ()
        return [
            (booking.line_item, booking.remark)
            for booking in bookings
            if booking.remark and booking.booked is None
        ]


def inputs_of(newsroom: Newsroom, first: date, last: date) -> ForecastInputs:
    """What the forecast of these dates is asked."""
    from digest.app.forecast_inputs import inputs
    from digest.store import open_store

    with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
        return inputs(newsroom, store, first, last)


def unknown_publications(newsroom: Newsroom) -> list[str]:
    """The publications named by shared bookings that the store does not know, in words."""
    from digest.store import open_store

    named = {name for item in newsroom.ads.line_items if item.editions != () for name in item.publications}
    if not named:
        return []
    with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
        known = store.publications()
    return [
        f'shared bookings name the publication "{name}", which this store does not know: what it delivers is not '
        "counted. It is known once its newsroom has built with this store."
        for name in sorted(named - known.keys() - {newsroom.publication.id})
    ]


def shared_remarks(inputs: ForecastInputs) -> list[str]:
    """Of the bookings that publications share, what the others had delivered before the plan begins."""
    from digest.place import delivery

    remarks = []
    for item in inputs.ads.line_items:
        rows = [run for run in inputs.ran_ads if run.line_item == item.id and run.date < inputs.first]
        if item.publications and item.editions != ():
            had = delivery.elsewhere(item, rows, inputs.editions) or "nothing so far"
            remarks.append(
                f"{item.id} is shared by {', '.join(item.publications)}. Others delivered: {had}; what they will "
                "deliver is not in this plan"
            )
    return remarks


def planned(inputs: ForecastInputs, progress: Progress | None = None) -> Forecast:
    """The plan; where the solver is missing, the coming issues one by one (``without_solver`` says so)."""
    from digest.place import forecast

    return forecast.plan(inputs, progress) if forecast.available() else forecast.day_by_day(inputs)


def without_solver() -> str:
    """What a plan is, and what is missing for the best one; empty where nothing is."""
    from digest.place import forecast

    if forecast.available():
        return ""
    return f"Planned day by day, as builds go, without looking ahead. For the best plan: {install('plan')}."


def warnings(schedule: Forecast) -> list[str]:
    """What the plan cannot vouch for, in words."""
    remarks = []
    if not schedule.complete:
        remarks.append(
            "Stopped: this is the best plan known by then. It breaks no rule; a better one may exist."
        )
    remarks += [
        f"The {bound.tier} bookings are {counted(bound.short, 'issue')} short in this plan, and at least "
        f"{bound.least:,} in any: the search for a better one ended at its bound on work."
        for bound in schedule.bounds
    ]
    if schedule.gap:
        remarks.append(
            f"Pacing, value and early dates may be better by {100 * schedule.gap:.1f} % at most; no goal loses by it."
        )
    return remarks


def never_run(inputs: ForecastInputs, schedule: Forecast) -> list[tuple[str, list[str]]]:
    """Paid bookings that the plan runs in none of their issues, each with who is in the way."""
    from digest.place import forecast

    forgotten = [
        booking.line_item
        for booking in schedule.bookings
        if booking.dates and not booking.issues and forecast.is_unserved(inputs, booking)
    ]
    return list(forecast.in_the_way(inputs, schedule, forgotten).items())


def summarize(
    newsroom: Newsroom, first: date, last: date | None = None, progress: Progress | None = None
) -> ForecastSummary:
    """Plan from ``first`` to ``last``, by default as far as booked flights go. Without the solver, day by day."""
    from digest.app.forecast_inputs import is_ahead, last_end

    end = last or last_end(newsroom, first)
    check_order(first, end)
    owed = _owed(newsroom, first)
    if not any(is_ahead(item, first) for item in newsroom.ads.line_items):
        return ForecastSummary(end, (), (), owed, None)
    inputs = inputs_of(newsroom, first, end)
    schedule, short = shortfalls(inputs, progress)
    wrong = tuple(_problem(newsroom, inputs, shortfall) for shortfall in short)
    return ForecastSummary(end, short, wrong, owed, schedule, tuple(shared_remarks(inputs)))


def shortfalls(
    inputs: ForecastInputs, progress: Progress | None = None
) -> tuple[Forecast, tuple[Shortfall, ...]]:
    """The bookings that the coming issues do not serve."""
    from digest.place import forecast

    return (
        forecast.shortfalls(inputs, progress) if forecast.available() else forecast.short_day_by_day(inputs)
    )


def _owed(newsroom: Newsroom, first: date) -> tuple[tuple[str, int, str], ...]:
    """Make-goods: what flights that ended before ``first`` are short."""
    from digest.place import delivery
    from digest.store import open_store

    over = [
        item
        for item in newsroom.ads.line_items
        if item.goal and item.flight and item.flight.last and item.flight.last < first
    ]
    if not over:
        return ()
    with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
        rows = store.ran_ads(
            before=first,
            line_items=[item.id for item in over],
            now=newsroom.ads.now,
            shared=newsroom.ads.shared,
        )
    owed = []
    for item in over:
        assert item.goal is not None
        had = delivery.delivered(item, delivery.earlier(item, rows, first), newsroom.editions)
        if had < item.goal.amount:
            owed.append((item.id, item.goal.amount - had, item.goal.unit))
    return tuple(owed)


def _problem(newsroom: Newsroom, inputs: ForecastInputs, short: Shortfall) -> Problem:
    from digest.config import problem_at

    name = short.booking.line_item
    says, cure = shortfall_message(newsroom, short)
    if _is_alone(short) and (built := _built_without(newsroom, inputs, name)):
        which = " and ".join(f"{issue.edition} {issue.date}" for issue in built)
        again = " and ".join(f"digest build --edition {issue.edition} --date {issue.date}" for issue in built)
        says = f"{_missing(newsroom, short)} Built before, and not sent yet: {which}."
        cure = f"Build again: {again}"
    number = newsroom.numbers[name]
    key = "id" if short.booking.booked is None else "goal"
    return problem_at(newsroom.root, "adslots.yaml", ("line_items", number, key), says, cure)


def _built_without(newsroom: Newsroom, inputs: ForecastInputs, name: str) -> list[IssueDate]:
    """Issues of the span that a booking may run in, and that are built without it and not sent: a build may take it."""
    from digest.store import open_store

    item = newsroom.ads.line_item(name)
    ran = {(run.edition, run.date) for run in inputs.ran_ads if run.line_item == name}
    without = [
        issue
        for issue in sorted(inputs.built, key=lambda issue: (issue.date, issue.edition))
        if item and issue.date >= inputs.first and (issue.edition, issue.date) not in ran
        and (item.flight is None or issue.date in item.flight) and not item.rests_on(issue.date)
        and (item.editions is None or issue.edition in item.editions)
    ]  # fmt: skip
    if not without:
        return []
    with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
        return [issue for issue in without if not store.is_sent(issue.edition, issue.date)]


def shortfall_message(newsroom: Newsroom, short: Shortfall) -> tuple[str, str]:
    """What is wrong, and how to mend it."""
    says = _missing(newsroom, short)
    booking = short.booking
    if short.homeless:
        return f"{says} A typical issue has no place for it at all.", (
            "Compare its slots, sections, creatives and adjacency with the sections of the last issues."
        )
    if _is_alone(short):
        return (
            f"{says} Nobody else is in its way: its flight, days, cap and pacing leave it no more.",
            _looser(newsroom.ads.line_item(booking.line_item)),
        )
    if short.alone and booking.short:
        says += f" {short.alone:,} of these would be missing even if nobody else had booked."
    rivals = ", ".join(short.rivals) or "the publisher's own rules"
    return f"{says} The places it could have are taken by: {rivals}.", (
        "Lengthen a flight, lower a goal, or let one of them run in another slot."
    )


def _is_alone(short: Shortfall) -> bool:
    """Whether nobody else is in its way."""
    return not short.homeless and short.alone >= (short.booking.short or short.booking.dates)


def _looser(item: LineItem | None) -> str:
    """What of a booking can be changed so that it runs more often: only keys that it has."""
    assert item is not None
    ways = ["lengthen the flight"]
    ways += ["loosen its frequency_cap"] if item.frequency_cap else []
    ways += ["loosen its pacing"] if item.goal and item.pacing != "asap" else []
    ways += ["lower the goal" if item.goal else "sell it as standard"]
    text = f"{', '.join(ways[:-1])}, or {ways[-1]}." if len(ways) > 1 else f"{ways[0]}."
    return text[0].upper() + text[1:]


def _missing(newsroom: Newsroom, short: Shortfall) -> str:
    what = short.booking
    item = newsroom.ads.line_item(what.line_item)
    assert item is not None
    ends = f" by {item.flight.last}" if item.flight and item.flight.last else ""
    if what.booked is not None:
        return (
            f'line item "{what.line_item}" is overbooked: it will be {what.short:,} of {what.booked:,} '
            f"{what.unit} short when its flight ends{ends.replace(' by', ' on')} ({what.delivered:,} delivered, "
            f"{what.planned:,} more have a place{f'; {what.remark}' if what.remark else ''})."
        )
    if what.short:
        return (
            f'line item "{what.line_item}" is a sponsorship, sold every issue of its flight: {what.short:,} of '
            f"the {what.dates:,} coming ones{ends} have no place for it."
        )
    return (
        f'line item "{what.line_item}" is paid and has no goal, and none of its {what.dates:,} coming issues{ends} '
        "has a place for it."
    )
