"""The index for words: which stories have words that begin so. SQLite's FTS5, or PostgreSQL's text vectors.

Both are handed the words of :mod:`digest.model.search` and take them as they are: one table, a row for each story. A
SQLite without FTS5 has none, and every story is read; what such a one writes into a store that has the index makes it
stale, and the next SQLite with FTS5 makes it anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    MetaData,
    Table,
    Text,
    TextClause,
    bindparam,
    delete,
    select,
    text,
    true,
)
from sqlalchemy.engine import Connection

from digest.model.counts import counted
from digest.model.search import beginnings, words_in
from digest.store.database import Database
from digest.store.schema import unlisted

TABLE, STALE = "digest_words", "digest_words_stale"
FEW = 10_000  # stories that are looked up one by one; of more, the newest are found sooner by reading on
_AT_ONCE = 1000
_words = Table(TABLE, MetaData(), Column("rowid", BigInteger, key="number"), Column("words", Text))
_FTS5 = (f"CREATE VIRTUAL TABLE {TABLE} USING fts5(words, tokenize='ascii', detail=none)",)
_VECTORS = (
    f"CREATE TABLE {TABLE} (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
    f"CREATE INDEX {TABLE}_words ON {TABLE} USING gin (words)",
)
_VALUE = {"sqlite": ":words", "postgresql": "array_to_tsvector(string_to_array(CAST(:words AS TEXT), ' '))"}
_MATCH = {"sqlite": f"{TABLE} MATCH :words", "postgresql": f"{TABLE}.words @@ CAST(:words AS TSQUERY)"}
_BEGINS = {"sqlite": '"{}"*', "postgresql": "'{}':*"}  # words are letters and digits, and no quotation marks
_STORIES = text(
    "SELECT number, title, summary, author, tags FROM digest_stories WHERE number > :last ORDER BY number LIMIT :most"
)
_AND = {"sqlite": " AND ", "postgresql": " & "}


def create(connection: Connection) -> None:
    """The table, with every story that is there; nothing in a SQLite without FTS5."""
    if connection.dialect.name == "sqlite" and not _has_fts5(connection):
        return
    for statement in _FTS5 if connection.dialect.name == "sqlite" else _VECTORS:
        connection.execute(text(statement))
    fill(connection)


def fill(connection: Connection) -> None:
    """Every story into an empty index."""
    put = _put(connection.dialect.name)
    last = 0
    while rows := connection.execute(_STORIES, {"last": last, "most": _AT_ONCE}).all():
        values = [
            {"number": number, "words": kept((*texts, *unlisted(tags)))} for number, *texts, tags in rows
        ]
        connection.execute(put, values)
        last = rows[-1][0]


def faults(database: Database, tables: Collection[str]) -> Iterator[str]:
    """What the index says that the stories of all publications do not; ``tables`` are those of the database.

    An index that is stale, or that this SQLite cannot read, is not used, and so not judged.
    """
    if TABLE not in tables:
        if not database.is_sqlite:
            yield "the index for words is not there"
        return
    if STALE in tables or (database.is_sqlite and not _has_fts5(database.connection)):
        return
    lost = stale = gone = last = 0
    while (page := _page(database, last)) is not None:
        last, stories, indexed = page
        lost += len(stories.keys() - indexed.keys())
        gone += len(indexed.keys() - stories.keys())
        stale += sum(number in indexed and indexed[number] != content for number, content in stories.items())
    if lost:
        yield f"the index for words lacks {counted(lost, 'story', 'stories')}"
    if stale:
        yield f"the index for words has other words than {counted(stale, 'story', 'stories')}"
    if gone:
        yield f"the index for words holds {counted(gone, 'story', 'stories')} that are not there"


def _page(database: Database, last: int) -> tuple[int, dict[int, set[str]], dict[int, set[str]]] | None:
    """The words of some stories after number ``last``, as the stories and as the index have them, and how far that is.

    Behind the last story come the rows of the index that are left; ``None`` is the end.
    """
    rows = database.connection.execute(_STORIES, {"last": last, "most": _AT_ONCE}).all()
    terms = "words" if database.is_sqlite else "array_to_string(tsvector_to_array(words), ' ')"
    listed = f"SELECT rowid, {terms} FROM {TABLE} WHERE rowid > :last"
    if rows:
        entries = database.connection.execute(
            text(f"{listed} AND rowid <= :end"), {"last": last, "end": rows[-1][0]}
        )
    else:
        entries = database.connection.execute(
            text(f"{listed} ORDER BY rowid LIMIT :most"), {"last": last, "most": _AT_ONCE}
        )
    indexed = {number: set(terms.split()) for number, terms in entries}
    stories = {number: set(kept((*texts, *unlisted(tags))).split()) for number, *texts, tags in rows}
    return (max(stories or indexed), stories, indexed) if stories or indexed else None


def renew(database: Database) -> None:
    """The index anew, out of all stories; other writers wait."""
    connection = database.connection
    with database.writing():
        if database.is_sqlite:
            for name in (TABLE, STALE):
                connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
            create(connection)
            return
        connection.execute(text("LOCK TABLE digest_stories IN SHARE MODE"))
        if connection.execute(text("SELECT to_regclass(:name)"), {"name": TABLE}).scalar() is None:
            create(connection)
            return
        connection.execute(text(f"DELETE FROM {TABLE}"))
        fill(connection)


def look(database: Database) -> None:
    """Find out whether the index may be used; one that is missing or stale is made, if this database can."""
    if not database.is_sqlite:
        database.indexed = True
        return
    with database.reading():
        has_fts5, there = _has_fts5(database.connection), _there(database.connection)
    if has_fts5 and there != {TABLE} and not database.rehearsing:
        with database.writing():
            if _there(database.connection) != {TABLE}:  # another process may have been faster
                for name in (TABLE, STALE):
                    database.connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
                create(database.connection)
        there = {TABLE}
    database.indexed = has_fts5 and there == {TABLE}


def kept(texts: Iterable[str]) -> str:
    """The words of a story's texts as they are handed to the index."""
    return " ".join(words_in(texts))


def add(database: Database, fresh: Sequence[Mapping[str, Any]]) -> None:
    """New stories: the number of each, and its words as :func:`kept`."""
    if fresh and _may_write(database):
        database.load(_put(_kind(database)), fresh)


def change(database: Database, changed: Sequence[Mapping[str, Any]]) -> None:
    """Stories that changed: the number of each, and its words; most of them are what they were."""
    if changed and _may_write(database):
        database.load(_update(_kind(database)), changed)


def drop(database: Database, numbers: Sequence[int]) -> None:
    """Stories that go."""
    if numbers and _may_write(database):
        database.run(delete(_words).where(database.among(_words.c.number, numbers)))


@dataclass(frozen=True, slots=True)
class Having:
    """The condition for stories to have words; whether these are ``few``, and each is ``sure`` to have them."""

    condition: ColumnElement[bool]
    few: bool = False
    sure: bool = True


def having(database: Database, number: Column[int], wanted: Sequence[str]) -> Having:
    """The stories that have words which begin so (see :func:`digest.model.search.beginnings`)."""
    kind = _kind(database)
    starts, sure = beginnings(wanted)
    if not starts:
        return Having(true())
    query = _AND[kind].join(_BEGINS[kind].format(start) for start in starts)
    matching = select(_words.c.number).where(text(_MATCH[kind]).bindparams(bindparam("words", query)))
    few = [row[0] for row in database.rows(matching.limit(FEW + 1))]
    if len(few) <= FEW:
        return Having(database.among(number, few), True, sure)
    return Having(
        (number + 0).in_(matching), False, sure
    )  # a sum has no index: the newest are read until enough


def _may_write(database: Database) -> bool:
    if not database.indexed:
        database.run(text(f"CREATE TABLE IF NOT EXISTS {STALE} (stale INTEGER)"))
    return database.indexed


@cache
def _put(kind: str) -> TextClause:
    return text(f"INSERT INTO {TABLE} (rowid, words) VALUES (:number, {_VALUE[kind]})")


@cache
def _update(kind: str) -> TextClause:
    value = _VALUE[kind]
    return text(f"UPDATE {TABLE} SET words = {value} WHERE rowid = :number AND words <> {value}")


def _kind(database: Database) -> str:
    return database.engine.dialect.name


def _has_fts5(connection: Connection) -> bool:
    return bool(connection.execute(text("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'")).first())


def _there(connection: Connection) -> set[str]:
    names = text("SELECT name FROM sqlite_master WHERE name IN (:index, :stale)")
    return {str(row[0]) for row in connection.execute(names, {"index": TABLE, "stale": STALE})}
