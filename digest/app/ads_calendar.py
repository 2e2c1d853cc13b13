"""Days and slots: past issues as they ran, coming ones as they are planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from digest.app.ads_forecast import Progress, inputs_of, never_run, planned
from digest.app.spans import check_order
from digest.model.issue_date import day_of

if TYPE_CHECKING:
    from digest.model import Newsroom
    from digest.place.forecast import PlannedAd

BACK, AHEAD = 7, 14  # days shown unless told


@dataclass(frozen=True, slots=True)
class CalendarIssue:
    """One issue with its ads by gap. ``state``: sent | built | missed | planned."""

    date: date
    edition: str
    state: str
    ads: tuple[PlannedAd, ...]

    def in_slot(self, slot: str) -> list[PlannedAd]:
        return [ad for ad in self.ads if ad.slot == slot]


@dataclass(frozen=True, slots=True)
class AdCalendar:
    """Every issue of ``first`` to ``last``; ``never_runs`` are paid bookings that no coming issue has a place for, each
    with who is in the way."""

    first: date
    last: date
    issues: tuple[CalendarIssue, ...]
    never_runs: tuple[tuple[str, list[str]], ...]


def span(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The days to show: what is not said is a week before today to two weeks after it. Raises ``CommandError``."""
    start = first or min(today, last or today) - timedelta(days=BACK)
    end = last or max(start, today) + timedelta(days=AHEAD)
    check_order(start, end)
    return start, end


def as_known(newsroom: Newsroom, start: date, end: date, today: date) -> AdCalendar:
    """What ran, and which issues are to come, their ads not planned yet; issues before ``today`` that are not there
    were missed."""
    from digest.place import forecast
    from digest.store import open_store

    with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
        built = {
            (issue.date, issue.edition): issue
            for issue in store.issues()
            if start <= day_of(issue.date) <= end
        }
        runs = [
            forecast.PlannedAd(
                date=run.date, edition=run.edition, line_item=run.line_item, slot=run.slot, gap=run.gap,
                section=run.section, built=True,
            )
            for run in store.ran_ads(now=newsroom.ads.now)
            if start <= day_of(run.date) <= end
        ]  # fmt: skip
    states = {key: "sent" if issue.sent_at else "built" for key, issue in built.items()}
    first = max(start, today)
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        for edition in newsroom.editions:
            if edition.has_issue(day):
                states.setdefault((day, edition.name), "planned" if day >= first else "missed")
    by_issue = _by_issue(runs)
    order = {edition.name: number for number, edition in enumerate(newsroom.editions)}
    issues = sorted(states, key=lambda key: (key[0], order.get(key[1], len(order)), key[1]))
    return AdCalendar(
        start, end, tuple(CalendarIssue(*key, states[key], by_issue.get(key, ())) for key in issues), ()
    )


def calendar(
    newsroom: Newsroom, start: date, end: date, today: date, progress: Progress | None = None
) -> AdCalendar:
    """What ran and what is planned."""
    known = as_known(newsroom, start, end, today)
    first = max(start, today)
    if first > end:
        return known
    inputs = inputs_of(newsroom, first, end)
    schedule = planned(inputs, progress)
    coming = _by_issue(run for run in schedule.ads if not run.built)
    return replace(
        known,
        issues=tuple(
            replace(issue, ads=issue.ads + coming.get((issue.date, issue.edition), ()))
            for issue in known.issues
        ),
        never_runs=tuple(never_run(inputs, schedule)),
    )


def _by_issue(runs: Iterable[PlannedAd]) -> dict[tuple[date, str], tuple[PlannedAd, ...]]:
    ads: dict[tuple[date, str], tuple[PlannedAd, ...]] = {}
    for run in sorted(runs, key=lambda run: run.gap):
        ads[run.date, run.edition] = (*ads.get((run.date, run.edition), ()), run)
    return ads
