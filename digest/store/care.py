"""The care of a store: is it sound, what may go, a copy of it elsewhere."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, delete, exists, func, insert, inspect, select, text

from digest.errors import CommandError, Unreachable
from digest.model import Publication
from digest.store import desk, issues, publications, ran, readings, stories, words
from digest.store.database import Database, connect
from digest.store.schema import HEAD, METADATA, VERSION_TABLE
from digest.store.versions import prepare, revision_of

_AT_ONCE = 1000  # rows of one statement
_PASSING = ("digest_leases", VERSION_TABLE)  # what is no content


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHealth:
    """What is known of a store. ``wrong`` and ``index`` (what the index for words lacks) are empty for a sound one;
    ``rows`` counts each table's."""

    where: str
    revision: str | None
    newest: str
    rows: dict[str, int]
    publications: dict[str, str]
    wrong: tuple[str, ...]
    index: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.wrong and not self.index


def check(url: str) -> StoreHealth:
    """Read a store, all publications of it, without changing or upgrading it. Raises ``Unreachable``."""
    database = connect(url, rehearse=True)
    try:
        with database.reading():
            revision = revision_of(database.connection)
            there = set(_tables(database))
            rows = {name: _count(database, table) for name, table in _content() if name in there}
            wrong = tuple(_wrong(database)) if revision else ()
            return StoreHealth(
                where=database.where,
                revision=revision,
                newest=HEAD,
                rows={name.removeprefix("digest_"): count for name, count in rows.items()},
                publications=publications.names(database) if "digest_publications" in there else {},
                wrong=wrong,
                index=tuple(words.faults(database, there)) if revision == HEAD and not wrong else (),
            )
    finally:
        database.close()


def upgrade(url: str) -> tuple[str | None, str]:
    """Bring a store up to this version; its revision before and now."""
    database = connect(url)
    try:
        with database.reading():
            before = revision_of(database.connection)
        prepare(database)
        return before, HEAD
    finally:
        database.close()


def reindex(url: str) -> int:
    """Make the index for words anew; of how many stories. Raises ``Unreachable`` where this SQLite has no FTS5."""
    database = connect(url)
    try:
        prepare(database)
        if not database.indexed:
            raise Unreachable(
                "This SQLite has no FTS5, and so no index for words: every story is read instead."
            )
        words.renew(database)
        with database.reading():
            return _count(database, stories.stories)
    finally:
        database.close()


def _content() -> Iterator[tuple[str, Table]]:
    return ((table.name, table) for table in METADATA.sorted_tables if table.name not in _PASSING)


def _tables(database: Database) -> list[str]:
    return inspect(database.connection).get_table_names()


def _count(database: Database, table: Table) -> int:
    return int(database.rows(select(func.count()).select_from(table))[0][0])


def _wrong(database: Database) -> Iterator[str]:
    """What a database finds wrong with itself."""
    if not database.is_sqlite:
        return
    for row in database.rows(text("PRAGMA quick_check(10)")):
        if row[0] != "ok":
            yield str(row[0])
    for row in database.rows(text("PRAGMA foreign_key_check")):
        yield f"a row of {row[0]} belongs to a row of {row[2]} that is not there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How many rows went."""

    stories: int
    source_items: int
    story_notes: int
    files: int
    ran_stories: int
    ran_ads: int


def prune(database: Database, *, before: date, seen_before: datetime, line_items: Collection[str]) -> Pruned:
    """Forget what is old; issues, receipts, manifests and the editors' words stay.

    Stories published before ``seen_before`` go, unless an editor's pin stands, and with them what their sources call
    and say of them; those without a publication time stay, since they would come back as new. Files of issues dated
    before ``before`` go, and which stories and ads ran in them, but the ads of ``line_items``, whose goals count them.
    """
    pinned = {mark.story for mark in desk.current(database) if mark.action == "pin"}
    old = select(issues.issues.c.number).where(
        issues.of(database, issues.issues), issues.issues.c.date < before
    )
    return Pruned(
        stories=_stories(database, seen_before, pinned),
        source_items=_of_no_story(database, readings.items),
        story_notes=_of_no_story(database, readings.notes),
        files=_delete(database, issues.files, issues.files.c.issue.in_(old)),
        ran_stories=_delete(database, ran.ran_stories, ran.ran_stories.c.issue.in_(old)),
        ran_ads=_delete(
            database,
            ran.ran_ads,
            ran.ran_ads.c.issue.in_(old),
            ~database.among(ran.ran_ads.c.line_item, sorted(line_items)),
        ),
    )


def _delete(database: Database, table: Table, *conditions: ColumnElement[bool]) -> int:
    with database.writing():
        return database.run(delete(table).where(*conditions))


def _stories(database: Database, before: datetime, pinned: Collection[str]) -> int:
    """In steps, so that others get their turn in between."""
    c, gone = stories.stories.c, 0
    old: Select[Any] = (
        select(c.number)
        .where(c.publication == database.publication, c.runs_from < before, c.published_at.is_not(None))
        .where(~database.among(c.id, sorted(pinned)))
        .limit(10 * _AT_ONCE)
    )
    while True:
        with database.writing():
            numbers = [row[0] for row in database.rows(old)]
            words.drop(database, numbers)
            gone += database.run(delete(stories.stories).where(database.among(c.number, numbers)))
        if len(numbers) < 10 * _AT_ONCE:
            return gone


def _of_no_story(database: Database, table: Table) -> int:
    """What was remembered of stories that are not there."""
    c = stories.stories.c
    there = exists().where(c.publication == table.c.publication, c.id == table.c.story)
    return _delete(database, table, table.c.publication == database.publication, ~there)


def shrink(database: Database) -> None:
    """Give the room of what went back to the disk, where the database does not do it by itself."""
    if database.is_sqlite and database.path is not None and not database.rehearsing:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")


def backup(url: str, target: Path) -> int:
    """A consistent copy of a store as a SQLite file, while others work on; its size in bytes.

    Raises ``CommandError`` where a file is there already, ``Unreachable``.
    """
    if target.exists():
        raise CommandError(f"{target} is there already, and a backup overwrites nothing. Name another file.")
    if not target.parent.is_dir():
        raise CommandError(f"The folder {target.parent} for the backup is not there. Make it first.")
    written = target.with_name(f".{target.name}.new")
    written.unlink(missing_ok=True)
    try:
        _back_up(url, written)
        with written.open("rb") as file:
            os.fsync(file.fileno())
        written.rename(target)
    except OSError as error:
        raise Unreachable(f"The backup {target} cannot be written ({error.strerror or error}).") from None
    finally:
        written.unlink(missing_ok=True)
    return target.stat().st_size


def _back_up(url: str, written: Path) -> None:
    database = connect(url)
    try:
        prepare(database)
        if database.path is not None:
            with database.engine.connect() as connection:
                connection.exec_driver_sql("VACUUM INTO ?", (str(written),))
            return
    finally:
        database.close()
    copy(url, f"sqlite:///{written}")
    for name in ("-wal", "-shm"):
        written.with_name(written.name + name).unlink(missing_ok=True)


def copy(url: str, to: str) -> dict[str, int]:
    """Copy a whole store, every publication of it, into an empty one; how many rows of each table.

    The target is written in one transaction: whole or not at all. Raises ``CommandError`` where the target holds
    something, or is the same store; ``Unreachable``.
    """
    source = connect(url)
    try:
        prepare(source)
        target = connect(to)
        try:
            if source.where == target.where:
                raise CommandError("A store cannot be copied into itself.")
            prepare(target)
            return _copied(source, target)
        finally:
            target.close()
    finally:
        source.close()


def _copied(source: Database, target: Database) -> dict[str, int]:
    counts = {}
    with source.reading(), target.writing():
        if not source.is_sqlite:
            source.connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        for name, table in _content():
            if target.rows(select(exists(select(table))))[0][0]:
                raise CommandError(
                    f"The store {target.where} holds something already (in {name}); a copy is made into an empty one."
                )
            counts[name.removeprefix("digest_")] = _copy_table(source, target, table)
        if target.indexed:
            words.fill(target.connection)
    return counts


def _copy_table(source: Database, target: Database, table: Table) -> int:
    names, rows, count = [column.name for column in table.c], [], 0
    for row in source.stream(select(table)):
        rows.append(dict(zip(names, row, strict=True)))
        if len(rows) == _AT_ONCE:
            count += target.run(insert(table), rows) and len(rows)
            rows = []
    count += len(rows)
    target.run(insert(table), rows)
    if not target.is_sqlite and "number" in table.c:
        last = (
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'number'), max(number)) FROM {table.name}"
        )
        target.rows(text(last))
    return count


def rename(url: str, publication: Publication) -> str:
    """Let a publication's id stand for its name of now; the name it had. Raises ``CommandError`` for an unknown id."""
    database = connect(url)
    try:
        prepare(database)
        known = publications.names(database)
        if publication.id not in known:
            held = ", ".join(known) or "none"
            raise CommandError(f"The store holds no publication {publication.id} (it holds: {held}).")
        publications.rename(database, publication)
        return known[publication.id]
    finally:
        database.close()
