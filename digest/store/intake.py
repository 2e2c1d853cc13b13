"""Stories that come in: which are new, which changed, which moved, which are as they were."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, func, insert, select, update

from digest.model import AsItWas, Counts, Image, Story
from digest.model.urls import story_id, url_key
from digest.store import words
from digest.store.database import Database
from digest.store.schema import listed, microseconds, unlisted
from digest.store.stories import CHUNK, mine, next_numbers, stories

LATE = 5000  # stories of a long file that wait for its end, with what they wait for
NEAR = 500  # rows that may lie between those of neighbouring lines
_quoted = json.encoder.encode_basestring
_c = stories.c
Progress = Callable[[int], None]

_CHANGE = (
    update(stories)
    .where(_c.number == bindparam("at_number"))
    .values({c.name: bindparam(c.name) for c in _c if c.name not in ("number", "id", "publication")})
)
_NEW = insert(stories)
_PRINT = update(stories).where(_c.number == bindparam("at_number")).values(print=bindparam("known_by"))


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
    intake = Intake(database, now, progress, trust)
    intake.wait({url_key(story.url): story for story in incoming})
    return intake.finish()


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
    print: int | None


class _RowOutcomes:
    """What came of each row so far; rows are numbered, and a long file tells of neighbours."""

    UNCHANGED, CHANGED = 1, 2
    _PAGE = 4096

    def __init__(self) -> None:
        self.pages: dict[int, bytearray] = defaultdict(lambda: bytearray(self._PAGE))

    def __getitem__(self, number: int) -> int:
        page = self.pages.get(number // self._PAGE)
        return page[number % self._PAGE] if page else 0

    def __setitem__(self, number: int, what: int) -> None:
        self.pages[number // self._PAGE][number % self._PAGE] = what


class Intake:
    """One reading of a source: its stories come in portions, each in a transaction of its own.

    What depends on the rest of the source waits for its end: whether a story changed (its address may come again, and
    the last one counts), or moved (its old address may still come). See :func:`upsert` for the rules.
    """

    def __init__(
        self, database: Database, now: datetime, progress: Progress | None, trust: Trust = Trust()
    ) -> None:
        self.database, self.now, self.progress, self.trust = database, now, progress, trust
        self.counts = Counts()
        self.folded = 0  # stories whose address had come before
        self.outcomes = _RowOutcomes()
        self.late: dict[str, Story] = {}
        self.prints: dict[str, int] = {}  # of those that are late
        self.next = 0  # the row that may be the next line's
        with database.reading():
            self.last = int(
                database.rows(select(func.max(_c.number)))[0][0] or 0
            )  # younger rows came just now

    def near(self, prints: Sequence[int]) -> dict[int, AsItWas]:
        """Which lines the stories came from whose rows follow the last that was found; by print.

        A file is mostly read in the order in which its rows were written: so no address need be looked up.
        """
        if not self.next:
            return {}
        # no publication: a database would rather read all of its rows than these few
        following = (_c.number >= self.next, _c.number < self.next + len(prints) + NEAR)
        return {line.print: line for line in self._as_they_were({*prints}, *following)}

    def at(self, lines: Sequence[tuple[str, int]]) -> dict[tuple[str, int], AsItWas]:
        """The same for lines with the keys of their addresses."""
        if not lines or not self.last:
            return {}
        keys = self.database.among(_c.key, (key for key, _ in lines))
        wanted = {*lines}
        whose = _c.publication == self.database.publication
        stored = self._as_they_were({print_ for _, print_ in lines}, whose, keys)
        return {(line.key, line.print): line for line in stored if (line.key, line.print) in wanted}

    def _as_they_were(self, prints: Collection[int], *conditions: ColumnElement[bool]) -> list[AsItWas]:
        columns = (_c.key, _c.print, _c.number, _c.sections, _c.published_at, _c.publication)
        with self.database.reading():
            rows = self.database.rows(select(*columns).where(*conditions))
        lines = [
            AsItWas(key, print_, number, unlisted(sections), published)
            for key, print_, number, sections, published, whose in rows
            if print_ in prints and whose == self.database.publication
        ]
        self.next = max((line.number + 1 for line in lines), default=self.next)
        return lines

    def put(
        self, portion: Mapping[str, Story], prints: Mapping[str, int], same: Iterable[AsItWas] = ()
    ) -> frozenset[str]:
        """Some more stories, and the prints of their lines, by key; the keys of those that wait."""
        rows = {line.key: line.number for line in same}
        for key in (*portion, *rows):
            self.folded += self.late.pop(key, None) is not None
        for number in rows.values():
            self.count(number, _RowOutcomes.UNCHANGED)
        items = list(portion.items())
        with self.database.writing():
            waiting = _Chunk(self, items, prints).store_new()
        self.late |= waiting
        self.prints |= {key: prints.get(key, 0) for key in waiting}
        if len(self.late) > LATE:
            self._settle()
        elif self.progress:
            self.progress(len(items) + len(rows) - len(waiting))
        return frozenset(waiting)

    def wait(self, unique: Mapping[str, Story]) -> None:
        """All stories of a source at once."""
        self.late |= unique

    def finish(self) -> Counts:
        """What is still open is settled; what came of all stories."""
        self._settle()
        return self.counts

    def _settle(self) -> None:
        items = list(self.late.items())
        for start in range(0, len(items), CHUNK):
            chunk = items[start : start + CHUNK]
            with self.database.writing():
                _Chunk(self, chunk, self.prints).store()
            if self.progress:
                self.progress(len(chunk))
        self.late.clear()
        self.prints.clear()

    def is_incoming(self, known: _Known) -> bool:
        """Whether the address of a row is one of this reading's, as far as that was read."""
        return known.key in self.late or known.number > self.last or bool(self.outcomes[known.number])

    def count(self, number: int, what: int) -> None:
        """What came of a row; told before, the last word counts."""
        before = self.outcomes[number]
        if number > self.last or before:
            self.folded += 1
            if number > self.last or before == what or before == _RowOutcomes.CHANGED:
                return
        self.outcomes[number] = what
        changed = what == _RowOutcomes.CHANGED
        self.counts += Counts(0, changed, (not changed) - (before == _RowOutcomes.UNCHANGED))


class _Chunk:
    """Some stories of an intake, inside one transaction."""

    def __init__(self, intake: Intake, items: Sequence[tuple[str, Story]], prints: Mapping[str, int]) -> None:
        self.intake, self.items, self.prints = intake, items, prints
        self.database, self.now, self.trust = intake.database, intake.now, intake.trust
        self.by_key = {known.key: known for known in self._known(_c.key, [key for key, _ in items])}
        self.by_id = self._of_ids([story.id for key, story in items if key not in self.by_key])
        self.taken = set(self.by_id)
        self.fresh: list[dict[str, Any]] = []
        self.renamed = 0  # of the fresh ones
        self.changed: list[dict[str, Any]] = []
        self.known_by: list[dict[str, Any]] = []  # rows whose line alone is new

    def store(self) -> None:
        """All of them: whether a story moved is known now."""
        for key, story in self.items:
            known = self.by_key.get(key) or self._moved(story)
            if known is None:
                self._new(key, story, id := self._free_id(key, story))
                self.renamed += id != story.id
            elif not self._is_unchanged(known, row := self._as_it_would_be(known, key, story)):
                self._change(known, row, story)
        self._write()

    def store_new(self) -> dict[str, Story]:
        """Those of which nothing can change any more; the others."""
        waiting = {}
        for key, story in self.items:
            known = self.by_key.get(key)
            if known is None and story.id not in self.taken:
                self.taken.add(story.id)
                self._new(key, story, story.id)
            elif known is None or not self._is_unchanged(known, self._as_it_would_be(known, key, story)):
                waiting[key] = story
        self._write()
        return waiting

    def _write(self) -> None:
        self.database.load(_CHANGE, self.changed)
        self.database.load(_PRINT, self.known_by)
        words.change(self.database, self.changed)
        for number, row in zip(next_numbers(self.database, len(self.fresh)), self.fresh, strict=True):
            row["number"] = number
        self.database.load(_NEW, self.fresh)
        words.add(self.database, self.fresh)
        self.intake.counts += Counts(len(self.fresh), renamed=self.renamed)
        self.renamed = 0

    def _known(self, column: Column[str], values: list[str]) -> list[_Known]:
        if not values:
            return []
        columns = (_c[name] for name in _Known.__slots__)
        wanted = mine(self.database, *columns).where(self.database.among(column, values))
        return [_Known(*row) for row in self.database.rows(wanted)]

    def _of_ids(self, ids: list[str]) -> dict[str, _Known]:
        return {known.id: known for known in self._known(_c.id, ids)}

    def _new(self, key: str, story: Story, id: str) -> None:
        seen = story if story.first_seen <= self.now else replace(story, first_seen=self.now)
        row = self._printed_row(key, story, seen)
        row["id"], row["publication"] = id, self.database.publication
        row["words"] = words.kept(story.searched)
        self.fresh.append(row)

    def _as_it_would_be(self, known: _Known, key: str, story: Story) -> dict[str, Any]:
        """The row of a story that is known, as what came now would have it."""
        published_at = self._published(known, story)
        return self._printed_row(
            key, story, replace(story, first_seen=known.first_seen, published_at=published_at)
        )

    def _printed_row(self, key: str, story: Story, seen: Story) -> dict[str, Any]:
        """With what its line is known by; nothing where the row says something else than the line."""
        row = _row(seen, key)
        row["print"] = (self.prints.get(key) or None) if story.published_at == seen.published_at else None
        return row

    def _is_unchanged(self, known: _Known, row: Mapping[str, Any]) -> bool:
        """Whether the row says the same already; then only its line may be another."""
        if known.content != row["content"]:
            return False
        if row["print"] != known.print and row["key"] in self.prints:
            self.known_by.append({"at_number": known.number, "known_by": row["print"]})
        self.intake.count(known.number, _RowOutcomes.UNCHANGED)
        return True

    def _change(self, known: _Known, row: Mapping[str, Any], story: Story) -> None:
        self.changed.append(
            {**row, "number": known.number, "at_number": known.number, "words": words.kept(story.searched)}
        )
        self.intake.count(known.number, _RowOutcomes.CHANGED)

    def _moved(self, story: Story) -> _Known | None:
        """The row of this story under the address it had before."""
        known = self.by_id.get(story.id)
        if known is None or self.intake.is_incoming(known) or known.source != story.source:
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


_SAID = (
    "title", "summary", "source", "author", "language", "published_at", "updated_at", "embargo_until", "expires_at",
    "sections", "tags", "flags", "image", "popularity", "priority",
)  # fmt: skip


def _row(story: Story, key: str) -> dict[str, Any]:
    """The columns of a story, as the database keeps them; ``key`` stands for its canonical URL.

    ``content`` changes when anything but the id and ``first_seen`` does. Not there: number, id, publication, print.
    """
    values = (  # in the order of _SAID
        story.title, story.summary, story.source, story.author, story.language,
        story.published_at, story.updated_at, story.embargo_until, story.expires_at,
        listed(story.sections), listed(story.tags), listed(story.flags),
        _image_text(story.image), _popularity_text(story.popularity), float(story.priority),
    )  # fmt: skip
    row: dict[str, Any] = dict(zip(_SAID, values, strict=True))
    first_seen, published_at, embargo = story.first_seen, story.published_at, story.embargo_until
    for name, at in (("published_at", published_at), ("updated_at", story.updated_at),
                     ("embargo_until", embargo), ("expires_at", story.expires_at)):  # fmt: skip
        if at is not None:
            row[name] = microseconds(at)
    row["url"], row["key"] = story.url, key
    row["content"] = _hash(key, values)  # the same as in older stores
    row["first_seen"] = microseconds(first_seen)
    appeared = row["first_seen"] if published_at is None else row["published_at"]
    row["runs_from"] = appeared if embargo is None else max(appeared, row["embargo_until"])
    row["embargoed_from"] = None if embargo is None else appeared
    return row


def _hash(key: str, values: tuple[Any, ...]) -> int:
    """64 bits, signed; the same in every process."""
    content = repr((key, values)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)


def _image_text(image: Image | None) -> str:
    """A picture as JSON, written by hand: an encoder takes four times as long to begin."""
    if image is None:
        return ""
    width, height = ("null" if size is None else size for size in (image.width, image.height))
    text = f"[{_quoted(image.url)},{width},{height},{_quoted(image.alt)}"
    if image.caption or image.credit:
        return f"{text},{_quoted(image.caption)},{_quoted(image.credit)}]"
    return f"{text}]"


def _popularity_text(popularity: Mapping[str, float]) -> str:
    """Finite numbers by name as JSON, by hand as well."""
    if not popularity:
        return ""
    return "{" + ",".join([f"{_quoted(name)}:{popularity[name]!r}" for name in sorted(popularity)]) + "}"
