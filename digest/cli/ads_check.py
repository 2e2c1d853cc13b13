"""``digest ads check``: which bookings will end short, and what finished flights are owed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from digest.cli.ads import From, To, ads, issue_date, outlook_of, today
from digest.cli.options import Json, Root, newsroom
from digest.cli.output import emit, say, warn
from digest.errors import CommandError, Problem

if TYPE_CHECKING:
    from datetime import date

    from digest.model import Newsroom
    from digest.place.forecast import Shortfall


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look ahead found. ``owed`` are finished flights as (line item, short, unit)."""

    last: date
    short: tuple[Shortfall, ...]
    problems: tuple[Problem, ...]
    owed: tuple[tuple[str, int, str], ...]
    optimal: bool


@ads.command("check")
def check(first: From = None, last: To = None, root: Root = None, json: Json = False) -> None:
    """Which bookings will end short, and who stands in their way; what finished flights are owed."""
    room = newsroom(root)
    start = issue_date(first) if first else today(room)
    found = look(room, start, issue_date(last) if last else None)
    for name, count, unit in found.owed:
        warn(f"make-good: {name} ended {count:,} {unit} short of what was booked.")
    for problem in found.problems:
        warn(str(problem))
    if not found.optimal:
        warn("The search was stopped by its bound on work: a better plan may exist.")
    emit(_as_json(found))
    if found.problems:
        raise typer.Exit(2)
    say(f"No booking whose flight ends by {found.last} will be short.")


def _as_json(found: Looked) -> dict[str, Any]:
    owed = [{"line_item": name, "short": count, "unit": unit} for name, count, unit in found.owed]
    if not found.problems:
        return {"problems": [], "make_good": owed, "to": found.last}
    said = [_problem(*pair) for pair in zip(found.problems, found.short, strict=True)]
    error = "\n".join(str(problem) for problem in found.problems)
    return {"error": error, "exit_code": 2, "problems": said, "make_good": owed, "to": found.last}


def _problem(problem: Problem, short: Shortfall) -> dict[str, Any]:
    what = short.prospect
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


def overbooking(room: Newsroom) -> list[Problem]:
    """What ``digest check`` says of overbooking: one problem per booking that will end short.

    Without the solver, as builds go day by day.
    """
    return list(look(room, today(room), None).problems)


def look(room: Newsroom, first: date, last: date | None) -> Looked:
    """Plan from ``first`` to ``last``, by default as far as flights with a goal go."""
    from digest.app.forecast_inputs import last_end

    end = last or last_end(room, first)
    if end < first:
        raise CommandError(f"--to {end} lies before --from {first}.")
    owed = _owed(room, first)
    if not any(
        item.goal and item.flight and item.flight.last and item.flight.last >= first
        for item in room.ads.line_items
    ):
        return Looked(end, (), (), owed, True)
    from digest.place import forecast

    asked = outlook_of(room, first, end)
    exact = forecast.available()
    schedule, short = forecast.shortfalls(asked) if exact else forecast.short_day_by_day(asked)
    problems = tuple(_place(room, one) for one in short)
    return Looked(end, short, problems, owed, schedule.optimal or not exact)


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
        rows = store.ran_ads(before=first, line_items=[item.id for item in over])
    found = []
    for item in over:
        assert item.goal is not None
        had = delivery.delivered(item, delivery.earlier(item, rows, first), room.editions)
        if had < item.goal.amount:
            found.append((item.id, item.goal.amount - had, item.goal.unit))
    return tuple(found)


def _place(room: Newsroom, short: Shortfall) -> Problem:
    from digest.config import problem_at

    name = short.prospect.line_item
    number = next(n for n, item in enumerate(room.ads.line_items) if item.id == name)
    return problem_at(room.root, "adslots.yaml", ("line_items", number, "goal"), *_words(room, short))


def _words(room: Newsroom, short: Shortfall) -> tuple[str, str]:
    """What is wrong, and how to mend it."""
    what = short.prospect
    item = room.ads.line_item(what.line_item)
    assert item is not None
    assert item.flight is not None
    says = (
        f'line item "{what.line_item}" is overbooked: it will be {what.short:,} of {what.booked:,} {what.unit} '
        f"short when its flight ends on {item.flight.last} ({what.delivered:,} delivered, {what.planned:,} more "
        "have a place)."
    )
    if short.homeless:
        return f"{says} A typical issue has no place for it at all.", (
            "Compare its slots, sections, creatives and adjacency with the sections of the last issues."
        )
    if short.alone >= what.short:
        return f"{says} Nobody else is in its way: its flight, days, cap and pacing leave it no more.", (
            "Lengthen the flight, loosen its frequency_cap or pacing, or lower the goal."
        )
    if short.alone:
        says += f" {short.alone:,} of these would be missing even if nobody else had booked."
    rivals = ", ".join(short.rivals) or "the publisher's own rules"
    return f"{says} The places it could have are taken by: {rivals}.", (
        "Lengthen a flight, lower a goal, or let one of them run in another slot."
    )
