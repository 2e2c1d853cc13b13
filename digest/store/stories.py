"""Stories in the database: one row for each canonical URL of a publication."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Select,
    String,
    Table,
    UniqueConstraint,
    func,
    or_,
    select,
)

from digest.model import Image, Story, has_words
from digest.store.database import Database, Row
from digest.store.schema import METADATA, number, publication, text, time, unlisted

CHUNK = 1000  # stories of one transaction: other processes get their turn in between
_ASCII = re.compile(r"[ !#-\[\]-~]+")  # no quotation mark, no backslash: lists are kept with them escaped
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
    Column("print", BigInteger),  # stands for the line of the file that it came from
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


def mine(database: Database, *columns: Any) -> Select[Any]:
    """These columns of the publication's stories."""
    return select(*columns).where(_c.publication == database.publication)


def _chosen(database: Database) -> Select[Any]:
    return mine(database, *(_c[name] for name in _FIELDS))


def _in_order(found: Iterable[Story]) -> list[Story]:
    """Newest first, equal times by id: sorted here, because databases order text by their locale."""
    return sorted(sorted(found, key=lambda s: s.id), key=lambda s: s.time, reverse=True)


_SEARCHED: Final = (_c.tags, _c.title, _c.summary, _c.author)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: all ``words``, times in ``span``, a category among ``match`` (casefolded).

    A word may stand in the title, the summary, the author's name or a tag.
    """

    words: tuple[str, ...] = ()
    span: tuple[datetime, datetime] | None = None
    match: frozenset[str] | None = None

    def statement(self, database: Database) -> Select[Any]:
        return self._narrowed(_chosen(database)).order_by(_c.runs_from.desc())

    def count(self, database: Database) -> int:
        """How many there are. The database counts where it can tell; else words and sections are read past it."""
        if not self.words and self.match is None:
            return int(database.rows(self._narrowed(mine(database, func.count())))[0][0])
        rows = database.stream(self._narrowed(mine(database, _c.sections, *_SEARCHED)))
        return sum(
            self._matches((*texts, *unlisted(tags)), unlisted(sections)) for sections, tags, *texts in rows
        )

    def _narrowed(self, found: Select[Any]) -> Select[Any]:
        """What the database can find: it knows upper and lower case of ASCII only."""
        piece = max((piece for word in self.words for piece in _ASCII.findall(word)), key=len, default="")
        if piece:
            pattern = f"%{_escaped(piece.lower())}%"
            found = found.where(or_(*(func.lower(text).like(pattern, escape="/") for text in _SEARCHED)))
        if self.span:
            found = found.where(_c.runs_from >= self.span[0], _c.runs_from < self.span[1])
        return found

    def __contains__(self, story: Story) -> bool:
        return self._matches(story.searched, story.sections)

    def _matches(self, texts: Iterable[str], sections: Iterable[str]) -> bool:
        return has_words(self.words, texts) and (
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


def _image(words: str) -> Image | None:
    if not words:
        return None
    url, width, height, alt, *told = json.loads(words)
    caption, credit = told or ("", "")
    return Image(url=url, width=width, height=height, alt=alt, caption=caption, credit=credit)
