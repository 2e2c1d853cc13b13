"""Making a new store, and bringing an older one up to date."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import insert, inspect, select
from sqlalchemy.engine import Connection

from digest.errors import Unreachable
from digest.store.connection import Alchemy
from digest.store.schema import HEAD, METADATA, VERSION_TABLE, version

_MIGRATIONS = Path(__file__).parent / "migrations"


def prepare(database: Alchemy) -> None:
    """Leave the database at revision ``HEAD``; one that is there already costs two small reads."""
    connection = database.connection
    with database.reading():
        if revision_of(connection) == HEAD:
            return
    with database.writing():
        found = revision_of(connection)  # another process may have been faster
        if found is None:
            METADATA.create_all(connection)
            connection.execute(insert(version).values(version_num=HEAD))
        elif found != HEAD:
            _refuse_newer(found)
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
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def _refuse_newer(found: str) -> None:
    """Revisions are numbers that grow; one we do not ship was written by a later version."""
    known = {path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")}
    if found not in known:
        newer = bool(re.fullmatch(r"\d{4}", found)) and found > HEAD
        who = "a newer version of digest" if newer else "something else than digest"
        raise Unreachable(
            f"The store was written by {who} (its revision is {found}, this version knows {HEAD}). "
            "It was left as it is. Update digest, or use another store."
        )
