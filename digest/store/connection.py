"""A connection to SQLite or PostgreSQL through SQLAlchemy: any database, also one that must be made or migrated."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext, RootTransaction
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from digest.distribution import install
from digest.errors import CommandError, DigestError, Unreachable
from digest.store.database import Database, Row, Values
from digest.store.file import BUSY, pragmas
from digest.store.statements import statements
from digest.store.trouble import said

_WRITERS = 7_163_094_110_382_415_873  # PostgreSQL's advisory lock among writers
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "sqlite": "sqlite"}


class Alchemy(Database):
    """One open connection."""

    def __init__(self, engine: Engine, *, path: Path | None, rehearse: bool) -> None:
        self.engine, self.path, self.rehearsing = engine, path, rehearse
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.connection: Connection = engine.connect()
        self._statements = statements(sqlite=self.is_sqlite)
        self._outer: RootTransaction | None = None  # a rehearsal's, from its first write on

    def rows(self, name: str, /, **values: Any) -> Sequence[Row]:
        return self.connection.execute(self._statements[name], values).all()

    def stream(self, name: str, /, **values: Any) -> Iterator[Row]:
        options = {"yield_per": 1000}
        with self.connection.execute(self._statements[name], values, execution_options=options) as rows:
            yield from rows

    def run(self, name: str, values: Sequence[Values]) -> int:
        return self.connection.execute(self._statements[name], values).rowcount if values else 0

    def in_transaction(self) -> bool:
        return self.connection.in_transaction()

    def close(self) -> None:
        if self._outer is not None and self._outer.is_active:
            with suppress(DigestError):
                self._outer.rollback()
        self.connection.close()
        self.engine.dispose()

    def _transaction(self, *, writing: bool) -> RootTransaction:
        self.connection.execution_options(writing=writing)
        transaction = self.connection.begin()
        if writing and not self.is_sqlite:
            self.connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITERS})
        return transaction

    def _begin_rehearsal(self) -> None:
        self._outer = self._transaction(writing=True)

    @contextmanager
    def _step(self) -> Iterator[None]:
        """After a full disk SQLite has taken all of the transaction back itself."""
        savepoint = self.connection.begin_nested()
        try:
            yield
        except BaseException:
            with suppress(DigestError):
                savepoint.rollback()
            raise
        savepoint.commit()


def connect(url: str, *, rehearse: bool = False) -> Alchemy:
    """Open the database of a SQLAlchemy URL. A SQLite file and its folder are made if they are missing."""
    address = _parse(url)
    path = _path(address)
    if path is not None and rehearse and not os.path.exists(path):
        address, path = make_url("sqlite://"), None
    if path is not None:
        _make_room(path)
    return Alchemy(_engine(address, path, rehearse), path=path, rehearse=rehearse)


def _parse(url: str) -> URL:
    try:
        address = make_url(url)
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
    options: dict[str, Any] = {"connect_args": {"isolation_level": None, "timeout": BUSY}} if sqlite else {}
    if sqlite and path is None:
        options["connect_args"]["check_same_thread"] = False
        options["poolclass"] = StaticPool
    if not sqlite:
        options["connect_args"] = {"connect_timeout": 10}
    try:
        engine = create_engine(address, **options)
    except (ImportError, ArgumentError) as error:
        raise _no_driver(address, error) from None
    _explain(engine, str(path) if path else address.render_as_string(hide_password=True))
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
    return CommandError(f"The store {address.render_as_string(hide_password=True)} cannot be used: {error}")


def _explain(engine: Engine, where: str) -> None:
    """Let every error of this engine's database be one of ours, that people understand."""

    def told(context: ExceptionContext) -> None:
        raise said(context.original_exception, where) from context.original_exception

    event.listen(engine, "handle_error", told)


def _set_up_sqlite(rehearse: bool, connection: Any, record: Any) -> None:
    for pragma in pragmas(rehearse):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
