"""What editors change for readers of the newsletter; the store's stories stay as their sources have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from digest.model.stories import Image, Story, means

Day = date  # StoryEdit has a field of that name
FIELDS = ("title", "summary", "image", "section")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEdit:
    """An editor's words for a story; ``None`` leaves the source's.

    ``image`` is an address, ``section`` the id of a section. ``edition`` and ``date`` are ``None`` for all.
    ``cleared`` takes back what was edited before for the same edition and date.
    """

    story: str
    title: str | None = None
    summary: str | None = None
    image: str | None = None
    section: str | None = None
    edition: str | None = None
    date: Day | None = None
    cleared: bool = False
    note: str = ""
    by: str = ""
    at: datetime

    def counts_for(self, edition: str, day: Day) -> bool:
        return self.edition in (None, edition) and means(self.date, self.edition, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueNote:
    """The editor's own words for one issue: a note under the masthead, its subject, its preheader.

    ``text`` is paragraphs with ``**bold**`` and ``[links](https://...)``. What is empty is as the edition has it.
    """

    edition: str
    date: Day
    text: str = ""
    subject: str = ""
    preheader: str = ""
    by: str = ""
    at: datetime

    def __bool__(self) -> bool:
        return bool(self.text or self.subject or self.preheader)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A change of a file of the newsroom: at character ``start``, ``was`` became ``now``.

    ``before`` and ``after`` are the SHA-256 of the whole file, ``before`` empty where there was none. ``about`` is the
    line item, ``what`` was done in words.
    """

    file: str
    about: str
    what: str
    start: int
    was: str
    now: str
    before: str
    after: str
    by: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Somebody's yes to one revision of an issue, by the SHA-256 of its manifest."""

    edition: str
    date: Day
    revision: int
    manifest: str
    note: str = ""
    by: str = ""
    at: datetime


def standing(edits: Iterable[StoryEdit]) -> tuple[StoryEdit, ...]:
    """The edits that nobody took back, in the order they were made."""
    kept: list[StoryEdit] = []
    for edit in edits:
        if edit.cleared:
            scope = (edit.story, edit.edition, edit.date)
            kept = [earlier for earlier in kept if (earlier.story, earlier.edition, earlier.date) != scope]
        else:
            kept.append(edit)
    return tuple(kept)


def with_edits(
    stories: Iterable[Story], edits: Iterable[StoryEdit], edition: str, day: Day
) -> tuple[Story, ...]:
    """The stories with the words that count for one issue; of two for the same field the later."""
    words: dict[str, dict[str, str]] = {}
    for edit in standing(edits):
        if edit.counts_for(edition, day):
            changes = {name: value for name in FIELDS if (value := getattr(edit, name)) is not None}
            words.setdefault(edit.story, {}).update(changes)
    return tuple(_edited(story, words[story.id]) if story.id in words else story for story in stories)


def _edited(story: Story, words: Mapping[str, str]) -> Story:
    """The story in an editor's words; ``as_sourced`` keeps what the source says where that differs."""
    current = _fields(story)
    changed = {name: value for name, value in words.items() if value != current[name]}
    if not changed:
        return story
    values: dict[str, object] = {name: changed[name] for name in ("title", "summary") if name in changed}
    if "image" in changed:
        values["image"] = Image(url=changed["image"]) if changed["image"] else None
    if "section" in changed:
        values["sections"] = (changed["section"],)
    return replace(story, **values, as_sourced={name: current[name] for name in changed})  # type: ignore[arg-type]


def _fields(story: Story) -> dict[str, str]:
    return {
        "title": story.title,
        "summary": story.summary,
        "image": story.image.url if story.image else "",
        "section": ", ".join(story.sections),
    }


def as_sourced(story: Story) -> Story:
    """The story with its source's title and summary, as other tellings of its event are compared with it."""
    sourced = story.as_sourced
    if not sourced:
        return story
    return replace(
        story,
        title=sourced.get("title", story.title),
        summary=sourced.get("summary", story.summary),
        as_sourced={},
    )
