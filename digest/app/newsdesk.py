"""What the editors' desk asks: an issue's own stories, built or not, and whether a pin can work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from digest.app.history import recall
from digest.app.pipeline import selecting
from digest.app.specials import special_now, with_cutoff
from digest.errors import CommandError
from digest.model import BuiltIssue, Edition, IssueNote, Newsroom, Selection, Story
from digest.model.urls import is_web_url, story_id
from digest.select import last_issue_date, next_issue_date, select, window_of

if TYPE_CHECKING:
    from digest.store import Store

MORNING = timedelta(hours=12)  # so long after its cutoff an unsent issue is still being worked on
EDITORS = "editors"  # the source of stories that editors add


@dataclass(frozen=True, slots=True)
class StoryVerdict:
    """Whether a story runs in an issue as it would be built now; ``why`` is empty where it does."""

    edition: str
    date: date
    why: str


def selection_of(newsroom: Newsroom, store: Store, edition: Edition, day: date, now: datetime) -> Selection:
    """The stories of an issue as it would be chosen now, and why the others are not in it."""
    edition = with_cutoff(newsroom, store, edition, day, now)
    return select(selecting(newsroom, store, edition, day, recall(store, newsroom, edition, day)))


@dataclass(frozen=True, slots=True)
class LineupStory:
    """A story at its place in an issue."""

    position: int
    section: str
    story: Story


def stories_of(
    newsroom: Newsroom, store: Store, edition: Edition, day: date, now: datetime
) -> tuple[list[LineupStory], bool]:
    """The stories of an issue in reading order, and whether it was sent.

    A sent issue has what it was sent with; any other what it would have if it were built now.
    """
    built = store.built(edition.name, day)
    if built and built.sent_at:
        ran = store.ran_stories(day, day, edition.name)
        return [LineupStory(run.position, run.section, run.story) for run in ran if run.date == day], True
    lineup = selection_of(newsroom, store, edition, day, now).lineup
    return [LineupStory(entry.position, entry.section, entry.story) for entry in lineup], False


def issue_due(newsroom: Newsroom, store: Store, edition: Edition, now: datetime) -> date:
    """The date of the issue an editor works on: the latest due one unless it was sent, else the one after it."""
    day = last_issue_date(edition, newsroom.publication.zone, now)
    if edition.cadence == "on_demand":
        return special_now(store, edition, day)
    built = store.built(edition.name, day)
    if not (built and built.sent_at):
        return day
    return next_issue_date(edition, day)


def corrected(
    newsroom: Newsroom,
    store: Store,
    edition: Edition,
    sent: BuiltIssue,
    text: str | None,
    *,
    by: str,
    now: datetime,
) -> IssueNote:
    """The note of the edition's next issue that is not sent, with a correction of one that is."""
    day = issue_due(newsroom, store, edition, now)
    before = store.note(edition.name, day) or IssueNote(edition=edition.name, date=day, at=now)
    line = f"**Correction to the issue of {sent.date}:** {' '.join((text or '').split())}"
    note = "\n\n".join(part for part in (line, before.text) if part)
    return replace(before, text=note, by=by, at=now)


def verdict(
    newsroom: Newsroom, store: Store, edition: Edition, day: date, story: str, now: datetime
) -> StoryVerdict:
    """Whether ``story`` runs in that issue as things stand, and the rule that stops it where it does not."""
    built = store.built(edition.name, day)
    if built and built.sent_at:
        return StoryVerdict(edition.name, day, "sent: the issue left the house already")
    try:
        chosen = selection_of(newsroom, store, edition, day, now)
    except CommandError as error:
        return StoryVerdict(edition.name, day, str(error))
    if any(entry.story.id == story for entry in chosen.lineup):
        return StoryVerdict(edition.name, day, "")
    left = next((entry.why for entry in chosen.left_out if entry.story.id == story), "")
    return StoryVerdict(edition.name, day, left or _no_candidate(newsroom, store, edition, day, story, now))


def _no_candidate(
    newsroom: Newsroom, store: Store, edition: Edition, day: date, story: str, now: datetime
) -> str:
    """Why an issue does not even consider a story, and what would help."""
    edition = with_cutoff(newsroom, store, edition, day, now)
    history = recall(store, newsroom, edition, day)
    ran = next((run for run in history.ran if run.story.id == story), None)
    if ran is not None:
        where = "" if ran.edition == edition.name else f" in {ran.edition}"
        return f"no_repeat: ran {ran.date}{where}"
    known = store.stories([story]).get(story)
    if known is None:
        return "no story has this id any more"
    clock = newsroom.publication.clock
    previous = history.previous.window.end if history.previous else None
    window = window_of(edition, day, newsroom.publication.zone, previous)
    reason = (
        f"window: it is of {clock(known.time)}, and the issue has stories from {clock(window.start)} up to "
    )
    cure = f"; pinned with --date {day} it may run" if known.time < window.start else ""
    return f"{reason}{clock(window.end)}{cure}"


def time_of_addition(newsroom: Newsroom, store: Store, now: datetime) -> datetime:
    """When a story that is added now counts as published: now, or just before a cutoff of this morning.

    An editor who adds a story after the cutoff means the issue that is not sent yet. Where that one is not built
    again, the next issue takes it as a late story: nothing is lost.
    """
    times = [now]
    for edition in newsroom.editions:
        if edition.cadence == "on_demand":
            continue
        day = last_issue_date(edition, newsroom.publication.zone, now)
        cutoff = window_of(edition, day, newsroom.publication.zone).end
        built = store.built(edition.name, day)
        if now - cutoff < MORNING and not (built and built.sent_at):
            times.append(cutoff - timedelta(minutes=1))
    return min(times)


def story_of(url: str, title: str, summary: str, section: str, time: datetime, now: datetime) -> Story:
    """A story of no feed. Raises ``CommandError`` for an address that is none or a title without words."""
    address = url.strip()
    if not is_web_url(address):
        raise CommandError(f'"{url}" is no web address; write it whole, with https:// in front.')
    if not title.strip():
        raise CommandError('a story needs a title: --title "…".')
    return Story(
        id=story_id(address),
        url=address,
        title=" ".join(title.split()),
        summary=" ".join(summary.split()),
        sections=(section,) if section else (),
        source=EDITORS,
        published_at=time,
        first_seen=now,
    )
