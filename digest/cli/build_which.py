"""Which issues ``digest build`` makes: editions, dates, days off, and what was asked for their ads."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from digest.cli.build_report import failed
from digest.cli.options import (
    as_issue,
    edition,
    known,
)
from digest.cli.output import say
from digest.errors import (
    CommandError,
)

if TYPE_CHECKING:
    from digest.model import Edition, Newsroom, Overrides


def dates_of(
    room: Newsroom, editions: list[Edition], text: str | None, at: datetime, ahead: bool
) -> tuple[list[tuple[Edition, date]], list[tuple[dict[str, Any], int]]]:
    """The editions with their dates; and those that have no issue then, which stop no other.

    Raises ``CommandError`` where none is left.
    """
    from digest.app.specials import until_now

    dates: list[tuple[Edition, date]] = []
    refused: list[tuple[Edition, CommandError]] = []
    for one in editions:
        try:
            day = _date(room, one, text, at, ahead)
            dates.append((until_now(room, one, day, at), day))
        except CommandError as error:
            refused.append((one, error))
    if not dates:
        raise refused[0][1]
    return dates, [failed(one, text, error, error.exit_code) for one, error in refused]


def without_days_off(
    room: Newsroom, editions: list[Edition], named: list[str], text: str | None
) -> tuple[list[Edition], list[tuple[dict[str, Any], int]]]:
    """The editions that have an issue on the date, and what is told of those that are off: asked for by cadence,
    an edition without an issue that day is passed over. A weekly one on another weekday stays, to be refused."""
    if text is None:
        return editions, []
    from digest.model.issue_date import number_of

    day = as_issue(text)
    off = [
        one
        for one in editions
        if one.name not in named
        and number_of(day) == 1
        and not one.may_have_issue(day)
        and (one.cadence == "daily" or one.calendar.fits(day))
    ]
    return [one for one in editions if one not in off], [passed_over(one, day) for one in off]


def passed_over(edition: Edition, day: date) -> tuple[dict[str, Any], int]:
    why = f"{edition.name} has no issue on {day}: it {edition.calendar.why_not(day)}."
    say(f"{why} Passed over.")
    return {"edition": edition.name, "date": day, "status": "skipped", "error": why, "exit_code": 0}, 0


def editions_wanted(room: Newsroom, cadences: dict[str, bool], names: list[str]) -> list[Edition]:
    from digest.app.pipeline import editions_of

    if not (any(cadences.values()) or names):
        raise CommandError("say what to build: --daily, --weekly, --monthly or --edition NAME.")
    chosen = [e for cadence, asked in cadences.items() if asked for e in editions_of(room, cadence, ())]
    chosen += [edition(room, name) for name in names]
    return [one for one in room.editions if one in chosen]


def overrides_of(room: Newsroom, pins: list[str], pauses: list[str]) -> Overrides:
    """The overrides as given, each once, in order. Raises ``CommandError`` for unknown words."""
    from digest.model import Overrides

    for pin in pins:
        name, at, slot = pin.partition("@")
        if not at:
            raise CommandError(f'--pin "{pin}": write it as LINE_ITEM@SLOT, such as my-booking@top_banner.')
        known("line item", name, [item.id for item in room.ads.line_items])
        known("slot", slot, [one.id for one in room.ads.slots])
    for name in pauses:
        known("line item", name, [item.id for item in room.ads.line_items])
    return Overrides(pin=tuple(dict.fromkeys(pins)), pause=tuple(dict.fromkeys(pauses)))


def _date(room: Newsroom, edition: Edition, text: str | None, at: datetime, ahead: bool) -> date:
    """The issue date, checked: the edition has an issue that day, and its window is over (unless ``ahead``)."""
    from digest.app.specials import until_now
    from digest.select import last_issue_date, window_of

    zone = room.publication.zone
    day = last_issue_date(edition, zone, at) if text is None else as_issue(text)
    end = window_of(until_now(room, edition, day, at), day, zone, None).end
    if end > at and not ahead:
        raise CommandError(
            f"the window of {edition.name} {day} ends at {room.publication.clock(end)} "
            f"{room.publication.timezone}, which is still to come. "
            "Build it after that, or look ahead with --dry-run."
        )
    return day


def special_before(edition: Edition, day: date) -> date | None:
    """The special before this one on its day."""
    from digest.model.issue_date import number_of, numbered

    number = number_of(day)
    return numbered(day, number - 1) if edition.cadence == "on_demand" and number > 1 else None
