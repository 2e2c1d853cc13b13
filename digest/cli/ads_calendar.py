"""``digest ads calendar``: days and slots, what ran and what will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.cli.ads import From, To, ads, issue_date, tell_never_run, today, warn_without_solver
from digest.cli.options import Json, Root, load_newsroom
from digest.cli.output import emit, say, table
from digest.cli.progress import progress

if TYPE_CHECKING:
    from digest.app.ads_calendar import AdCalendar
    from digest.model import Newsroom

_MARKS = {True: "", False: "?"}


@ads.command("calendar", epilog="Example: digest ads calendar --from 2026-01-19 --to 2026-02-01")
def calendar(first: From = None, last: To = None, root: Root = None, json: Json = False) -> None:
    """Days by slots: past issues as they ran, coming ones as they are planned (marked ?)."""
    from digest.app.ads_calendar import calendar as look
    from digest.app.ads_calendar import span

    newsroom = load_newsroom(root)
    now = today(newsroom)
    start, end = span(issue_date(first) if first else None, issue_date(last) if last else None, now)
    if now <= end:
        warn_without_solver()
    with progress("planning") as tell:
        planned = look(newsroom, start, end, now, tell)
    emit(
        {
            "from": start,
            "to": end,
            "days": [
                {
                    "date": issue.date,
                    "edition": issue.edition,
                    "state": issue.state,
                    "slots": {
                        slot.id: [ad.line_item for ad in issue.in_slot(slot.id)]
                        for slot in newsroom.ads.slots
                    },
                }
                for issue in planned.issues
            ],
            "never_runs": [{"line_item": name, "in_its_way": rivals} for name, rivals in planned.never_runs],
        }
    )
    _show(newsroom, planned)
    tell_never_run(planned.never_runs)


def _show(newsroom: Newsroom, planned: AdCalendar) -> None:
    slots = [slot.id for slot in newsroom.ads.slots]
    slots += sorted(
        {ad.slot for issue in planned.issues for ad in issue.ads} - set(slots)
    )  # sold once, and no more
    rows = []
    for issue in planned.issues:
        cells = [
            ", ".join(f"{ad.line_item}{_MARKS[ad.built]}" for ad in issue.in_slot(slot)) or "·"
            for slot in slots
        ]
        rows.append([f"{issue.date:%a} {issue.date}", issue.edition, issue.state, *cells])
    if rows:
        table(("date", "edition", "", *slots), rows, wrap=34)
        say("\n? planned, not built yet")
    else:
        say("No edition has an issue in these days.")
