"""``digest explain``: why each story and ad is in, and why each other one is not."""

from __future__ import annotations

import json as codec
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import EditionName, IssueDate, Json, Root, found, known, newsroom
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

    room = newsroom(root)
    with open_store(room.store, room.publication) as store:
        built = found(store, room, name, day)
        manifest = codec.loads(built.manifest)
        if line_item:
            _line_item(room, store, manifest, line_item)
        elif story:
            _story(room, store, manifest, story)
        else:
            emit(manifest)
            show(room, manifest, every=every)


def show(room: Newsroom, manifest: dict[str, Any], *, every: bool) -> None:
    """A manifest for people, times by the publication's clock."""
    start, end = (
        room.publication.clock(datetime.fromisoformat(manifest["window"][key])) for key in ("start", "end")
    )
    zone = room.publication.timezone
    say(f"{manifest['edition']} {manifest['date']}: stories from {start} up to {end} ({zone})")
    for section in manifest["sections"]:
        say(f"\n{section['title']}")
        for one in section["stories"]:
            say(f"  {one['position']:>3}. {one['title']}")
            say(f"       {_sum(one)}  [{one['id']}]")
            if one["also"]:
                say(f"       also told by {', '.join(one['also'])}")
        _next_ones(manifest, section["id"], every)
    there = {section["id"] for section in manifest["sections"]}
    rest = [
        one for one in manifest["left_out"] if one.get("section") not in there or one.get("score") is None
    ]
    if rest:
        say(f"\nLeft out ({len(manifest['left_out'])} in all)")
        for one in rest if every else rest[:_NEXT]:
            say(f"     - {one['title']}: {one['why']}  [{one['id']}]")
    _ads(manifest)


def _next_ones(manifest: dict[str, Any], section: str, every: bool) -> None:
    near = [
        one
        for one in manifest["left_out"]
        if one.get("section") == section
        and one.get("score") is not None
        and (every or not one["why"].startswith("same_event:"))  # those stand beside the story that tells it
    ]
    near.sort(key=lambda one: (-one["score"], one["id"]))
    for one in near if every else near[:_NEXT]:
        say(f"     - {one['title']}")
        say(f"       not in: {one['why']}  [{one['id']}]")


def _sum(one: dict[str, Any]) -> str:
    pinned = "pinned; " if one.get("pinned") else ""
    signals = ", ".join(f"{name} {value:g}" for name, value in one["signals"].items())
    return f"{pinned}score {one['score']:g} ({signals})"


def _ads(manifest: dict[str, Any]) -> None:
    ads = manifest["ads"]
    say("\nAds")
    for one in ads["placed"]:
        where = f" in {one['section']}" if one["section"] else ""
        gap = f"after story {one['gap']}" if one["gap"] else "before the first story"
        place = f"{one['slot']}, {gap}{where}"
        say(f"   + {one['line_item']} ({one['tier']}): {place}, {one['creative']}")
        say(f"       {one['because']}")
    for one in ads["refused"]:
        say(f"   - {one['line_item']}: {one['rule']}")
        say(f"       {one['reason']}")
    if not ads["placed"] and not ads["refused"]:
        say("   none booked")
    if not ads.get("optimal", True):
        say(f"   {ads['gap'][:1].upper()}{ads['gap'][1:]}.")
    overrides = manifest["overrides"]
    for kind in ("pin", "pause"):
        if overrides[kind]:
            say(f"   by hand: {kind} {', '.join(overrides[kind])}")


def _story(room: Newsroom, store: Store, manifest: dict[str, Any], wanted: str) -> None:
    """One story: in, told by another, or left out."""
    runs = [(section, one) for section in manifest["sections"] for one in section["stories"]]
    mine = next(((section, one) for section, one in runs if one["id"] == wanted), None)
    lead = next(((section, one) for section, one in runs if wanted in one["also"]), None)
    left = next((one for one in manifest["left_out"] if one["id"] == wanted), None)
    if left and not mine:
        _left_out(room, store, manifest, left, lead and lead[1])
    elif there := mine or lead:
        _told(room, store, manifest, *there)
    else:
        raise CommandError(
            f'"{wanted}" was no candidate of this issue: it lies outside the window, or the store did not have it '
            "then. `digest stories list` shows what the store has."
        )


def _told(
    room: Newsroom, store: Store, manifest: dict[str, Any], section: dict[str, Any], one: dict[str, Any]
) -> None:
    """A story that runs, and what ties the other tellings of its event to it."""
    stories = _candidates(store, manifest)
    ties = _ties(room, store, stories, one["id"], one["also"])
    emit({"story": one["id"], "in": True, "section": section["id"], **one, "ties": ties})
    say(f"{one['position']}. {one['title']} ({section['title']})")
    say(f"   {_sum(one)}")
    for other, text in ties.items():
        say(f"   also told by {other}: {stories[other].title if other in stories else other}\n     {text}")


def _left_out(
    room: Newsroom,
    store: Store,
    manifest: dict[str, Any],
    one: dict[str, Any],
    told_by: dict[str, Any] | None,
) -> None:
    """A story that does not run; where another one tells its event, what ties the two."""
    stories = _candidates(store, manifest)
    told_by = told_by or _ran_before(store, stories, one["why"])
    tie = told_by and _ties(room, store, stories, told_by["id"], [one["id"]])[one["id"]]
    more = {"told_by": told_by["id"], "tie": tie} if told_by else {}
    emit({"story": one["id"], "in": False, **one, **more})
    say(one["title"])
    if one.get("score") is not None:
        say(f"   {_sum(one)}")
    say(f"   not in: {one['why']}")
    if told_by:
        say(f"   {told_by['title']}\n     {tie}")


def _ran_before(store: Store, stories: dict[str, Story], why: str) -> dict[str, Any] | None:
    """The other story on the event that ran in an earlier issue, where that is the reason."""
    before = why.startswith("no_repeat: ") and why.partition(" as ")[2]
    if not before:
        return None
    stories |= store.stories([before])
    return {"id": before, "title": stories[before].title if before in stories else before}


def _candidates(store: Store, manifest: dict[str, Any]) -> dict[str, Story]:
    """The stories that were there for an issue, by id."""
    told = [row["id"] for part in manifest["sections"] for row in part["stories"]]
    return store.stories([*told, *(row["id"] for row in manifest["left_out"])])


def _ties(
    room: Newsroom, store: Store, stories: Mapping[str, Story], lead: str, others: Sequence[str]
) -> dict[str, str]:
    """One sentence for each of the other stories on the event: what ties it to the one that runs."""
    there = [other for other in others if lead in stories and other in stories]
    from digest.select import Matcher

    likeness = None
    if there and room.language_model:
        from digest.app.pipeline import likeness_of

        likeness = likeness_of(room, stories.values())
    known = _Event(room, store.marks(), stories, Matcher(stories.values(), likeness))
    return {other: known.sentence(lead, other, there) for other in others}


@dataclass(frozen=True)
class _Event:
    """What is known of the stories of an issue, to say why two of them tell one event."""

    room: Newsroom
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
            who, why = mark.by or "an editor", f" ({mark.note})" if mark.note else ""
            return f"Joined by {who}, {self.room.publication.clock(mark.at)}{why}."
        found = self.matcher.between(self.stories[one], self.stories[other])
        return str(found) if found and mark is None else ""


def _line_item(room: Newsroom, store: Store, manifest: dict[str, Any], wanted: str) -> None:
    """One booking against the issue as it would be built now, said aloud if that is no longer the built one."""
    from digest.app.explaining import explain_booking

    if lost := next((one for one in room.broken if one.line_item == wanted), None):
        raise CommandError(f'line item "{wanted}" is left out: {lost.reason}')
    known("line item", wanted, [item.id for item in room.ads.line_items])
    explanation, same = explain_booking(room, store, manifest, wanted)
    emit({"line_item": wanted, "as_built": same, **explanation.as_json()})
    if not same:
        say("The newsroom changed since this issue was built; this is what a build would do now.\n")
    say(explanation.as_text())
