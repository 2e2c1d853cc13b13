"""What a plan over the coming issues tells the build of the first of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from digest.model import Lineup
from digest.model.counts import counted
from digest.place.delivery import editions_before
from digest.place.forecast.issues import ForecastInputs, IssueDate, PlannedAd
from digest.place.forecast.plan import plan
from digest.place.request import PlaceRequest

_SHOWN = 3


def guided(request: PlaceRequest, lineups: Mapping[str, Lineup], days: int) -> PlaceRequest:
    """The request with the plan over ``days`` days, today included: what it runs today comes first in its tier.

    Today's issue is the one at hand, with its stories; the others look like ``lineups``, by edition. Today's issues
    with an earlier cutoff are facts; those with a later one are planned, built or not, so that it does not matter.
    Raises ``CommandError`` without the solver.
    """
    today = IssueDate(request.day, request.edition.name)
    before = editions_before(request.edition, request.editions)
    ahead = plan(
        ForecastInputs(
            ads=request.ads,
            editions=request.editions,
            first=request.day,
            last=request.day + timedelta(days=days - 1),
            lineups=lineups,
            ran_ads=request.ran_ads,
            built=frozenset(
                [
                    *(IssueDate(request.day, name) for name in before),
                    *(IssueDate(run.date, run.edition) for run in request.ran_ads if run.edition in before),
                ]
            ),
            known={today: request.lineup},
            barred={today: frozenset(request.overrides.pause)},
        )
    )
    wanted = {run.line_item for run in ahead.in_issue(today)}
    names = [item.id for item in request.ads.line_items]
    words = {
        booking.line_item: _sentence(ahead.of(booking.line_item), today, days)
        for booking in ahead.bookings
        if booking.chances
    }
    return replace(request, prefer=tuple(name for name in names if name in wanted), ahead=words)


def _sentence(runs: tuple[PlannedAd, ...], today: IssueDate, days: int) -> str:
    span = f"the plan over the coming {counted(days, 'day')}"
    later = [run for run in runs if (run.date, run.edition) != (today.date, today.edition)]
    if len(later) < len(runs):
        return f"{span} runs it in this issue{_dates(' and on ', later, today)}"
    if later:
        return f"{span} runs it{_dates(' on ', later, today)}"
    return f"{span} has no place for it"


def _dates(word: str, runs: list[PlannedAd], today: IssueDate) -> str:
    if not runs:
        return ""
    shown = [
        f"{run.date}" + ("" if run.edition == today.edition else f" ({run.edition})") for run in runs[:_SHOWN]
    ]
    more = f" and {len(runs) - _SHOWN} more" if len(runs) > _SHOWN else ""
    return f"{word}{', '.join(shown)}{more}"
