"""What servers said of their feeds, so that an unchanged feed is not read twice."""

from __future__ import annotations

from sqlalchemy import and_, insert, select, update

from digest.model import Validators
from digest.store.connection import Database
from digest.store.schema import sources as table


def validators(database: Database, name: str, url: str) -> Validators | None:
    """What was remembered of a source at this address."""
    query = select(table.c.etag, table.c.last_modified).where(table.c.name == name, table.c.url == url)
    with database.reading() as connection:
        row = connection.execute(query).first()
    return Validators(row.etag, row.last_modified) if row else None


def remember(database: Database, name: str, url: str, said: Validators) -> None:
    """Keep what the server says now in the place of what it said before."""
    values = {"etag": said.etag, "last_modified": said.last_modified}
    with database.writing() as connection:
        this = and_(table.c.name == name, table.c.url == url)
        if not connection.execute(update(table).where(this).values(values)).rowcount:
            connection.execute(insert(table).values(name=name, url=url, **values))
