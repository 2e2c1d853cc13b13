"""A connection to SQLite or PostgreSQL: statements, and the transactions around them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from hashlib import blake2b
from operator import itemgetter
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ClauseElement,
    Column,
    ColumnElement,
    Executable,
    Integer,
    Text,
    any_,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
    text,
)
from sqlalchemy.engine import URL, Connection, Dialect, Engine, ExceptionContext, RootTransaction
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, StaticPool

from digest.distribution import install
from digest.errors import CommandError, DigestError, Unreachable
from digest.redaction import redacted
from digest.store.trouble import said

BUSY = 30  # seconds a writer waits for another one
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "sqlite": "sqlite"}
Row = Sequence[Any]  # by place: rows by name cost as much as all the rest


class Database:
    """One open database. Writers take turns; what a reader sees in one ``reading`` does not move.

    ``path`` is the file of a SQLite database; ``None`` in memory and for servers. ``where`` is the address as people
    may see it. ``publication`` is the id that rows are read and written for. What is done
    while ``rehearsing`` is taken back at the end; the first write of a rehearsal, and no earlier read, makes others
    wait.
    """

    def __init__(self, engine: Engine, *, path: Path | None, where: str, rehearse: bool) -> None:
        self.engine, self.path, self.rehearsing = engine, path, rehearse
        self.where = where
        self.publication = ""
        self.indexed = False  # whether words are looked for in their index: :mod:`digest.store.words`
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.connection: Connection = engine.connect()
        self._outer: RootTransaction | None = None  # a rehearsal's, from its first write on

    def rows(self, statement: Executable) -> Sequence[Row]:
        return self.connection.execute(statement).all()

    def stream(self, statement: Executable) -> Iterator[Row]:
        """The same one by one: a huge store costs no memory."""
        with self.connection.execute(statement, execution_options={"yield_per": 1000}) as rows:
            yield from rows

    def run(self, statement: Executable, values: Sequence[Mapping[str, Any]] | None = None) -> int:
        """Run a statement, for each of ``values`` where they are given; how many rows it touched."""
        if values is None:
            return self.connection.execute(statement).rowcount
        return self.connection.execute(statement, values).rowcount if values else 0

    def load(self, statement: ClauseElement, rows: Sequence[Mapping[str, Any]]) -> None:
        """:meth:`run` for many rows whose values are as the database keeps them: half the time goes into types.

        Rows may hold more than the statement asks for.
        """
        if not rows:
            return
        written, order = _compiled(statement, self.engine.dialect)
        self.connection.exec_driver_sql(written, list(map(itemgetter(*order), rows) if order else rows))

    def among(self, column: Column[Any], values: Iterable[str | int]) -> ColumnElement[bool]:
        """Whether a text or number is in a list of any length: one parameter, JSON where there are no arrays."""
        if not self.is_sqlite:
            kind = BigInteger if isinstance(column.type, Integer) else Text
            return column == any_(literal(list(values), ARRAY(kind)))
        each = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(each.c.value))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A consistent view; nothing is written in it."""
        if self.connection.in_transaction():
            yield
            return
        with self._transaction(writing=False):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, whole or not at all."""
        if self.rehearsing and not self.connection.in_transaction():
            self._outer = self._transaction(writing=True)
        if not self.connection.in_transaction():
            with self._transaction(writing=True):
                yield
            return
        savepoint = self.connection.begin_nested()
        try:
            yield
        except BaseException:
            with suppress(DigestError):  # after a full disk SQLite has taken all of it back itself
                savepoint.rollback()
            raise
        savepoint.commit()

    def close(self) -> None:
        """Take a rehearsal back, and let go of the database."""
        if self._outer is not None and self._outer.is_active:
            with suppress(DigestError):
                self._outer.rollback()
        self.connection.close()
        self.engine.dispose()

    def _transaction(self, *, writing: bool) -> RootTransaction:
        self.connection.execution_options(writing=writing)
        transaction = self.connection.begin()
        if writing and not self.is_sqlite:
            try:
                self._take_turns()
            except BaseException:
                transaction.close()
                raise
        return transaction

    def _take_turns(self) -> None:
        """Writers of one publication wait for each other, as all do in SQLite; the lock ends with its transaction.

        So it works through a pooler that hands a server on after each transaction.
        """
        self.connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY}s'"))
        key = int.from_bytes(
            blake2b(f"digest:{self.publication}".encode(), digest_size=8).digest(), signed=True
        )
        self.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


@lru_cache(64)
def _compiled(statement: ClauseElement, dialect: Dialect) -> tuple[str, Sequence[str] | None]:
    """A statement as text, and the order of its values where they have no names: as dear as hundreds of rows."""
    compiled: Any = statement.compile(dialect=dialect)
    return str(compiled), compiled.positiontup


def connect(url: str, *, rehearse: bool = False) -> Database:
    """Open the database of a SQLAlchemy URL. A SQLite file and its folder are made if they are missing."""
    address = _parse(url)
    path = _path(address)
    if path is not None and rehearse and not os.path.exists(path):
        address, path = make_url("sqlite://"), None
    if path is not None:
        _make_room(path)
    where = str(path or _named(address))
    return Database(_engine(address, path, rehearse), path=path, where=where, rehearse=rehearse)


def _parse(url: str) -> URL:
    try:
        address = make_url(_quoted(url))
    except (ArgumentError, ValueError):
        raise CommandError(
            f'"{url.partition("://")[0] or url}" names no store. Write sqlite:///var/digest.db or '
            "postgresql+psycopg://user@host/database."
        ) from None
    if address.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        raise CommandError(
            f'A store cannot be kept in "{address.drivername}". Write sqlite:///var/digest.db or '
            "postgresql+psycopg://user@host/database."
        )
    return address.set(drivername=_DRIVERS.get(address.drivername, address.drivername))


def _quoted(url: str) -> str:
    """The address with its password written as an address wants it: it ends at the last ``@`` before the ``?``."""
    head, mark, query = url.partition("?")
    if "@" not in head and "@" in query:
        head, mark, query = url, "", ""
    parts = re.fullmatch(r"(\w[\w+.-]*://[^:/@]*:)(.*)(@[^@]*)", head, re.DOTALL)
    return f"{parts[1]}{quote(parts[2], safe='%')}{parts[3]}{mark}{query}" if parts else url


def _named(address: URL) -> str:
    """The address as people may see it."""
    return redacted(address.render_as_string(hide_password=False))


def _path(address: URL) -> Path | None:
    """The file of a SQLite database; ``None`` in memory and for servers."""
    name = address.database
    if address.get_backend_name() != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name).absolute()


def _make_room(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unreachable(
            f"The folder {path.parent} for the store cannot be made ({error.strerror or error}). "
            "Make it, or write another place under `store:` in digest.yaml."
        ) from None
    if os.path.isdir(path):
        raise Unreachable(
            f"The store {path} is a folder. Write the name of a file under `store:` in digest.yaml."
        )


def _engine(address: URL, path: Path | None, rehearse: bool) -> Engine:
    sqlite = address.get_backend_name() == "sqlite"
    options: dict[str, Any]
    if sqlite:
        options = {"connect_args": {"isolation_level": None, "timeout": BUSY, "check_same_thread": False}}
        options["poolclass"] = NullPool if path else StaticPool
    else:  # prepared statements would be looked for on another server behind a pooler
        options = {"connect_args": {"connect_timeout": 10, "prepare_threshold": None}, "poolclass": NullPool}
    try:
        engine = create_engine(address, **options)
    except (ImportError, ArgumentError) as error:
        raise _no_driver(address, error) from None
    _explain(engine, path, _named(address))
    if sqlite:
        event.listen(engine, "connect", partial(_set_up_sqlite, rehearse))
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _no_driver(address: URL, error: Exception) -> Exception:
    if isinstance(error, ModuleNotFoundError):
        return Unreachable(
            f"The driver of {address.drivername} is not installed ({error.name}). "
            f"For PostgreSQL: {install('postgres')}."
        )
    return CommandError(f"The store {_named(address)} cannot be used: {error}")


def _explain(engine: Engine, path: Path | None, where: str) -> None:
    """Let every error of this engine's database be one of ours, that people understand."""

    def told(context: ExceptionContext) -> None:
        raise said(context.original_exception, str(path or where), path) from context.original_exception

    event.listen(engine, "handle_error", told)


def _set_up_sqlite(rehearse: bool, connection: Any, record: Any) -> None:
    """A rehearsal leaves the file as it is: the mode of its journal stands in the file."""
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -8000")
    if not rehearse:
        _write_ahead(connection)


def _write_ahead(connection: Any) -> None:
    """Where several open a new file at once, SQLite tells all but one of them at once that it is locked: two that
    waited for each other's lock here would wait for ever. So they come again."""
    import sqlite3

    until = monotonic() + BUSY
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic() > until:
                raise
        sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    """What says nothing of reading or writing stands alone, as VACUUM must."""
    writing = connection.get_execution_options().get("writing")
    if writing is None:
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
