"""Stories in the database: one row for each canonical URL of a publication."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Select,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    update,
)

from digest.model import Counts, Image, Story
from digest.model.urls import story_id, url_key
from digest.store.database import Database, Row
from digest.store.schema import METADATA, listed, number, publication, text, time, unlisted

CHUNK = 1000  # stories of one transaction: other processes get their turn in between
_ASCII = re.compile(r"[ -~]+")
_NO_POPULARITY: Mapping[str, float] = MappingProxyType({})
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Progress = Callable[[int], None]

stories = Table(
    "digest_stories",
    METADATA,
    number(),
    Column("key", String(32), nullable=False),  # stands for the canonical URL, whatever its length
    Column("content", BigInteger, nullable=False),  # a hash: whether anything changed
    text("id"),
    text("url"),
    text("title"),
    text("summary"),
    text("sections"),
    text("source"),
    text("author"),
    time("published_at"),
    time("updated_at"),
    text("image"),
    text("popularity"),
    text("tags"),
    text("flags"),
    Column("priority", Float, nullable=False),
    time("embargo_until"),
    time("expires_at"),
    text("language"),
    time("first_seen", required=True),
    time("runs_from", required=True),  # Story.time
    time("embargoed_from"),  # what that would be without its embargo; empty for others
    publication(),
    UniqueConstraint("publication", "key", name="digest_stories_key"),
    UniqueConstraint("publication", "id", name="digest_stories_id"),
)
_c = stories.c
Index("digest_stories_runs_from", _c.publication, _c.runs_from)
Index("digest_stories_embargoed_from", _c.publication, _c.embargoed_from)

# a story's columns in the order of :func:`_story`
_FIELDS = (
    "id", "url", "title", "summary", "sections", "source", "author", "published_at", "updated_at", "image",
    "popularity", "tags", "flags", "priority", "embargo_until", "expires_at", "language", "first_seen",
)  # fmt: skip
# columns whose values make up a story's content, in the order of the hash
_TEXTS = ("title", "summary", "source", "author", "language")
_TIMES = ("published_at", "updated_at", "embargo_until", "expires_at")
_CHANGE = (
    update(stories)
    .where(_c.number == bindparam("at_number"))
    .values(
        {c.name: bindparam(c.name, type_=c.type) for c in _c if c.name not in ("number", "id", "publication")}
    )
)


@dataclass(frozen=True, slots=True)
class Trust:
    """What may be believed of the source of stories.

    ``ids``: one id is one story, whatever its address. ``republish``: a later time is a new publication.
    """

    ids: bool = False
    republish: bool = False


def upsert(
    database: Database,
    incoming: Iterable[Story],
    now: datetime,
    progress: Progress | None,
    trust: Trust = Trust(),
) -> Counts:
    """Put stories in, by canonical URL; of several with one URL the last counts.

    A story keeps the id and the ``first_seen`` it came with first, and the time of its first publication once that
    has come: a later time, or none, is no news. An id that another story has is settled so:

    * the address changed: same source, same publication time or same title (or ``trust.ids``), and the old
      address is not among ``incoming``: the row takes the new address and keeps its id;
    * otherwise they are two stories, and the newcomer's id is the hash of its URL.

    ``first_seen`` of a new story is ``now``, or earlier where its value says so.
    """
    unique = {url_key(story.url): story for story in incoming}
    items = list(unique.items())
    total = Counts()
    for start in range(0, len(items), CHUNK):
        chunk = items[start : start + CHUNK]
        with database.writing():
            total += _Chunk(database, chunk, unique, now, trust).store()
        if progress:
            progress(len(chunk))
    return total


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


class _Chunk:
    """Some stories of an upsert, inside one transaction."""

    def __init__(
        self,
        database: Database,
        items: Sequence[tuple[str, Story]],
        all_keys: Collection[str],
        now: datetime,
        trust: Trust,
    ) -> None:
        self.database, self.items, self.all_keys, self.now = database, items, all_keys, now
        self.trust = trust
        self.by_key = {one.key: one for one in self._known(_c.key, [key for key, _ in items])}
        self.by_id = self._of_ids([story.id for key, story in items if key not in self.by_key])
        self.taken = set(self.by_id)
        self.fresh: list[dict[str, Any]] = []
        self.changed: list[dict[str, Any]] = []

    def store(self) -> Counts:
        unchanged = sum(self._place(key, story) for key, story in self.items)
        self.database.run(_CHANGE, self.changed)
        self.database.run(insert(stories), self.fresh)
        return Counts(len(self.fresh), len(self.changed), unchanged)

    def _known(self, column: Column[str], values: list[str]) -> list[_Known]:
        if not values:
            return []
        columns = (_c[name] for name in _Known.__slots__)
        return [
            _Known(*row)
            for row in self.database.rows(
                _mine(self.database, *columns).where(self.database.among(column, values))
            )
        ]

    def _of_ids(self, ids: list[str]) -> dict[str, _Known]:
        return {one.id: one for one in self._known(_c.id, ids)}

    def _place(self, key: str, story: Story) -> bool:
        """Note what is to be done with one story; whether it is unchanged."""
        known = self.by_key.get(key) or self._moved(story)
        if known is None:
            row = _row(story, key)
            seen = story if story.first_seen <= self.now else replace(story, first_seen=self.now)
            whose = {"id": self._free_id(key, story), "publication": self.database.publication}
            self.fresh.append(row | _times(seen) | whose)
            return False
        seen = replace(story, first_seen=known.first_seen, published_at=self._published(known, story))
        row = _row(seen, key)
        if known.content == row["content"]:
            return True
        self.changed.append(row | _times(seen) | {"at_number": known.number})
        return False

    def _moved(self, story: Story) -> _Known | None:
        """The row of this story under the address it had before."""
        known = self.by_id.get(story.id)
        if known is None or known.key in self.all_keys or known.source != story.source:
            return None
        same = self.trust.ids or known.title == story.title
        if known.published_at and story.published_at:
            same = same or known.published_at == story.published_at
        return self.by_id.pop(story.id) if same else None

    def _published(self, known: _Known, story: Story) -> datetime | None:
        """When it was first published: what came true stays, what was only announced may be put off."""
        first, now = known.published_at, story.published_at
        if first is None or now is None:
            return first or now
        return now if self.trust.republish or first > self.now or now <= first else first

    def _free_id(self, key: str, story: Story) -> str:
        """The story's own id where it is free, else the hash of its URL, as long as it takes."""
        for candidate in (story.id, story_id(story.url)):
            if candidate not in self.taken and not (candidate != story.id and self._of_ids([candidate])):
                self.taken.add(candidate)
                return candidate
        return key


def candidates(database: Database, start: datetime, end: datetime, pinned: Collection[str]) -> list[Story]:
    """Stories whose time lies in [start, end), those that an embargo moved out of it, and ``pinned`` ones.

    Newest first, equal times by id.
    """
    found: dict[str, Story] = {}
    with database.reading():
        for column in (_c.runs_from, _c.embargoed_from):  # apart, for each has its index
            rows = database.rows(_chosen(database).where(column >= start, column < end))
            found |= {story.id: story for story in map(_story, rows)}
        rest = [id for id in sorted(pinned) if id not in found]
        found |= {story.id: story for story in _by_ids(database, rest)}
    return _in_order(found.values())


def by_ids(database: Database, ids: Iterable[str]) -> dict[str, Story]:
    """The stories of ``ids`` that are there, by id."""
    with database.reading():
        return {story.id: story for story in _by_ids(database, list(dict.fromkeys(ids)))}


def _by_ids(database: Database, ids: Sequence[str]) -> list[Story]:
    return (
        [_story(row) for row in database.rows(_chosen(database).where(database.among(_c.id, ids)))]
        if ids
        else []
    )


def _mine(database: Database, *columns: Any) -> Select[Any]:
    return select(*columns).where(_c.publication == database.publication)


def _chosen(database: Database) -> Select[Any]:
    return _mine(database, *(_c[name] for name in _FIELDS))


def _in_order(found: Iterable[Story]) -> list[Story]:
    """Newest first, equal times by id: sorted here, because databases order text by their locale."""
    return sorted(sorted(found, key=lambda s: s.id), key=lambda s: s.time, reverse=True)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: all ``words`` in the title, times in ``span``, a category among ``match`` (casefolded)."""

    words: tuple[str, ...] = ()
    span: tuple[datetime, datetime] | None = None
    match: frozenset[str] | None = None

    def statement(self, database: Database) -> Select[Any]:
        return self._narrowed(_chosen(database)).order_by(_c.runs_from.desc())

    def count(self, database: Database) -> int:
        """How many there are. The database counts where it can tell; else titles and sections are read past it."""
        if not self.words and self.match is None:
            return int(database.rows(self._narrowed(_mine(database, func.count())))[0][0])
        rows = database.stream(self._narrowed(_mine(database, _c.title, _c.sections)))
        return sum(self._matches(title, unlisted(sections)) for title, sections in rows)

    def _narrowed(self, found: Select[Any]) -> Select[Any]:
        """What the database can find: it knows upper and lower case of ASCII only."""
        piece = max((piece for word in self.words for piece in _ASCII.findall(word)), key=len, default="")
        if piece:
            found = found.where(func.lower(_c.title).like(f"%{_escaped(piece.lower())}%", escape="/"))
        if self.span:
            found = found.where(_c.runs_from >= self.span[0], _c.runs_from < self.span[1])
        return found

    def __contains__(self, story: Story) -> bool:
        return self._matches(story.title, story.sections)

    def _matches(self, title: str, sections: Iterable[str]) -> bool:
        folded = title.casefold()
        return all(word.casefold() in folded for word in self.words) and (
            self.match is None or any(section.casefold() in self.match for section in sections)
        )


def search(database: Database, wanted: Search, limit: int) -> list[Story]:
    """At most ``limit`` stories, newest first; read in pages, so that a huge store costs no memory."""
    found: list[Story] = []
    with database.reading():
        for page in _pages(database.stream(wanted.statement(database))):
            found += [story for story in page if story in wanted]
            if len(found) >= limit:
                break
    return _in_order(found)[:limit]


def _pages(rows: Iterator[Row]) -> Iterator[list[Story]]:
    """Newest first; a page ends where a time ends, so that equal times can be ordered by id."""
    page: list[Story] = []
    for story in map(_story, rows):
        if len(page) >= CHUNK and story.time != page[-1].time:
            yield page
            page = []
        page.append(story)
    yield page


def _escaped(words: str) -> str:
    """Text that stands for itself in the pattern of a LIKE."""
    return re.sub("[/%_]", r"/\g<0>", words)


def _row(story: Story, key: str) -> dict[str, Any]:
    """The columns of a story but for its id; ``key`` stands for its canonical URL.

    ``content`` changes when anything but the id and ``first_seen`` does.
    """
    row: dict[str, Any] = {name: getattr(story, name) for name in (*_TEXTS, *_TIMES)}
    row["sections"] = listed(story.sections)
    row["tags"] = listed(story.tags)
    row["flags"] = listed(story.flags)
    row["image"] = _image_text(story.image)
    row["popularity"] = _encode(dict(sorted(story.popularity.items()))) if story.popularity else ""
    row["priority"] = float(story.priority)
    row["content"] = _hash(key, tuple(row.values()))
    row["key"] = key
    row["url"] = story.url
    return row


def _times(story: Story) -> dict[str, Any]:
    """The columns that depend on when a story was first seen."""
    return {
        "first_seen": story.first_seen,
        "runs_from": story.time,
        "embargoed_from": (story.published_at or story.first_seen) if story.embargo_until else None,
    }


def _story(row: Row) -> Story:
    """A story from the columns :data:`_FIELDS`; by place, since rows by name cost as much as all the rest."""
    (
        id, url, title, summary, sections, source, author, published_at, updated_at, image,
        popularity, tags, flags, priority, embargo_until, expires_at, language, first_seen,
    ) = row  # fmt: skip
    return Story(
        id=id,
        url=url,
        title=title,
        summary=summary,
        sections=unlisted(sections),
        source=source,
        author=author,
        published_at=published_at,
        updated_at=updated_at,
        image=_image(image),
        popularity=MappingProxyType(json.loads(popularity)) if popularity else _NO_POPULARITY,
        tags=unlisted(tags),
        flags=unlisted(flags),
        priority=priority,
        embargo_until=embargo_until,
        expires_at=expires_at,
        language=language,
        first_seen=first_seen,
    )


def _hash(key: str, values: tuple[Any, ...]) -> int:
    """64 bits, signed; the same in every process."""
    words = repr((key, values)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(words, digest_size=8).digest(), "big", signed=True)


def _image_text(image: Image | None) -> str:
    if image is None:
        return ""
    words = (image.alt, image.caption, image.credit) if image.caption or image.credit else (image.alt,)
    return _encode([image.url, image.width, image.height, *words])


def _image(words: str) -> Image | None:
    if not words:
        return None
    url, width, height, alt, *told = json.loads(words)
    caption, credit = told or ("", "")
    return Image(url=url, width=width, height=height, alt=alt, caption=caption, credit=credit)
