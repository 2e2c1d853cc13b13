"""``digest ads check``: which bookings will end short, and what finished flights are owed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from digest.cli.ads import From, To, ads, issue_date, today, warn_without_solver
from digest.cli.options import Json, Root, load_newsroom
from digest.cli.output import emit, say, warn
from digest.cli.progress import progress
from digest.model.counts import counted

if TYPE_CHECKING:
    from datetime import date

    from digest.app.ads_forecast import ForecastSummary
    from digest.errors import Problem
    from digest.model import Newsroom
    from digest.place.forecast import Shortfall


@ads.command("check", epilog="Example: digest ads check --to 2026-03-31")
def check(first: From = None, last: To = None, root: Root = None, json: Json = False) -> None:
    """Which bookings will end short or never run, and who stands in their way; what finished flights are owed."""
    newsroom = load_newsroom(root)
    start = issue_date(first) if first else today(newsroom)
    outlook = looked(newsroom, start, issue_date(last) if last else None)
    for name, count, unit in outlook.owed:
        warn(
            f"make-good: {name} ended {counted(count, unit.removesuffix('s'), unit)} short of what was booked."
        )
    for text in (*map(str, outlook.problems), *outlook.warnings):
        warn(text)
    for text in outlook.shared:
        say(f"{text}.")
    for name, reason in outlook.not_foreseen:
        warn(f"{name} is not looked at: {reason}.")
    emit(_as_json(outlook))
    if outlook.problems:
        raise typer.Exit(2)
    if outlook.forecast is None or outlook.forecast.complete:
        say(f"No booking whose flight ends by {outlook.last} will be short.")


def _as_json(outlook: ForecastSummary) -> dict[str, Any]:
    owed = [{"line_item": name, "short": count, "unit": unit} for name, count, unit in outlook.owed]
    fields = {
        "problems": as_json(outlook),
        "make_good": owed,
        "shared": list(outlook.shared),
        "not_foreseen": [{"line_item": name, "why": reason} for name, reason in outlook.not_foreseen],
        "to": outlook.last,
        "optimal": not outlook.warnings,
        "upper_bounds": [asdict(bound) for bound in outlook.forecast.bounds] if outlook.forecast else [],
    }
    if not outlook.problems:
        return fields
    return {"error": "\n".join(str(problem) for problem in outlook.problems), "exit_code": 2, **fields}


def as_json(outlook: ForecastSummary) -> list[dict[str, Any]]:
    """The shortfalls with their places in the file."""
    return [_problem(*pair) for pair in zip(outlook.problems, outlook.short, strict=True)]


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


def looked(newsroom: Newsroom, first: date, last: date | None) -> ForecastSummary:
    """A look ahead, with its progress on the terminal."""
    from digest.app.ads_forecast import summarize

    with progress("looking ahead") as tell:
        outlook = summarize(newsroom, first, last, tell)
    if outlook.forecast:
        warn_without_solver()
    return outlook
