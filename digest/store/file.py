"""A SQLite file as an ordinary build meets it: there, and up to date. Spoken to by the standard library.

The statements come from ``frozen.json``, compiled by :mod:`digest.store.freeze`. A file that is missing, new or older
is for :mod:`digest.store.connection`, which knows how to make and migrate it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from digest.errors import DigestError
from digest.store.database import Database, Row, Values
from digest.store.times import microseconds, moment
from digest.store.trouble import said

BUSY = 30  # seconds a writer waits for another one
_PRAGMAS = (f"busy_timeout = {BUSY * 1000}", "foreign_keys = ON", "cache_size = -32000")
_LASTING = ("journal_mode = WAL",)  # stands in the file from then on
_PLAIN = re.compile(r"sqlite(?:\+pysqlite)?:///(?!file:|:memory:)([^?%]+)")
_ANY_TABLE = "SELECT 1 FROM sqlite_master WHERE name = 'digest_version'"
FROZEN = Path(__file__).with_name("frozen.json")
_Change = Callable[[Any], Any]
# how the values of the model are kept, and read
_KEPT: dict[str, _Change] = {"time": microseconds, "date": date.isoformat, "texts": json.dumps}
_READ: dict[str, _Change] = {"time": moment, "date": date.fromisoformat}


class File(Database):
    """An open SQLite file at the revision of the frozen statements."""

    is_sqlite = True

    def __init__(self, raw: sqlite3.Connection, path: Path, *, rehearse: bool) -> None:
        self.raw, self.path, self.rehearsing = raw, path, rehearse
        self._statements: dict[str, _Statement] = {}

    def rows(self, name: str, /, **values: Any) -> Sequence[Row]:
        statement = self._statement(name)
        with self._told():
            found = self.raw.execute(statement.sql, statement.kept(values)).fetchall()
        return statement.read(found)

    def stream(self, name: str, /, **values: Any) -> Iterator[Row]:
        statement = self._statement(name)
        with self._told():
            cursor = self.raw.execute(statement.sql, statement.kept(values))
        while found := self._next(cursor):
            yield from statement.read(found)

    def _next(self, cursor: sqlite3.Cursor) -> list[Row]:
        with self._told():
            return cursor.fetchmany(1000)

    def run(self, name: str, values: Sequence[Values]) -> int:
        statement = self._statement(name)
        with self._told():
            return self.raw.executemany(statement.sql, map(statement.kept, values)).rowcount

    def revision(self) -> str | None:
        """The revision of the tables; ``None`` for a database without them."""
        with self._told():
            if not self.raw.execute(_ANY_TABLE).fetchone():
                return None
        with self.reading():
            rows = self.rows("revision")
        return str(rows[0][0]) if rows else None

    def in_transaction(self) -> bool:
        return self.raw.in_transaction

    def close(self) -> None:
        with suppress(DigestError):
            self._end("ROLLBACK")
        self.raw.close()

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[None]:
        self._say("BEGIN IMMEDIATE" if writing else "BEGIN")
        try:
            yield
            self._say("COMMIT")
        except BaseException:
            with suppress(DigestError):
                self._end("ROLLBACK")
            raise

    def _begin_rehearsal(self) -> None:
        self._say("BEGIN IMMEDIATE")

    @contextmanager
    def _step(self) -> Iterator[None]:
        # After a full disk SQLite has taken all of the transaction back itself: `_end` minds that.
        self._say("SAVEPOINT step")
        try:
            yield
        except BaseException:
            with suppress(DigestError):
                self._end("ROLLBACK TO step")
                self._end("RELEASE step")
            raise
        self._say("RELEASE step")

    def _end(self, words: str) -> None:
        if self.raw.in_transaction:
            self._say(words)

    def _say(self, words: str) -> None:
        with self._told():
            self.raw.execute(words)

    def _statement(self, name: str) -> _Statement:
        if name not in self._statements:
            self._statements[name] = _Statement(**frozen()["statements"][name])
        return self._statements[name]

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise said(error, str(self.path)) from error


class _Statement:
    """A frozen statement: its words, and which of its values are kept in another form.

    ``given`` has the kinds of such parameters by name, ``found`` those of such columns by place.
    """

    def __init__(self, sql: str, given: dict[str, str], found: dict[str, str]) -> None:
        self.sql = sql
        self._given = [(name, _KEPT[kind]) for name, kind in given.items()]
        self._found = [(int(place), _READ[kind]) for place, kind in found.items()]

    def kept(self, values: Values) -> Values:
        row = dict(values)
        for name, keep in self._given:
            if row[name] is not None:
                row[name] = keep(row[name])
        return row

    def read(self, rows: list[Row]) -> Sequence[Row]:
        return [self._row(list(row)) for row in rows] if self._found else rows

    def _row(self, row: list[Any]) -> Row:
        for place, read in self._found:
            if row[place] is not None:
                row[place] = read(row[place])
        return row


@cache
def frozen() -> dict[str, Any]:
    """The revision of the tables, and the statements that were compiled for it."""
    text: dict[str, Any] = json.loads(FROZEN.read_text(encoding="utf-8"))
    return text


def opened(url: str, *, rehearse: bool) -> File | None:
    """The store at a URL, if that is a SQLite file that is there and up to date. Raises ``Unreachable``."""
    found = _PLAIN.fullmatch(url)
    path = Path(found[1]).absolute() if found else None
    if path is None or not path.is_file():
        return None
    file = _connect(path, rehearse)
    try:
        if file.revision() == frozen()["revision"]:
            return file
    except BaseException:
        file.close()
        raise
    file.close()
    return None


def pragmas(rehearse: bool) -> tuple[str, ...]:
    """What a connection to SQLite is told first; a rehearsal leaves the file as it is."""
    return _PRAGMAS if rehearse else _PRAGMAS + _LASTING


def _connect(path: Path, rehearse: bool) -> File:
    try:
        raw = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise said(error, str(path)) from error
    file = File(raw, path, rehearse=rehearse)
    try:
        for pragma in pragmas(rehearse):
            file._say(f"PRAGMA {pragma}")
    except BaseException:
        file.close()
        raise
    return file
