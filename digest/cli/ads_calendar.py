"""``digest ads calendar``: days and slots, what ran and what will."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from digest.cli.ads import From, To, ads, inputs_of, issue_date, never_run, planned, tell_never_run, today
from digest.cli.options import Json, Root, newsroom
from digest.cli.output import emit, say, table
from digest.errors import CommandError

if TYPE_CHECKING:
    from datetime import date

    from digest.model import Newsroom
    from digest.place.forecast import PlannedAd

BACK, AHEAD = 7, 14  # days shown unless told
_MARKS = {True: "", False: "?"}


@ads.command("calendar")
def calendar(first: From = None, last: To = None, root: Root = None, json: Json = False) -> None:
    """Days by slots: past issues as they ran, coming ones as they are planned (marked ?)."""
    room = newsroom(root)
    now = today(room)
    start = issue_date(first) if first else min(now, issue_date(last) if last else now) - timedelta(days=BACK)
    end = issue_date(last) if last else max(start, now) + timedelta(days=AHEAD)
    if end < start:
        raise CommandError(f"--to {end} lies before --from {start}.")
    runs, issues, forgotten = _runs(room, start, end, now)
    emit(
        {
            "from": start,
            "to": end,
            "days": [
                {
                    "date": day,
                    "edition": edition,
                    "state": state,
                    "slots": {
                        slot.id: [
                            run.line_item for run in runs if _at(run, day, edition) and run.slot == slot.id
                        ]
                        for slot in room.ads.slots
                    },
                }
                for day, edition, state in issues
            ],
            "never_runs": [{"line_item": name, "in_its_way": rivals} for name, rivals in forgotten],
        }
    )
    _show(room, runs, issues)
    tell_never_run(forgotten)


def _at(run: PlannedAd, day: date, edition: str) -> bool:
    return run.date == day and run.edition == edition


def _runs(
    room: Newsroom, start: date, end: date, now: date
) -> tuple[list[PlannedAd], list[tuple[date, str, str]], list[tuple[str, list[str]]]]:
    """What ran and what is planned; every issue with its state: sent, built, missed or planned; and the bookings
    that never run, with who is in their way."""
    from digest.place import forecast
    from digest.store import open_store

    order = {edition.name: number for number, edition in enumerate(room.editions)}
    with open_store(room.store, room.publication, rehearse=True) as store:
        built = {(one.date, one.edition): one for one in store.issues() if start <= one.date <= end}
        ran = [run for run in store.ran_ads(now=room.ads.now) if start <= run.date <= end]
    runs = [
        forecast.PlannedAd(
            date=run.date, edition=run.edition, line_item=run.line_item, slot=run.slot, gap=run.gap,
            section=run.section, built=True,
        )
        for run in ran
    ]  # fmt: skip
    issues = [(day, name, "sent" if one.sent_at else "built") for (day, name), one in built.items()]
    first = max(start, now)
    forgotten: list[tuple[str, list[str]]] = []
    every = [
        (day, edition.name)
        for day in _days(start, end)
        for edition in room.editions
        if edition.has_issue(day)
    ]
    issues += [
        (day, name, "planned" if day >= first else "missed")
        for day, name in every
        if (day, name) not in built
    ]
    if first <= end:
        asked = inputs_of(room, first, end)
        schedule = planned(asked)
        forgotten = never_run(asked, schedule)
        runs += [run for run in schedule.ads if not run.built]
    runs.sort(key=lambda run: (run.date, order.get(run.edition, len(order)), run.gap))
    in_order = sorted(issues, key=lambda one: (one[0], order.get(one[1], len(order)), one[1]))
    return runs, in_order, forgotten


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def _show(room: Newsroom, runs: list[PlannedAd], issues: list[tuple[date, str, str]]) -> None:
    slots = [slot.id for slot in room.ads.slots]
    gone = sorted({run.slot for run in runs} - set(slots))
    rows = []
    for day, edition, state in issues:
        here = [run for run in runs if _at(run, day, edition)]
        cells = [
            ", ".join(f"{run.line_item}{_MARKS[run.built]}" for run in here if run.slot == slot) or "·"
            for slot in (*slots, *gone)
        ]
        rows.append([f"{day:%a} {day}", edition, state, *cells])
    if rows:
        table(("date", "edition", "", *slots, *gone), rows, wrap=34)
        say("\n? planned, not built yet")
    else:
        say("No edition has an issue in these days.")
