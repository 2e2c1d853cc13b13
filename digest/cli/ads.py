"""``digest ads``: the days ahead, what can still be sold, and which bookings will end short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digest.app.spans import check_order
from digest.cli import app
from digest.cli.groups import Commands
from digest.cli.options import as_date, now
from digest.cli.output import warn
from digest.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from digest.model import Newsroom

ads = typer.Typer(
    cls=Commands,
    help="The bookings: the days ahead, what can still be sold, what was delivered.",
    epilog="Example: digest ads plan --to 2026-02-15",
    rich_markup_mode=None,
)
app.add_typer(ads, name="ads", no_args_is_help=True)

From = Annotated[
    str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="The first issue date (default: today).")
]
To = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="YYYY-MM-DD",
        help="The last one (default: in 28 days; with the longest flight that they meet, at most 92).",
    ),
]


def today(newsroom: Newsroom) -> date:
    """The date in the publication's zone."""
    return now().astimezone(newsroom.publication.zone).date()


def issue_date(text: str) -> date:
    """A date of an issue, with room for a plan before and after it. Raises ``CommandError``."""
    day = as_date(text)
    if not 1900 < day.year < 2900:
        raise CommandError(f"{day} is too far away.")
    return day


def span(newsroom: Newsroom, first: str | None, last: str | None) -> tuple[date, date]:
    """The dates a command speaks of. Raises ``CommandError``."""
    from digest.app.forecast_inputs import last_day

    start = issue_date(first) if first else today(newsroom)
    end = issue_date(last) if last else last_day(newsroom, start)
    if end < start and not first:
        raise CommandError(f"--to {end} lies before today, {start}. For days that are past give --from, too.")
    check_order(start, end)
    return start, end


def warn_without_solver() -> None:
    from digest.app.ads_forecast import without_solver

    if text := without_solver():
        warn(text)


def tell_never_run(forgotten: Sequence[tuple[str, list[str]]]) -> None:
    for name, rivals in forgotten:
        way = (
            f"in its way: {', '.join(rivals)}" if rivals else "its own dates, slots and wishes leave it none"
        )
        warn(f"{name} is paid and runs in none of its issues of these days; {way}.")
