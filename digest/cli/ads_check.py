"""``digest ads check``: which bookings will end short, and what finished flights are owed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from digest.cli.ads import From, To, ads, issue_date, today, warn_without_solver
from digest.cli.options import Json, Root, load_newsroom
from digest.cli.output import emit, say, warn
from digest.cli.progress import progress

if TYPE_CHECKING:
    from datetime import date

    from digest.app.ads_ahead import Looked
    from digest.errors import Problem
    from digest.model import Newsroom
    from digest.place.forecast import Shortfall


@ads.command("check", epilog="Example: digest ads check --to 2026-03-31")
def check(first: From = None, last: To = None, root: Root = None, json: Json = False) -> None:
    """Which bookings will end short or never run, and who stands in their way; what finished flights are owed."""
    room = load_newsroom(root)
    start = issue_date(first) if first else today(room)
    found = looked(room, start, issue_date(last) if last else None)
    for name, count, unit in found.owed:
        warn(f"make-good: {name} ended {count:,} {unit} short of what was booked.")
    for text in (*map(str, found.problems), *found.doubts):
        warn(text)
    for text in found.shared:
        say(f"{text}.")
    for name, why in found.not_foreseen:
        warn(f"{name} is not looked at: {why}.")
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
        "shared": list(found.shared),
        "not_foreseen": [{"line_item": name, "why": why} for name, why in found.not_foreseen],
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


def looked(room: Newsroom, first: date, last: date | None) -> Looked:
    """A look ahead, with its progress on the terminal."""
    from digest.app.ads_ahead import look

    with progress("looking ahead") as tell:
        found = look(room, first, last, tell)
    if found.forecast:
        warn_without_solver()
    return found
