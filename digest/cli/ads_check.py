"""``digest ads check``: which bookings will end short, and what finished flights are owed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import typer

from digest.cli.ads import From, To, ads, doubts, inputs_of, issue_date, today
from digest.cli.options import Json, Root, newsroom
from digest.cli.output import emit, say, warn
from digest.cli.progress import progress
from digest.distribution import install
from digest.errors import CommandError, Problem

if TYPE_CHECKING:
    from datetime import date

    from digest.model import Newsroom
    from digest.place.forecast import Forecast, ForecastInputs, Shortfall


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look ahead found. ``owed`` are finished flights as (line item, short, unit)."""

    last: date
    short: tuple[Shortfall, ...]
    problems: tuple[Problem, ...]
    owed: tuple[tuple[str, int, str], ...]
    forecast: Forecast | None

    @property
    def doubts(self) -> list[str]:
        return doubts(self.forecast) if self.forecast else []


@ads.command("check")
def check(first: From = None, last: To = None, root: Root = None, json: Json = False) -> None:
    """Which bookings will end short or never run, and who stands in their way; what finished flights are owed."""
    room = newsroom(root)
    start = issue_date(first) if first else today(room)
    found = look(room, start, issue_date(last) if last else None)
    for name, count, unit in found.owed:
        warn(f"make-good: {name} ended {count:,} {unit} short of what was booked.")
    for text in (*map(str, found.problems), *found.doubts):
        warn(text)
    emit(_as_json(found))
    if found.problems:
        raise typer.Exit(2)
    if found.forecast is None or found.forecast.complete:
        say(f"No booking whose flight ends by {found.last} will be short.")


def _as_json(found: Looked) -> dict[str, Any]:
    owed = [{"line_item": name, "short": count, "unit": unit} for name, count, unit in found.owed]
    said = {
        "problems": as_json(found),
        "make_good": owed,
        "to": found.last,
        "optimal": not found.doubts,
        "upper_bounds": [asdict(bound) for bound in found.forecast.bounds] if found.forecast else [],
    }
    if not found.problems:
        return said
    return {"error": "\n".join(str(problem) for problem in found.problems), "exit_code": 2, **said}


def as_json(found: Looked) -> list[dict[str, Any]]:
    """The shortfalls with their places in the file."""
    return [_problem(*pair) for pair in zip(found.problems, found.short, strict=True)]


def _problem(problem: Problem, short: Shortfall) -> dict[str, Any]:
    what = short.booking
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "cure": problem.cure,
        "line_item": what.line_item,
        "booked": what.booked,
        "delivered": what.delivered,
        "planned": what.planned,
        "short": what.short,
        "unit": what.unit,
        "short_alone": short.alone,
        "rivals": list(short.rivals),
    }


def look(room: Newsroom, first: date, last: date | None) -> Looked:
    """Plan from ``first`` to ``last``, by default as far as booked flights go. Without the solver, day by day."""
    from digest.app.forecast_inputs import is_ahead, last_end

    end = last or last_end(room, first)
    if end < first:
        raise CommandError(f"--to {end} lies before --from {first}.")
    owed = _owed(room, first)
    if not any(is_ahead(item, first) for item in room.ads.line_items):
        return Looked(end, (), (), owed, None)
    said, short = shortfalls(inputs_of(room, first, end))
    return Looked(end, short, tuple(_place(room, one) for one in short), owed, said)


def shortfalls(asked: ForecastInputs) -> tuple[Forecast, tuple[Shortfall, ...]]:
    """The bookings that the coming issues do not serve."""
    from digest.place import forecast

    if not forecast.available():
        warn(
            f"Looked day by day, as builds go, without looking ahead. For the least shortfall: {install('plan')}."
        )
        return forecast.short_day_by_day(asked)
    with progress("looking ahead") as tell:
        return forecast.shortfalls(asked, tell)


def _owed(room: Newsroom, first: date) -> tuple[tuple[str, int, str], ...]:
    """Make-goods: what flights that ended before ``first`` are short."""
    from digest.place import delivery
    from digest.store import open_store

    over = [
        item
        for item in room.ads.line_items
        if item.goal and item.flight and item.flight.last and item.flight.last < first
    ]
    if not over:
        return ()
    with open_store(room.store, room.publication, rehearse=True) as store:
        rows = store.ran_ads(before=first, line_items=[item.id for item in over], now=room.ads.now)
    found = []
    for item in over:
        assert item.goal is not None
        had = delivery.delivered(item, delivery.earlier(item, rows, first), room.editions)
        if had < item.goal.amount:
            found.append((item.id, item.goal.amount - had, item.goal.unit))
    return tuple(found)


def _place(room: Newsroom, short: Shortfall) -> Problem:
    from digest.config import problem_at

    name = short.booking.line_item
    number = next(n for n, item in enumerate(room.ads.line_items) if item.id == name)
    key = "id" if short.booking.booked is None else "goal"
    return problem_at(room.root, "adslots.yaml", ("line_items", number, key), *words(room, short))


def words(room: Newsroom, short: Shortfall) -> tuple[str, str]:
    """What is wrong, and how to mend it."""
    says = _missing(room, short)
    booking = short.booking
    if short.homeless:
        return f"{says} A typical issue has no place for it at all.", (
            "Compare its slots, sections, creatives and adjacency with the sections of the last issues."
        )
    if short.alone >= (booking.short or booking.dates):
        return f"{says} Nobody else is in its way: its flight, days, cap and pacing leave it no more.", (
            "Lengthen the flight, loosen its frequency_cap or pacing, or lower the goal."
        )
    if short.alone and booking.short:
        says += f" {short.alone:,} of these would be missing even if nobody else had booked."
    rivals = ", ".join(short.rivals) or "the publisher's own rules"
    return f"{says} The places it could have are taken by: {rivals}.", (
        "Lengthen a flight, lower a goal, or let one of them run in another slot."
    )


def _missing(room: Newsroom, short: Shortfall) -> str:
    what = short.booking
    item = room.ads.line_item(what.line_item)
    assert item is not None
    ends = f" by {item.flight.last}" if item.flight and item.flight.last else ""
    if what.booked is not None:
        return (
            f'line item "{what.line_item}" is overbooked: it will be {what.short:,} of {what.booked:,} '
            f"{what.unit} short when its flight ends{ends.replace(' by', ' on')} ({what.delivered:,} delivered, "
            f"{what.planned:,} more have a place)."
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
