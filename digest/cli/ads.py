"""``digest ads``: the days ahead, what can still be sold, and which bookings will end short."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import Json, Root, as_date, newsroom, now
from digest.cli.output import emit, say, table, warn
from digest.distribution import install
from digest.errors import CommandError, did_you_mean

if TYPE_CHECKING:
    from datetime import date

    from digest.model import Newsroom
    from digest.place.forecast import Avail, IssueDate, ForecastInputs, BookingForecast, Forecast

ads = typer.Typer(
    help="The bookings: the days ahead, what can still be sold, what was delivered.",
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
        help="The last one (default: in 28 days; with the longest flight now running, at most 92).",
    ),
]


def today(room: Newsroom) -> date:
    """The date in the publication's zone."""
    return now().astimezone(room.publication.zone).date()


def issue_date(text: str) -> date:
    """A date of an issue, with room for a plan before and after it. Raises ``CommandError``."""
    day = as_date(text)
    if not 1900 < day.year < 2900:
        raise CommandError(f"{day} is too far away.")
    return day


def span(room: Newsroom, first: str | None, last: str | None) -> tuple[date, date]:
    """The dates a command speaks of. Raises ``CommandError``."""
    from digest.app.forecast_inputs import last_day

    start = issue_date(first) if first else today(room)
    end = issue_date(last) if last else last_day(room, start)
    if end < start:
        raise CommandError(f"--to {end} lies before --from {start}.")
    return start, end


def day_by_day(asked: ForecastInputs) -> Forecast:
    """The coming issues where the solver is missing, with a word about it."""
    from digest.place import forecast

    warn(f"Planned day by day, as builds go, without looking ahead. For the best plan: {install('plan')}.")
    return forecast.day_by_day(asked)


def outlook_of(room: Newsroom, first: date, last: date) -> ForecastInputs:
    from digest.app.forecast_inputs import outlook
    from digest.store import open_store

    with open_store(room.store, room.publication, rehearse=True) as store:
        return outlook(room, store, first, last)


@ads.command("plan")
def plan(first: From = None, last: To = None, root: Root = None, json: Json = False) -> None:
    """The coming issues with what will run where, the best over all of them."""
    from digest.place import forecast

    room = newsroom(root)
    asked = outlook_of(room, *span(room, first, last))
    schedule = forecast.solve(asked) if forecast.available() else day_by_day(asked)
    emit(
        {
            "from": schedule.first,
            "to": schedule.last,
            "optimal": schedule.optimal,
            "issues": [_issue(schedule, issue, issue in asked.built) for issue in schedule.issues],
            "line_items": [asdict(prospect) for prospect in schedule.prospects],
        }
    )
    _show_plan(schedule)


def _issue(schedule: Forecast, issue: IssueDate, built: bool) -> dict[str, Any]:
    return {
        "edition": issue.edition,
        "date": issue.date,
        "built": built,
        "ads": [
            {"line_item": run.line_item, "slot": run.slot, "gap": run.gap, "section": run.section}
            for run in schedule.in_issue(issue)
        ],
    }


def _show_plan(schedule: Forecast) -> None:
    from digest.place import forecast

    say(f"{schedule.first} to {schedule.last}: {len(schedule.issues)} issues, {len(schedule.runs)} ads\n")
    rows = [
        [f"{run.date:%a} {run.date}", run.edition, run.slot, run.line_item, "built" if run.built else ""]
        for run in schedule.runs
    ]
    if rows:
        table(("date", "edition", "slot", "line item", ""), _thinned(rows))
        say()
    live = [p for p in schedule.prospects if p.issues or p.delivered or p.short or p.chances]
    heads = ("line item", "tier", "booked", "delivered", "planned", "short", "")
    if live:
        table(heads, [_prospect_cells(prospect) for prospect in live])
    else:
        say("No booking can run in these issues.")
    if not schedule.optimal and forecast.available():
        warn(
            "The search was stopped by its bound on work: this plan keeps every rule, but a better one may exist."
        )


def _thinned(rows: list[list[str]]) -> list[list[str]]:
    """A date and edition once, above the ads of its issue."""
    found: list[list[str]] = []
    before: list[str] = []
    for row in rows:
        found.append(["", "", *row[2:]] if row[:2] == before else row)
        before = row[:2]
    return found


def _prospect_cells(prospect: BookingForecast) -> list[str]:
    return [
        prospect.line_item,
        prospect.tier,
        "-" if prospect.booked is None else f"{prospect.booked:,} {prospect.unit}",
        f"{prospect.delivered:,}",
        f"{prospect.planned:,}",
        f"{prospect.short:,}" if prospect.short else "-",
        ""
        if prospect.final or prospect.booked is None
        else f"{prospect.due:,} due by then, the flight goes on",
    ]


@ads.command("avails")
def avails(
    slot: Annotated[str, typer.Option("--slot", help="The slot, as adslots.yaml names it.")],
    first: From = None,
    last: To = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """What can still be sold in a slot, issue by issue, without hurting a booking."""
    from digest.place import forecast

    room = newsroom(root)
    names = [one.id for one in room.ads.slots]
    if slot not in names:
        hint = did_you_mean(slot, names, otherwise=f" There are: {', '.join(names) or 'none'}.")
        raise CommandError(f'adslots.yaml has no slot "{slot}".{hint}')
    start, end = span(room, first, last)
    found = forecast.avails(outlook_of(room, start, end), slot)
    emit(
        {
            "slot": slot,
            "from": start,
            "to": end,
            "total": found.total,
            "issues": [
                {
                    "edition": a.issue.edition,
                    "date": a.issue.date,
                    "room": a.room,
                    "booked": a.booked,
                    "free": a.free,
                }
                for a in found.issues
            ],
        }
    )
    say(f"{slot}, {start} to {end}: {found.total} more can be sold in all\n")
    heads = ("date", "edition", "room", "booked", "free")
    table(heads, [_avail_cells(one) for one in found.issues])
    if found.total < sum(a.free for a in found.issues):
        say("\nEach line holds for itself: to sell on one date may take away from another.")


def _avail_cells(one: Avail) -> list[str]:
    return [
        f"{one.issue.date:%a} {one.issue.date}",
        one.issue.edition,
        str(one.room),
        str(one.booked),
        str(one.free),
    ]


from digest.cli import ads_calendar, ads_check, ads_report  # noqa: E402, F401 - they add their commands
