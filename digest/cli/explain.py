"""``digest explain``: why each story and ad is in, and why each other one is not."""

from __future__ import annotations

import json as codec
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import EditionName, IssueDate, Json, Root, built_issue, check_known, load_newsroom
from digest.cli.output import emit, say
from digest.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digest.model import Mark, Newsroom, Story
    from digest.select import Matcher
    from digest.store import Store

_NEXT = 3


@app.command("explain", epilog="Example: digest explain daily 2026-01-23 --line-item aquafresh")
def explain(
    name: EditionName,
    day: IssueDate,
    line_item: Annotated[
        str | None, typer.Option("--line-item", metavar="ID", help="One booking: its openings, rule by rule.")
    ] = None,
    story: Annotated[
        str | None, typer.Option("--story", metavar="ID", help="One story: its score, its event, its reason.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every story left out, not only the next ones.")
    ] = False,
    root: Root = None,
    json: Json = False,
) -> None:
    """Why each story is in and the next ones are not; why each ad is where it is, or in no issue."""
    from digest.store import open_store

    newsroom = load_newsroom(root)
    with open_store(newsroom.store, newsroom.publication) as store:
        built = built_issue(store, newsroom, name, day)
        manifest = codec.loads(built.manifest)
        if line_item:
            _line_item(newsroom, store, manifest, line_item)
        elif story:
            _story(newsroom, store, manifest, story)
        else:
            emit(manifest)
            show(newsroom, manifest, every=every)


def show(newsroom: Newsroom, manifest: dict[str, Any], *, every: bool) -> None:
    """A manifest for people, times by the publication's clock."""
    start, end = (
        newsroom.publication.clock(datetime.fromisoformat(manifest["window"][key]))
        for key in ("start", "end")
    )
    zone = newsroom.publication.timezone
    say(f"{manifest['edition']} {manifest['date']}: stories from {start} up to {end} ({zone})")
    for section in manifest["sections"]:
        say(f"\n{section['title']}")
        for story in section["stories"]:
            say(f"  {story['position']:>3}. {story['title']}")
            say(f"       {_sum(story)}  [{story['id']}]")
            if story["also"]:
                say(f"       also told by {', '.join(story['also'])}")
        _next_ones(manifest, section["id"], every)
    shown = {section["id"] for section in manifest["sections"]}
    rest = [
        story
        for story in manifest["left_out"]
        if story.get("section") not in shown or story.get("score") is None
    ]
    if rest:
        say(f"\nLeft out ({len(manifest['left_out'])} in all)")
        for story in rest if every else rest[:_NEXT]:
            say(f"     - {story['title']}: {story['why']}  [{story['id']}]")
    _ads(manifest)


def _next_ones(manifest: dict[str, Any], section: str, every: bool) -> None:
    near = [
        story
        for story in manifest["left_out"]
        if story.get("section") == section
        and story.get("score") is not None
        and (every or not story["why"].startswith("same_event:"))  # told beside the story that runs
    ]
    near.sort(key=lambda story: (-story["score"], story["id"]))
    for story in near if every else near[:_NEXT]:
        say(f"     - {story['title']}")
        say(f"       not in: {story['why']}  [{story['id']}]")


def _sum(story: dict[str, Any]) -> str:
    pinned = "pinned; " if story.get("pinned") else ""
    signals = ", ".join(f"{name} {value:g}" for name, value in story["signals"].items())
    return f"{pinned}score {story['score']:g} ({signals})"


def _ads(manifest: dict[str, Any]) -> None:
    ads = manifest["ads"]
    say("\nAds")
    for ad in ads["placed"]:
        where = f" in {ad['section']}" if ad["section"] else ""
        gap = f"after story {ad['gap']}" if ad["gap"] else "before the first story"
        place = f"{ad['slot']}, {gap}{where}"
        say(f"   + {ad['line_item']} ({ad['tier']}): {place}, {ad['creative']}")
        say(f"       {ad['because']}")
    for refusal in ads["refused"]:
        say(f"   - {refusal['line_item']}: {refusal['rule']}")
        say(f"       {refusal['reason']}")
    if not ads["placed"] and not ads["refused"]:
        say("   none booked")
    if not ads.get("optimal", True):
        say(f"   {ads['gap'][:1].upper()}{ads['gap'][1:]}.")
    overrides = manifest["overrides"]
    for kind in ("pin", "pause"):
        if overrides[kind]:
            say(f"   by hand: {kind} {', '.join(overrides[kind])}")


def _story(newsroom: Newsroom, store: Store, manifest: dict[str, Any], wanted: str) -> None:
    """One story: in, told by another, or left out."""
    runs = [(section, story) for section in manifest["sections"] for story in section["stories"]]
    running = next(((section, story) for section, story in runs if story["id"] == wanted), None)
    lead = next(((section, story) for section, story in runs if wanted in story["also"]), None)
    left = next((story for story in manifest["left_out"] if story["id"] == wanted), None)
    if left and not running:
        _left_out(newsroom, store, manifest, left, lead and lead[1])
    elif entry := running or lead:
        _running(newsroom, store, manifest, *entry)
    else:
        raise CommandError(_no_candidate(newsroom, store, manifest, wanted))


def _no_candidate(newsroom: Newsroom, store: Store, manifest: dict[str, Any], wanted: str) -> str:
    """Why an issue says nothing of a story."""
    known = store.stories([wanted]).get(wanted)
    if known is None:
        return f'no story has the id "{wanted}". `digest stories list` shows ids.'
    clock = newsroom.publication.clock
    start, end = (datetime.fromisoformat(manifest["window"][key]) for key in ("start", "end"))
    why = f"it is of {clock(known.time)}, and the issue has stories from {clock(start)} up to {clock(end)}"
    if start <= known.time < end:
        why = f"the store has it since {clock(known.first_seen)}; where that is after the build, build again"
    return f'"{wanted}" was no candidate of this issue: {why}.'


def _running(
    newsroom: Newsroom, store: Store, manifest: dict[str, Any], section: dict[str, Any], story: dict[str, Any]
) -> None:
    """A story that runs, and what matches the other stories on its event with it."""
    stories = _candidates(store, manifest)
    matches = _matches(newsroom, store, stories, story["id"], story["also"])
    emit({"story": story["id"], "in": True, "section": section["id"], **story, "ties": matches})
    say(f"{story['position']}. {story['title']} ({section['title']})")
    say(f"   {_sum(story)}")
    for other, text in matches.items():
        say(f"   also told by {other}: {stories[other].title if other in stories else other}\n     {text}")


def _left_out(
    newsroom: Newsroom,
    store: Store,
    manifest: dict[str, Any],
    story: dict[str, Any],
    lead: dict[str, Any] | None,
) -> None:
    """A story that does not run; where another one tells its event, what matches the two."""
    stories = _candidates(store, manifest)
    lead = lead or _ran_before(store, stories, story["why"])
    tie = lead and _matches(newsroom, store, stories, lead["id"], [story["id"]])[story["id"]]
    more = {"told_by": lead["id"], "tie": tie} if lead else {}
    emit({"story": story["id"], "in": False, **story, **more})
    say(story["title"])
    if story.get("score") is not None:
        say(f"   {_sum(story)}")
    say(f"   not in: {story['why']}")
    if lead:
        say(f"   {lead['title']}\n     {tie}")


def _ran_before(store: Store, stories: dict[str, Story], why: str) -> dict[str, Any] | None:
    """The other story on the event that ran in an earlier issue, where that is the reason."""
    before = why.startswith("no_repeat: ") and why.partition(" as ")[2]
    if not before:
        return None
    stories |= store.stories([before])
    return {"id": before, "title": stories[before].title if before in stories else before}


def _candidates(store: Store, manifest: dict[str, Any]) -> dict[str, Story]:
    """The stories that were there for an issue, by id."""
    ids = [row["id"] for part in manifest["sections"] for row in part["stories"]]
    return store.stories([*ids, *(row["id"] for row in manifest["left_out"])])


def _matches(
    newsroom: Newsroom, store: Store, stories: Mapping[str, Story], lead: str, others: Sequence[str]
) -> dict[str, str]:
    """One sentence for each of the other stories on the event: what matches it with the one that runs."""
    present = [other for other in others if lead in stories and other in stories]
    from digest.select import Matcher

    likeness = None
    if present and newsroom.language_model:
        from digest.app.pipeline import likeness_of

        likeness = likeness_of(newsroom, stories.values())
    event = _Event(newsroom, store.marks(), stories, Matcher(stories.values(), likeness))
    return {other: event.sentence(lead, other, present) for other in others}


@dataclass(frozen=True)
class _Event:
    """What is known of the stories of an issue, to say why two of them tell one event."""

    newsroom: Newsroom
    marks: Sequence[Mark]
    stories: Mapping[str, Story]
    matcher: Matcher

    def sentence(self, lead: str, other: str, event: Sequence[str]) -> str:
        if lead not in self.stories or other not in self.stories:
            return "The store no longer has one of the two stories."
        if direct := self._direct(lead, other):
            return direct
        for between in event:
            if between != other and self._direct(lead, between) and (last := self._direct(between, other)):
                return f'It is tied through "{self.stories[between].title}" ({between}): {last}'
        return "It is tied through other stories on the event."

    def _direct(self, one: str, other: str) -> str:
        from digest.select import decided_by

        mark = decided_by(self.marks, one, other)
        if mark is not None and mark.action == "join":
            who, remark = mark.by or "an editor", f" ({mark.note})" if mark.note else ""
            return f"Joined by {who}, {self.newsroom.publication.clock(mark.at)}{remark}."
        match = self.matcher.between(self.stories[one], self.stories[other])
        return str(match) if match and mark is None else ""


def _line_item(newsroom: Newsroom, store: Store, manifest: dict[str, Any], wanted: str) -> None:
    """One booking against the issue as it would be built now, said aloud if that is no longer the built one."""
    from digest.app.explaining import explain_booking

    if lost := next((item for item in newsroom.broken if item.line_item == wanted), None):
        raise CommandError(f'line item "{wanted}" is left out: {lost.reason}')
    check_known("line item", wanted, [item.id for item in newsroom.ads.line_items])
    explanation, same = explain_booking(newsroom, store, manifest, wanted)
    emit({"line_item": wanted, "as_built": same, **explanation.as_json()})
    if not same:
        say("The newsroom changed since this issue was built; this is what a build would do now.\n")
    say(explanation.as_text())
