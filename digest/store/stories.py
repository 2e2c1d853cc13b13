"""Stories in the database: one row for each canonical URL."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from digest.model import Counts, Story
from digest.model.urls import story_id, url_key
from digest.store.database import Database, Row
from digest.store.rows import row_of, story_of, times_of

CHUNK = 1000  # stories of one transaction: other processes get their turn in between
_ASCII = re.compile(r"[ -~]+")
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is compared with a story that comes in."""

    number: int
    key: str
    id: str
    content: int
    source: str
    title: str
    published_at: datetime | None
    first_seen: datetime


def upsert(database: Database, stories: Iterable[Story], now: datetime, progress: Progress | None) -> Counts:
    """Put stories in, by canonical URL; of several with one URL the last counts.

    A story keeps the id and the ``first_seen`` it came with first. An id that another story has is settled so:

    * the address changed: same source, same publication time (same title where one has no time), and the old
      address is not among ``stories``: the row takes the new address and keeps its id;
    * otherwise they are two stories, and the newcomer's id is the hash of its URL.

    ``first_seen`` of a new story is ``now``, or earlier where its value says so.
    """
    unique = {url_key(story.url): story for story in stories}
    items = list(unique.items())
    total = Counts()
    for start in range(0, len(items), CHUNK):
        chunk = items[start : start + CHUNK]
        with database.writing():
            total += _Chunk(database, chunk, unique, now).store()
        if progress:
            progress(len(chunk))
    return total


class _Chunk:
    """Some stories of an upsert, inside one transaction."""

    def __init__(
        self,
        database: Database,
        items: Sequence[tuple[str, Story]],
        all_keys: Collection[str],
        now: datetime,
    ) -> None:
        self.database, self.items, self.all_keys, self.now = database, items, all_keys, now
        known = map(_known, database.rows("known_of_keys", keys=[key for key, _ in items]))
        self.by_key = {row.key: row for row in known}
        self.by_id = self._of_ids([story.id for key, story in items if key not in self.by_key])
        self.taken = set(self.by_id)
        self.fresh: list[dict[str, Any]] = []
        self.changed: list[dict[str, Any]] = []

    def store(self) -> Counts:
        unchanged = sum(self._place(key, story) for key, story in self.items)
        self.database.run("change_story", self.changed)
        self.database.run("add_story", self.fresh)
        return Counts(len(self.fresh), len(self.changed), unchanged)

    def _of_ids(self, ids: list[str]) -> dict[str, _Known]:
        rows = self.database.rows("known_of_ids", ids=ids) if ids else ()
        return {row.id: row for row in map(_known, rows)}

    def _place(self, key: str, story: Story) -> bool:
        """Note what is to be done with one story; whether it is unchanged."""
        row, known = row_of(story, key), self.by_key.get(key)
        if known is None:
            known = self._moved(story)
        if known is None:
            seen = story if story.first_seen <= self.now else replace(story, first_seen=self.now)
            self.fresh.append(row | times_of(seen) | {"id": self._free_id(key, story)})
            return False
        if known.content == row["content"]:
            return True
        seen = replace(story, first_seen=known.first_seen)
        self.changed.append(row | times_of(seen) | {"at_number": known.number})
        return False

    def _moved(self, story: Story) -> _Known | None:
        """The row of this story under the address it had before."""
        known = self.by_id.get(story.id)
        if known is None or known.key in self.all_keys or known.source != story.source:
            return None
        if known.published_at and story.published_at:
            same = known.published_at == story.published_at
        else:
            same = known.title == story.title
        return self.by_id.pop(story.id) if same else None

    def _free_id(self, key: str, story: Story) -> str:
        """The story's own id where it is free, else the hash of its URL, as long as it takes."""
        for candidate in (story.id, story_id(story.url)):
            if candidate not in self.taken and not (candidate != story.id and self._exists(candidate)):
                self.taken.add(candidate)
                return candidate
        return key

    def _exists(self, id: str) -> bool:
        return bool(self._of_ids([id]))


def _known(row: Row) -> _Known:
    return _Known(*row)


def candidates(database: Database, start: datetime, end: datetime, pinned: Collection[str]) -> list[Story]:
    """Stories whose time lies in [start, end), those that an embargo moved out of it, and ``pinned`` ones.

    Newest first, equal times by id.
    """
    with database.reading():
        spans = ("stories_of_span", "stories_embargoed_in_span")  # apart, for each has its index
        rows = [row for name in spans for row in database.rows(name, start=start, end=end)]
        found = {story.id: story for story in map(story_of, rows)}
        rest = [id for id in sorted(pinned) if id not in found]
        found |= {story.id: story for story in _by_ids(database, rest)}
    return in_order(found.values())


def by_ids(database: Database, ids: Iterable[str]) -> dict[str, Story]:
    """The stories of ``ids`` that are there, by id."""
    with database.reading():
        return {story.id: story for story in _by_ids(database, list(dict.fromkeys(ids)))}


def _by_ids(database: Database, ids: Sequence[str]) -> list[Story]:
    return [story_of(row) for row in database.rows("stories_of_ids", ids=ids)] if ids else []


def in_order(stories: Iterable[Story]) -> list[Story]:
    """Newest first, equal times by id: sorted here, because databases order text by their locale."""
    return sorted(sorted(stories, key=lambda s: s.id), key=lambda s: s.time, reverse=True)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: all ``words`` in the title, times in ``span``, a category among ``match`` (casefolded)."""

    words: tuple[str, ...] = ()
    span: tuple[datetime, datetime] | None = None
    match: frozenset[str] | None = None

    def rows(self, database: Database) -> Iterator[Row]:
        """What the database can find: it knows upper and lower case of ASCII only."""
        pattern = f"%{_escaped(self._piece().lower())}%"
        if self.span is None:
            return database.stream("stories_by_title", pattern=pattern)
        start, end = self.span
        return database.stream("stories_of_span_by_title", pattern=pattern, start=start, end=end)

    def _piece(self) -> str:
        """The longest run of ASCII in the words."""
        return max((piece for word in self.words for piece in _ASCII.findall(word)), key=len, default="")

    def __contains__(self, story: Story) -> bool:
        title = story.title.casefold()
        return all(word.casefold() in title for word in self.words) and (
            self.match is None or any(section.casefold() in self.match for section in story.sections)
        )


def search(database: Database, wanted: Search, limit: int) -> list[Story]:
    """At most ``limit`` stories, newest first; read in pages, so that a huge store costs no memory."""
    found: list[Story] = []
    with database.reading():
        for page in _pages(wanted.rows(database)):
            found += [story for story in page if story in wanted]
            if len(found) >= limit:
                break
    return in_order(found)[:limit]


def _pages(rows: Iterator[Row]) -> Iterator[list[Story]]:
    """Newest first; a page ends where a time ends, so that equal times can be ordered by id."""
    page: list[Story] = []
    for story in map(story_of, rows):
        if len(page) >= CHUNK and story.time != page[-1].time:
            yield page
            page = []
        page.append(story)
    yield page


def _escaped(text: str) -> str:
    """Text that stands for itself in the pattern of a LIKE."""
    return re.sub("[/%_]", r"/\g<0>", text)
