"""Which issues ``digest build`` makes: editions, dates, days off, and what was asked for their ads."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from digest.cli.build_report import failed
from digest.cli.options import as_issue, check_known, edition_named
from digest.cli.output import say
from digest.errors import CommandError

if TYPE_CHECKING:
    from digest.model import Edition, Newsroom, Overrides


def dates_of(
    newsroom: Newsroom, editions: list[Edition], text: str | None, at: datetime, ahead: bool
) -> tuple[list[tuple[Edition, date]], list[tuple[dict[str, Any], int]]]:
    """The editions with their dates; and those that have no issue then, which stop no other.

    Raises ``CommandError`` where none is left.
    """
    from digest.app.specials import until_now

    dates: list[tuple[Edition, date]] = []
    refused: list[tuple[Edition, CommandError]] = []
    for edition in editions:
        try:
            day = _date(newsroom, edition, text, at, ahead)
            dates.append((until_now(newsroom, edition, day, at), day))
        except CommandError as error:
            refused.append((edition, error))
    if not dates:
        raise refused[0][1]
    return dates, [failed(edition, text, error, error.exit_code) for edition, error in refused]


def without_days_off(
    newsroom: Newsroom, editions: list[Edition], named: list[str], text: str | None
) -> tuple[list[Edition], list[tuple[dict[str, Any], int]]]:
    """The editions that have an issue on the date, and what is told of those that are off: asked for by cadence,
    an edition without an issue that day is passed over. A weekly one on another weekday stays, to be refused."""
    if text is None:
        return editions, []
    from digest.model.issue_date import number_of

    day = as_issue(text)
    off = [
        edition
        for edition in editions
        if edition.name not in named
        and number_of(day) == 1
        and not edition.may_have_issue(day)
        and (edition.cadence == "daily" or edition.calendar.fits(day))
    ]
    stay = [edition for edition in editions if edition not in off]
    return stay, [passed_over(edition, day) for edition in off]


def passed_over(edition: Edition, day: date) -> tuple[dict[str, Any], int]:
    reason = f"{edition.name} has no issue on {day}: it {edition.calendar.why_not(day)}."
    say(f"{reason} Passed over.")
    return {"edition": edition.name, "date": day, "status": "skipped", "error": reason, "exit_code": 0}, 0


def editions_wanted(newsroom: Newsroom, cadences: dict[str, bool], names: list[str]) -> list[Edition]:
    from digest.app.pipeline import editions_of

    if not (any(cadences.values()) or names):
        raise CommandError("say what to build: --daily, --weekly, --monthly or --edition NAME.")
    chosen = [e for cadence, wanted in cadences.items() if wanted for e in editions_of(newsroom, cadence, ())]
    chosen += [edition_named(newsroom, name) for name in names]
    return [candidate for candidate in newsroom.editions if candidate in chosen]


def overrides_of(newsroom: Newsroom, pins: list[str], pauses: list[str]) -> Overrides:
    """The overrides as given, each once, in order. Raises ``CommandError`` for unknown words."""
    from digest.model import Overrides

    for pin in pins:
        name, at, slot = pin.partition("@")
        if not at:
            raise CommandError(f'--pin "{pin}": write it as LINE_ITEM@SLOT, such as my-booking@top_banner.')
        check_known("line item", name, [item.id for item in newsroom.ads.line_items])
        check_known("slot", slot, [known_slot.id for known_slot in newsroom.ads.slots])
    for name in pauses:
        check_known("line item", name, [item.id for item in newsroom.ads.line_items])
    return Overrides(pin=tuple(dict.fromkeys(pins)), pause=tuple(dict.fromkeys(pauses)))


def _date(newsroom: Newsroom, edition: Edition, text: str | None, at: datetime, ahead: bool) -> date:
    """The issue date, checked: the edition has an issue that day, and its window is over (unless ``ahead``)."""
    from digest.app.specials import until_now
    from digest.select import last_issue_date, window_of

    zone = newsroom.publication.zone
    day = last_issue_date(edition, zone, at) if text is None else as_issue(text)
    end = window_of(until_now(newsroom, edition, day, at), day, zone, None).end
    if end > at and not ahead:
        raise CommandError(
            f"the window of {edition.name} {day} ends at {newsroom.publication.clock(end)} "
            f"{newsroom.publication.timezone}, which is still to come. "
            "Build it after that, or look ahead with --dry-run."
        )
    return day


def special_before(edition: Edition, day: date) -> date | None:
    """The special before this one on its day."""
    from digest.model.issue_date import number_of, numbered

    number = number_of(day)
    return numbered(day, number - 1) if edition.cadence == "on_demand" and number > 1 else None
