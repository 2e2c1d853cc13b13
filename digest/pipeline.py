"""The program on one screen: read, select, place, render, write, record.

Everything here is plain calls on frozen values. The clock is an argument.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.ahead import guided, lineups
from digest.errors import AlreadySent, CommandError, DigestError, NothingToSend
from digest.model import BuiltIssue, Edition, Issue, Lineup, Newsroom, Overrides, RunAd, RunStory
from digest.place import Request as PlaceRequest
from digest.place import place
from digest.publish import Outbox, files_of
from digest.render import Request as RenderRequest
from digest.render import Theme, render
from digest.select import Request as SelectRequest
from digest.select import reach, select, window_of
from digest.values import dataclass

if TYPE_CHECKING:
    from digest.store import Store


@dataclass(frozen=True, slots=True)
class House:
    """What every build works with: the newsroom, its open store, its theme."""

    newsroom: Newsroom
    store: Store
    theme: Theme


@dataclass(frozen=True, slots=True)
class Memory:
    """What the ledger remembers that bears on one issue."""

    current: BuiltIssue | None
    previous: BuiltIssue | None
    ran: tuple[RunStory, ...]
    ran_later: tuple[RunStory, ...]
    ads: tuple[RunAd, ...]
    typical: Mapping[str, Lineup] = field(
        default_factory=dict
    )  # by edition; only where a plan ahead needs them


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one issue. ``status``: built | unchanged | restored | rehearsed."""

    issue: Issue
    revision: int
    status: str
    files: dict[str, bytes]
    folder: Path | None = None


def build(
    house: House,
    outbox: Outbox,
    edition: Edition,
    day: date,
    *,
    now: datetime,
    overrides: Overrides,
    rebuild: bool = False,
) -> Outcome:
    """Build one issue, publish it and remember it; an unchanged issue stays as it is.

    ``rebuild`` writes the folder of an unchanged issue again.

    Raises ``AlreadySent``, ``NothingToSend``, ``Unreachable``, ``CommandError`` (an impossible pin).
    """
    outcome = compose(house, edition, day, overrides)
    current = house.store.built(edition.name, day)
    if outcome.status == "unchanged":
        return _settle(outbox, outcome, rebuild)
    staged = outbox.stage(edition.name, day, outcome.files)
    try:
        house.store.record(_row(outcome, current, now), _stories_run(outcome.issue), _ads_run(outcome.issue))
    except DigestError:
        outbox.discard(staged)
        raise
    outbox.publish(staged)
    return _at(outcome, "built", outbox)


def compose(house: House, edition: Edition, day: date, overrides: Overrides) -> Outcome:
    """One issue as a build would make it, and whether the ledger holds it already. Changes nothing."""
    memory = recall(house.store, house.newsroom, edition, day)
    if memory.current and memory.current.sent_at:
        raise AlreadySent(
            f"{edition.name} of {day} was sent at {memory.current.sent_at:%Y-%m-%d %H:%M} UTC; "
            "a sent issue is never rebuilt."
        )
    issue = _issue(house, edition, day, memory, overrides)
    publication = house.newsroom.publication
    revision = memory.current.revision if memory.current else 1
    files = files_of(issue, publication, revision)
    if memory.current is None:
        return Outcome(issue, revision, "rehearsed", files)
    if files["manifest.json"].decode() == memory.current.manifest:
        return Outcome(issue, revision, "unchanged", files)
    return Outcome(issue, revision + 1, "rehearsed", files_of(issue, publication, revision + 1))


def _issue(house: House, edition: Edition, day: date, memory: Memory, overrides: Overrides) -> Issue:
    newsroom = house.newsroom
    request = selecting(newsroom, house.store, edition, day, memory)
    selection = select(request)
    if len(selection.lineup) < max(newsroom.thin.min_stories, 1):
        raise NothingToSend(_thin(newsroom, edition, day, len(selection.lineup), selection.candidates))
    plan = place(placing(newsroom, edition, day, selection.lineup, memory, overrides))
    rendered = render(
        RenderRequest(
            newsroom=newsroom,
            edition=edition,
            day=day,
            lineup=selection.lineup,
            plan=plan,
            theme=house.theme,
        )
    )
    inputs = {
        "digest.yaml": newsroom.inputs["digest.yaml"],
        "adslots.yaml": newsroom.inputs.get("adslots.yaml", ""),
        "templates": house.theme.digest,
        "ledger": _fingerprint(newsroom, memory),
        "stories": selection.candidates,
    }
    return Issue(
        edition=edition,
        date=day,
        window=request.window,
        selection=selection,
        plan=plan,
        rendered=rendered,
        inputs=inputs,
    )


def selecting(newsroom: Newsroom, store: Store, edition: Edition, day: date, memory: Memory) -> SelectRequest:
    """What selection needs to choose the lineup of one issue."""
    previous = memory.previous
    window = window_of(edition, day, newsroom.publication.zone, previous.window.end if previous else None)
    return SelectRequest(
        newsroom=newsroom,
        edition=edition,
        day=day,
        window=window,
        stories=tuple(store.candidates(reach(edition, newsroom.thin, window), window.end)),
        marks=tuple(store.marks()),
        ran=memory.ran,
        ran_later=memory.ran_later,
        late_since=previous.first_built_at if previous else None,
    )


def placing(
    newsroom: Newsroom, edition: Edition, day: date, lineup: Lineup, memory: Memory, overrides: Overrides
) -> PlaceRequest:
    """What placement needs to plan the ads of one lineup; with ``policy.horizon``, led by the plan ahead."""
    request = PlaceRequest(
        ads=newsroom.ads,
        editions=newsroom.editions,
        edition=edition,
        day=day,
        lineup=lineup,
        ran_ads=memory.ads,
        overrides=overrides,
    )
    return guided(newsroom, request, memory.typical)


def placing_again(
    newsroom: Newsroom, store: Store, edition: Edition, day: date, overrides: Overrides
) -> PlaceRequest:
    """What placement would be asked for an issue now; its lineup is chosen again from the store."""
    memory = recall(store, newsroom, edition, day)
    selection = select(selecting(newsroom, store, edition, day, memory))
    return placing(newsroom, edition, day, selection.lineup, memory, overrides)


def recall(store: Store, newsroom: Newsroom, edition: Edition, day: date) -> Memory:
    """Read from the ledger what bears on one issue, and nothing else."""
    current = store.built(edition.name, day)
    ids = [item.id for item in newsroom.ads.line_items]
    return Memory(
        current=current,
        previous=store.previous(edition.name, day),
        ran=_ran_before(store, newsroom, edition, day, current),
        ran_later=_ran_later(store, edition, day),
        ads=tuple(store.ran_ads(before=day, line_items=ids)),
        typical=lineups(newsroom, store, day) if newsroom.ads.policy.horizon else {},
    )


def _ran_before(
    store: Store, newsroom: Newsroom, edition: Edition, day: date, current: BuiltIssue | None
) -> tuple[RunStory, ...]:
    """The stories that may not run again: of this edition, or of the publication.

    Of the issues of the same date only those count that were there before this one was first
    built, so that building it again finds what it found then.
    """
    if edition.no_repeat == "none":
        return ()
    first, yesterday = _back(day, edition.no_repeat_for), day - timedelta(days=1)
    if edition.no_repeat == "edition":
        return tuple(store.ran_stories(first, yesterday, edition=edition.name))
    earlier = list(store.ran_stories(first, yesterday))
    for other in newsroom.editions:
        built = None if other.name == edition.name else store.built(other.name, day)
        if built and (current is None or built.sequence < current.sequence):
            earlier += store.ran_stories(day, day, edition=other.name)
    return tuple(earlier)


def _ran_later(store: Store, edition: Edition, day: date) -> tuple[RunStory, ...]:
    if edition.no_repeat == "none":
        return ()
    tomorrow = day + timedelta(days=1)
    return tuple(store.ran_stories(tomorrow, _back(day, -edition.no_repeat_for), edition=edition.name))


def _back(day: date, span: timedelta) -> date:
    """``day`` less the whole days of ``span``, inside the calendar."""
    days = abs(span) // timedelta(days=1) * (1 if span >= timedelta(0) else -1)
    try:
        return day - timedelta(days=days)
    except OverflowError:
        return date.min if days > 0 else date.max


def _fingerprint(newsroom: Newsroom, memory: Memory) -> str:
    """SHA-256 of what was recalled, without the clock: two machines with the same history agree."""
    in_sends = {item.id for item in newsroom.ads.line_items if item.goal and item.goal.unit == "sends"}
    rows = [
        ["previous", str(memory.previous and memory.previous.window.end)],
        *(["story", one.edition, str(one.date), one.story.id, one.section] for one in memory.ran),
        *(
            [
                "ad",
                ad.edition,
                str(ad.date),
                ad.line_item,
                ad.creative,
                ad.sends if ad.line_item in in_sends else None,
            ]
            for ad in memory.ads
        ),
        *(
            ["typical", name, section.id, len(section.entries)]
            for name, lineup in memory.typical.items()
            for section in lineup.sections
        ),
    ]
    return sha256("\n".join(sorted(json.dumps(row) for row in rows)).encode()).hexdigest()


def _settle(outbox: Outbox, outcome: Outcome, rebuild: bool) -> Outcome:
    """An unchanged issue: its folder comes back if it is gone, and is mended if somebody changed it."""
    edition, day = outcome.issue.edition.name, outcome.issue.date
    there = outbox.read(edition, day)
    if there == outcome.files and not rebuild:
        return _at(outcome, "unchanged", outbox)
    outbox.publish(outbox.stage(edition, day, outcome.files), keep_old=there not in (None, outcome.files))
    return _at(outcome, "restored", outbox)


def _at(outcome: Outcome, status: str, outbox: Outbox) -> Outcome:
    issue = outcome.issue
    folder = outbox.place(issue.edition.name, issue.date)
    return Outcome(issue, outcome.revision, status, outcome.files, folder)


def _row(outcome: Outcome, current: BuiltIssue | None, now: datetime) -> BuiltIssue:
    issue = outcome.issue
    return BuiltIssue(
        edition=issue.edition.name,
        date=issue.date,
        revision=outcome.revision,
        sequence=current.sequence if current else 0,
        window=issue.window,
        first_built_at=current.first_built_at if current else now,
        built_at=now,
        manifest=outcome.files["manifest.json"].decode(),
        expected_sends=issue.edition.expected_sends,
    )


def _stories_run(issue: Issue) -> list[RunStory]:
    return [
        RunStory(
            edition=issue.edition.name,
            date=issue.date,
            story=entry.story,
            section=entry.section,
            position=entry.position,
            also=entry.also,
        )
        for entry in issue.selection.lineup
    ]


def _ads_run(issue: Issue) -> list[RunAd]:
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


def _thin(newsroom: Newsroom, edition: Edition, day: date, chosen: int, candidates: int) -> str:
    return (
        f"{edition.name} of {day}: nothing to send. {chosen} of {candidates} candidates may run, "
        f"and `thin: {{min_stories: {newsroom.thin.min_stories}}}` in digest.yaml asks for more. "
        "Nothing was written."
    )


def editions_of(newsroom: Newsroom, cadence: str | None, named: tuple[str, ...]) -> tuple[Edition, ...]:
    """The editions a command speaks of, in file order. Raises ``CommandError`` for an unknown name."""
    from difflib import get_close_matches

    known = [edition.name for edition in newsroom.editions]
    for name in named:
        if name not in known:
            close = get_close_matches(name, known, 1)
            hint = f' Did you mean "{close[0]}"?' if close else f" There are: {', '.join(known)}."
            raise CommandError(f'there is no edition "{name}" in digest.yaml.{hint}')
    chosen = tuple(e for e in newsroom.editions if e.name in named or (cadence and e.cadence == cadence))
    if not chosen:
        raise CommandError(f"digest.yaml has no {cadence} edition. Its editions are: {', '.join(known)}.")
    return chosen


def summary(outcome: Outcome) -> dict[str, Any]:
    """One built issue as the command line reports it."""
    issue = outcome.issue
    return {
        "edition": issue.edition.name,
        "date": issue.date.isoformat(),
        "revision": outcome.revision,
        "status": outcome.status,
        "folder": str(outcome.folder) if outcome.folder else None,
        "subject": issue.rendered.subject,
        "stories": len(issue.selection.lineup),
        "ads": len(issue.plan.placed),
        "refused": len(issue.plan.refused),
        "bytes": len(issue.rendered.html),
    }
