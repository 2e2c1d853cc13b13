"""What a build recalls from the ledger, and what it leaves there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from digest.app.clicks import needs_clicks, rates_of, with_clicks
from digest.app.forecast_inputs import lineups
from digest.errors import CommandError
from digest.model import BuiltIssue, Edition, Issue, IssueNote, Lineup, Newsroom, RunAd, RunStory, as_sourced
from digest.model.calendar import cutoff_at
from digest.model.counts import counted
from digest.model.issue_date import day_of
from digest.place.delivery import editions_before

if TYPE_CHECKING:
    from digest.store import Store


@dataclass(frozen=True, slots=True)
class IssueHistory:
    """What the ledger remembers that bears on one issue."""

    current: BuiltIssue | None
    previous: BuiltIssue | None
    ran: tuple[RunStory, ...]
    ran_later: tuple[RunStory, ...]
    ads: tuple[RunAd, ...]
    note: IssueNote | None = None  # the editor's own words above this issue
    typical: Mapping[str, Lineup] = field(default_factory=dict)  # by edition, where a plan ahead needs them
    click_rates: Mapping[tuple[str, str], float] = field(
        default_factory=dict
    )  # by section and source, if asked for


def recall(store: Store, newsroom: Newsroom, edition: Edition, day: date) -> IssueHistory:
    """Read from the ledger what bears on one issue, and nothing else."""
    current = store.built(edition.name, day)
    ids = [item.id for item in newsroom.ads.line_items]
    return IssueHistory(
        current=current,
        previous=store.previous(edition.name, day),
        ran=_ran_before(store, newsroom, edition, day, current),
        ran_later=_ran_later(store, edition, day),
        ads=_ads(store, newsroom, edition, day, ids),
        click_rates=rates_of(store, newsroom, day),
        note=store.note(edition.name, day),
        typical=lineups(newsroom, store, day) if newsroom.ads.policy.horizon else {},
    )


def _ads_before(
    store: Store, newsroom: Newsroom, edition: Edition, day: date, ids: list[str]
) -> tuple[RunAd, ...]:
    """The ads of earlier dates, and those of the issues of this date with an earlier cutoff."""
    before = editions_before(edition, newsroom.editions)
    if not before or day_of(day) == date.max:
        return tuple(store.ran_ads(day_of(day), ids, newsroom.ads.now, newsroom.ads.shared))
    rows = store.ran_ads(day + timedelta(days=1), ids, newsroom.ads.now, newsroom.ads.shared)
    later = _later_specials(store, newsroom, edition, day)
    return tuple(
        row
        for row in rows
        if day_of(row.date) < day_of(day) or (row.edition in before and (row.edition, row.date) not in later)
    )


def _later_specials(
    store: Store, newsroom: Newsroom, edition: Edition, day: date
) -> frozenset[tuple[str, date]]:
    """The issues on demand of this date whose cutoff is not before this one's; itself among them."""
    end = cutoff_at(day, edition.cutoff, newsroom.publication.zone)
    on_demand = {edition.name for edition in newsroom.editions if edition.cadence == "on_demand"}
    return frozenset(
        (issue.edition, issue.date)
        for issue in store.issues(day=day)
        if issue.edition in on_demand and issue.window.end >= end
    )


def _ads(store: Store, newsroom: Newsroom, edition: Edition, day: date, ids: list[str]) -> tuple[RunAd, ...]:
    """The ads that ran before, with their clicks where a booking is measured by them."""
    ran = _ads_before(store, newsroom, edition, day, ids)
    return with_clicks(ran, store.receipts(last=day)) if needs_clicks(newsroom) else ran


def _ran_before(
    store: Store, newsroom: Newsroom, edition: Edition, day: date, current: BuiltIssue | None
) -> tuple[RunStory, ...]:
    """The stories that bear on what may run: of this edition, or of the publication, and of this very date."""
    first, yesterday = _back(day, edition.no_repeat_for), day - timedelta(days=1)
    earlier: list[RunStory] = []
    if edition.no_repeat != "none":
        only = edition.name if edition.no_repeat == "edition" else None
        earlier = store.ran_stories(first, yesterday, edition=only)
        same_day = store.ran_stories(day, day, edition=edition.name)
        earlier += [run for run in same_day if run.date < day]
    if edition.no_repeat == "publication" or newsroom.ranking.max_per_event_day is not None:
        earlier += _ran_today(store, newsroom, edition, day, current)
    return tuple(earlier)


def _ran_today(
    store: Store, newsroom: Newsroom, edition: Edition, day: date, current: BuiltIssue | None
) -> list[RunStory]:
    """The stories of the other editions' issues of the same date.

    Only issues count that were there before this one was first built, so that building it again
    finds what it found then.
    """
    others = [candidate.name for candidate in newsroom.editions if candidate.name != edition.name]
    built_before = {
        (issue.edition, issue.date)
        for issue in store.issues(day=day)
        if issue.edition in others and (current is None or issue.sequence < current.sequence)
    }
    ran = (
        [run for name in others for run in store.ran_stories(day, day, edition=name)] if built_before else []
    )
    return [run for run in ran if (run.edition, run.date) in built_before]


def _ran_later(store: Store, edition: Edition, day: date) -> tuple[RunStory, ...]:
    if edition.no_repeat == "none":
        return ()
    runs = store.ran_stories(day, _back(day, -edition.no_repeat_for), edition=edition.name)
    return tuple(run for run in runs if run.date > day)


def _back(day: date, span: timedelta) -> date:
    """``day`` less the whole days of ``span``, inside the calendar."""
    days = abs(span) // timedelta(days=1) * (1 if span >= timedelta(0) else -1)
    try:
        return day - timedelta(days=days)
    except OverflowError:
        return date.min if days > 0 else date.max


def fingerprint(newsroom: Newsroom, history: IssueHistory) -> str:
    """SHA-256 of what was recalled, without the clock: two machines with the same history agree."""
    in_sends = {item.id for item in newsroom.ads.line_items if item.goal and item.goal.unit == "sends"}
    rows = [
        ["previous", str(history.previous and history.previous.window.end)],
        *(["story", run.edition, str(run.date), run.story.id, run.section] for run in history.ran),
        *(
            [
                "ad",
                ad.edition,
                str(ad.date),
                ad.line_item,
                ad.creative,
                (ad.sends if ad.readers is None else ad.readers) if ad.line_item in in_sends else None,
                *([ad.clicks, ad.sends] if ad.clicks is not None else []),
            ]
            for ad in history.ads
        ),
        *(["clicks", *group, round(rate, 6)] for group, rate in history.click_rates.items()),
        *(
            ["typical", name, section.id, len(section.entries)]
            for name, lineup in history.typical.items()
            for section in lineup.sections
        ),
    ]
    return sha256("\n".join(sorted(json.dumps(row) for row in rows)).encode()).hexdigest()


def issue_row(
    issue: Issue, revision: int, manifest: str, earlier: BuiltIssue | None, now: datetime
) -> BuiltIssue:
    """The ledger's row of an issue; ``earlier`` is its row so far, if it was built before."""
    return BuiltIssue(
        edition=issue.edition.name,
        date=issue.date,
        revision=revision,
        sequence=earlier.sequence if earlier else 0,
        window=issue.window,
        first_built_at=earlier.first_built_at if earlier else now,
        built_at=now,
        manifest=manifest,
        expected_sends=issue.edition.expected_sends,
    )


def stories_run(issue: Issue) -> list[RunStory]:
    """The stories of an issue as the ledger keeps them."""
    return [
        RunStory(
            edition=issue.edition.name,
            date=issue.date,
            story=as_sourced(entry.story),
            section=entry.section,
            position=entry.position,
            also=entry.also,
        )
        for entry in issue.selection.lineup
    ]


def ads_run(issue: Issue) -> list[RunAd]:
    """The ads of an issue as the ledger keeps them, with the stories they stood beside."""
    if issue.audience:
        return audience_ads(issue.edition.name, issue.date, issue.audience)
    titles = {entry.position: entry.story.title for entry in issue.selection.lineup}
    return [
        RunAd(
            edition=issue.edition.name,
            date=issue.date,
            line_item=ad.line_item,
            creative=ad.creative,
            advertiser=ad.advertiser,
            tier=ad.tier,
            slot=ad.slot,
            gap=ad.gap,
            section=ad.section,
            sends=issue.edition.expected_sends,
            neighbours=tuple(titles[at] for at in (ad.gap, ad.gap + 1) if at in titles),
        )
        for ad in issue.plan.placed
    ]


def audience_of(built: BuiltIssue | None) -> Mapping[str, Any]:
    """The counts of the audience that an issue was built for; empty where it was for everybody only."""
    if built is None or '"audience"' not in built.manifest:
        return {}
    counts: Mapping[str, Any] = json.loads(built.manifest).get("audience") or {}
    return counts


def keep_audience(built: BuiltIssue | None) -> None:
    """Raises ``CommandError`` where an issue without an audience would take the place of one that has one."""
    if (counts := audience_of(built)) and built:
        raise CommandError(
            f"{built.edition} of {built.date} was built for {counted(counts['readers'], 'reader')}, and this build "
            "names none: its audience/ would go. Give --audience again; with --rebuild the issue for everybody takes "
            "its place."
        )


def audience_ads(edition: str, day: date, audience: Mapping[str, Any]) -> list[RunAd]:
    """The ads of an audience's issues as the ledger keeps them, from the manifest's counts: each with its readers, and
    the place where most of them have it."""
    names = ("line_item", "creative", "advertiser", "tier", "slot", "gap", "section", "readers")
    return [RunAd(edition=edition, date=day, **{name: ad[name] for name in names}) for ad in audience["ads"]]
