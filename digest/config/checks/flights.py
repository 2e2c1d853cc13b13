"""Flights that can be flown: dates in order, days that come, goals that can be reached."""

from __future__ import annotations

from collections.abc import Iterator

from digest.config import tree as t
from digest.config.checks.configuration import Configuration, as_written, problem
from digest.config.checks.dates import issue_dates, most_in_a_day, most_under_cap
from digest.config.validation import ReadFile, meant
from digest.errors import Problem
from digest.model import Edition, Flight, LineItem
from digest.model.calendar import DateSet, days_in_words
from digest.model.counts import counted
from digest.model.rates import Cpm


def check(config: Configuration) -> Iterator[Problem]:
    """What is wrong with the flight or the goal of each line item."""
    if config.ads is None:
        return
    for index, item in enumerate(config.book.line_items):
        path: t.Path = ("line_items", index)
        yield from _flight(config.ads, path, item)
        yield from _goal_shape(config, config.ads, path, item)


def warn(config: Configuration) -> Iterator[Problem]:
    """Flights that meet no issue, and goals that cannot be reached."""
    if config.ads is None:
        return
    for index, item in enumerate(config.book.line_items):
        path: t.Path = ("line_items", index)
        if any(_flight(config.ads, path, item)):
            continue
        if item.flight and not item.flight.dates and item.flight.span.is_empty:
            says = "never meets one of its days."
            yield problem(config.ads, (*path, "flight", "days"), says, f"The flight is {length(item)}.")
        elif (
            config.all_editions_valid(item) and not item.publications
        ):  # what others can deliver is not known here
            yield from _reach(config, config.ads, path, item)


def _flight(file: ReadFile, path: t.Path, item: LineItem) -> Iterator[Problem]:
    flight = item.flight
    if flight is None or flight.dates:
        return
    if (
        flight.start is None
        and not item.is_house
        and not any(_written(file, path, k) for k in ("start", "dates"))
    ):
        yield problem(file, (*path, "flight"), "has no start.", "Add start: 2026-01-05, or a list of dates.")
    if flight.start and flight.end and flight.end < flight.start:
        says = f"is {flight.end}, before the start {flight.start}."
        yield problem(file, (*path, "flight", "end"), says, "Write an end on or after the start.")


def _written(file: ReadFile, path: t.Path, key: str) -> bool:
    """Whether the flight has this key in the file, be it wrong or misspelt."""
    flight = t.child(as_written(file, path), "flight")
    return t.child(flight, key) is not None or meant(flight, Flight, key)


def length(item: LineItem) -> str:
    """The flight in words: its first and last day."""
    flight = item.flight
    if flight is None or flight.first is None:
        return "open"
    last = f" to {flight.last:%a} {flight.last}" if flight.last else " on"
    return f"{flight.first:%a} {flight.first}{last}"


def _goal_shape(config: Configuration, file: ReadFile, path: t.Path, item: LineItem) -> Iterator[Problem]:
    if isinstance(item.rate, Cpm):
        yield from _sends_known(config, file, (*path, "rate", "cpm"), item, "the rate in per_issue")
    if item.goal is None:
        return
    if item.publications and item.goal.unit == "clicks":
        says = "counts clicks, which are known of the newsroom's own issues only."
        yield problem(file, (*path, "goal"), says, "Give the goal of a shared booking in issues or sends.")
    if item.flight is None:
        if item.is_house and t.child(as_written(file, path), "flight") is None:
            yield problem(
                file, (*path, "goal"), "needs a flight with an end.", "Add flight: {start: …, end: …}."
            )
    elif item.flight.last is None:
        if not any(_written(file, path, key) for key in ("end", "dates")):
            says = "needs an end of the flight."
            yield problem(file, (*path, "goal"), says, "Add an end to the flight, or take the goal out.")
    elif item.flight.first is None and item.is_house and not _written(file, path, "start"):
        says = "needs a start of the flight."
        yield problem(file, (*path, "goal"), says, "Add a start to the flight, or take the goal out.")
    if item.goal.unit == "sends":
        yield from _sends_known(config, file, (*path, "goal", "sends"), item, "the goal in issues")


def _sends_known(
    config: Configuration, file: ReadFile, path: t.Path, item: LineItem, instead: str
) -> Iterator[Problem]:
    """What is counted in sends needs to know how many every edition has."""
    for edition in config.editions_of(item):
        written = config.digest and t.reach(
            config.digest.written, ("editions", edition.name, "expected_sends")
        )
        if edition.expected_sends is None and not written:
            says = f'is in sends, but the edition "{edition.name}" has no expected_sends.'
            cure = f"Add expected_sends to the edition in digest.yaml, or write {instead}."
            yield problem(file, path, says, cure)


def _reach(config: Configuration, file: ReadFile, path: t.Path, item: LineItem) -> Iterator[Problem]:
    editions = config.editions_of(item)
    editions = tuple(e for e in editions if e.cadence != "on_demand")
    if not editions or (item.flight and item.flight.span.is_empty):
        return
    spans = issue_dates(item.flight, editions)
    if all(span.is_empty for span in spans):
        says = f"never meets an issue of {_editions(editions)}."
        yield problem(file, (*path, "flight"), says, f"The flight is {length(item)}.")
        return
    if item.goal and item.goal.unit == "issues" and not any(span.is_open for span in spans):
        yield from _goal(file, path, item, spans)


def _editions(editions: tuple[Edition, ...]) -> str:
    return " or ".join(
        f'"{e.name}"' + (f" ({days_in_words(e.weekdays)})" if e.cadence == "weekly" else "") for e in editions
    )


def _goal(file: ReadFile, path: t.Path, item: LineItem, spans: list[DateSet]) -> Iterator[Problem]:
    assert item.goal is not None
    wanted = item.goal.amount
    issues = sum(span.count or 0 for span in spans)
    place = (*path, "goal", "issues")
    if wanted > issues:
        says = f"is {wanted}, but the flight meets only {counted(issues, 'issue')}."
        yield problem(file, place, says, f"Write a goal of at most {issues}, or lengthen the flight.")
        return
    cap = item.frequency_cap
    if cap is None:
        return
    # Issues of one date do not see each other, so the last date of a window may add all of its issues.
    allowed = cap.max_issues - 1 + most_in_a_day(spans)
    most = most_under_cap(spans, allowed, cap.per_days)
    if most < wanted:
        says = f"is {wanted}, but its frequency cap lets it reach at most {most}."
        yield problem(file, place, says, f"Write a goal of at most {most}, or loosen the frequency_cap.")
