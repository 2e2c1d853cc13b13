"""Making a new store, and bringing an older one up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import insert, inspect, select
from sqlalchemy.engine import Connection

from digest.errors import Unreachable
from digest.store import words
from digest.store.database import Database
from digest.store.schema import HEAD, METADATA, MIGRATIONS, REVISIONS, VERSION_TABLE, version


def prepare(database: Database) -> None:
    """Leave the database at revision ``HEAD``; one that is there already costs a few small reads."""
    connection = database.connection
    with database.reading():
        ready = revision_of(connection) == HEAD
    if not ready:
        _bring_up(database)
    words.look(database)


def _bring_up(database: Database) -> None:
    connection = database.connection
    with _tables_may_move(database), database.writing():
        revision = revision_of(connection)  # another process may have been faster
        if revision is None:
            METADATA.create_all(connection)
            words.create(connection)
            connection.execute(insert(version).values(version_num=HEAD))
        elif revision != HEAD:
            _refuse_newer(revision)
            upgrade(connection, HEAD)


def revision_of(connection: Connection) -> str | None:
    """The revision of a database; ``None`` for one without our tables."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(version.c.version_num)).scalar()


def upgrade(connection: Connection, target: str) -> None:
    """Run the migrations up to ``target`` in the transaction that is open."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


@contextmanager
def _tables_may_move(database: Database) -> Iterator[None]:
    """SQLite changes a constraint by making the table anew, which its foreign keys would not let happen."""
    if not database.is_sqlite:
        yield
        return
    _foreign_keys(database, "OFF")
    try:
        yield
    finally:
        if not database.connection.in_transaction():  # a rehearsal is one transaction to its end
            _foreign_keys(database, "ON")


def _foreign_keys(database: Database, state: str) -> None:
    raw = database.connection.connection.dbapi_connection
    if raw is not None:
        raw.cursor().execute(f"PRAGMA foreign_keys = {state}")


def _refuse_newer(revision: str) -> None:
    """Revisions are numbers that grow; one we do not ship was written by a later version."""
    if revision not in REVISIONS:
        newer = bool(re.fullmatch(r"\d{4}", revision)) and revision > HEAD
        who = "a newer version of digest" if newer else "something else than digest"
        raise Unreachable(
            f"The store was written by {who} (its revision is {revision}, this version knows {HEAD}). "
            "It was left as it is. Update digest, or use another store."
        )
