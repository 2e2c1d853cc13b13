"""Stories in the database: one row for each canonical URL of a publication."""

from __future__ import annotations

import json
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
    select,
)

from digest.model import Image, Story
from digest.model.search import has_words
from digest.store import words
from digest.store.database import Database, Row
from digest.store.schema import METADATA, number, publication, text, time, unlisted

CHUNK = 1000  # stories of one transaction: other processes get their turn in between
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
    by_id: dict[str, Story] = {}
    with database.reading():
        for column in (_c.runs_from, _c.embargoed_from):  # apart, for each has its index
            rows = database.rows(_chosen(database).where(column >= start, column < end))
            by_id |= {story.id: story for story in map(_story, rows)}
        rest = [id for id in sorted(pinned) if id not in by_id]
        by_id |= {story.id: story for story in _by_ids(database, rest)}
    return _in_order(by_id.values())


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


def next_numbers(database: Database, count: int) -> list[int]:
    """The numbers of so many new stories; inside a transaction."""
    if database.is_sqlite:  # nobody else writes now
        last = database.rows(select(func.coalesce(func.max(_c.number), 0)))[0][0]
        return list(range(last + 1, last + 1 + count))
    series = func.generate_series(1, count).table_valued("value")
    sequence = func.pg_get_serial_sequence(stories.name, "number")
    return [row[0] for row in database.rows(select(func.nextval(sequence)).select_from(series))]


def _chosen(database: Database) -> Select[Any]:
    return mine(database, *(_c[name] for name in _FIELDS))


def _in_order(unsorted: Iterable[Story]) -> list[Story]:
    """Newest first, equal times by id: sorted here, because databases order text by their locale."""
    return sorted(sorted(unsorted, key=lambda s: s.id), key=lambda s: s.time, reverse=True)


_SEARCHED: Final = (_c.tags, _c.title, _c.summary, _c.author)


@dataclass(frozen=True, slots=True)
class StorySearch:
    """What is looked for: all ``words`` (see :mod:`digest.model.search`), times in ``span``, a category among ``match``
    (casefolded)."""

    words: tuple[str, ...] = ()
    span: tuple[datetime, datetime] | None = None
    match: frozenset[str] | None = None

    def statement(self, database: Database) -> Select[Any]:
        columns = (_c[name] for name in _FIELDS)
        return self._narrowed(database, *columns)[0].order_by(_c.runs_from.desc())

    def count(self, database: Database) -> int:
        """How many there are. The database counts where it can tell; else words and sections are read past it."""
        counted, sure = self._narrowed(database, func.count())
        if sure and self.match is None:
            return int(database.rows(counted)[0][0])
        rows = database.stream(self._narrowed(database, _c.sections, *_SEARCHED)[0])
        return sum(
            self._matches((*texts, *unlisted(tags)), unlisted(sections)) for sections, tags, *texts in rows
        )

    def _narrowed(self, database: Database, *columns: Any) -> tuple[Select[Any], bool]:
        """What the database can find, and whether these are sure to have the words."""
        if self.words and database.indexed:
            having = words.having(database, _c.number, self.words)
            # a database would rather read all stories of a publication than these few: a sum has no index
            owner = _c.publication + "" if having.few else _c.publication
            query, sure = select(*columns).where(having.condition, owner == database.publication), having.sure
        else:
            query, sure = mine(database, *columns), not self.words
        if self.span:
            query = query.where(_c.runs_from >= self.span[0], _c.runs_from < self.span[1])
        return query, sure

    def __contains__(self, story: Story) -> bool:
        return self._matches(story.searched, story.sections)

    def _matches(self, texts: Iterable[str], sections: Iterable[str]) -> bool:
        return has_words(self.words, texts) and (
            self.match is None or any(section.casefold() in self.match for section in sections)
        )


def search(database: Database, wanted: StorySearch, limit: int) -> list[Story]:
    """At most ``limit`` stories, newest first; read in pages, so that a huge store costs no memory."""
    matches: list[Story] = []
    with database.reading():
        for page in _pages(database.stream(wanted.statement(database))):
            matches += [story for story in page if story in wanted]
            if len(matches) >= limit:
                break
    return _in_order(matches)[:limit]


def _pages(rows: Iterator[Row]) -> Iterator[list[Story]]:
    """Newest first; a page ends where a time ends, so that equal times can be ordered by id."""
    page: list[Story] = []
    for story in map(_story, rows):
        if len(page) >= CHUNK and story.time != page[-1].time:
            yield page
            page = []
        page.append(story)
    yield page


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
    url, width, height, alt, *texts = json.loads(words)
    caption, credit = texts or ("", "")
    return Image(url=url, width=width, height=height, alt=alt, caption=caption, credit=credit)
