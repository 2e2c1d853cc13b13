"""``digest ads calendar``: days and slots, what ran and what will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.cli.ads import From, To, ads, issue_date, tell_never_run, today, warn_without_solver
from digest.cli.options import Json, Root, load_newsroom
from digest.cli.output import emit, say, table
from digest.cli.progress import progress

if TYPE_CHECKING:
    from digest.app.ads_calendar import Calendar
    from digest.model import Newsroom

_MARKS = {True: "", False: "?"}


@ads.command("calendar", epilog="Example: digest ads calendar --from 2026-01-19 --to 2026-02-01")
def calendar(first: From = None, last: To = None, root: Root = None, json: Json = False) -> None:
    """Days by slots: past issues as they ran, coming ones as they are planned (marked ?)."""
    from digest.app.ads_calendar import calendar as look
    from digest.app.ads_calendar import span

    room = load_newsroom(root)
    now = today(room)
    start, end = span(issue_date(first) if first else None, issue_date(last) if last else None, now)
    if now <= end:
        warn_without_solver()
    with progress("planning") as tell:
        found = look(room, start, end, now, tell)
    emit(
        {
            "from": start,
            "to": end,
            "days": [
                {
                    "date": one.date,
                    "edition": one.edition,
                    "state": one.state,
                    "slots": {
                        slot.id: [ad.line_item for ad in one.in_slot(slot.id)] for slot in room.ads.slots
                    },
                }
                for one in found.issues
            ],
            "never_runs": [{"line_item": name, "in_its_way": rivals} for name, rivals in found.never_runs],
        }
    )
    _show(room, found)
    tell_never_run(found.never_runs)


def _show(room: Newsroom, found: Calendar) -> None:
    slots = [slot.id for slot in room.ads.slots]
    slots += sorted(
        {ad.slot for one in found.issues for ad in one.ads} - set(slots)
    )  # sold once, and no more
    rows = []
    for one in found.issues:
        cells = [
            ", ".join(f"{ad.line_item}{_MARKS[ad.built]}" for ad in one.in_slot(slot)) or "·"
            for slot in slots
        ]
        rows.append([f"{one.date:%a} {one.date}", one.edition, one.state, *cells])
    if rows:
        table(("date", "edition", "", *slots), rows, wrap=34)
        say("\n? planned, not built yet")
    else:
        say("No edition has an issue in these days.")
