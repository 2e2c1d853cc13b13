"""Changes of the newsroom's files that were made at the desk. Rows are added, never changed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, insert, select

from digest.model import FileChange
from digest.store.database import Database
from digest.store.schema import METADATA, number, publication, text, time

changes = Table(
    "digest_file_changes",
    METADATA,
    number(),
    text("file"),
    text("about"),
    text("what"),
    Column("start", Integer, nullable=False),
    text("was"),
    text("now"),
    text("before"),  # SHA-256
    text("after"),  # SHA-256
    text("by"),
    time("at", required=True),
    publication(),
)
_FIELDS = ("file", "about", "what", "start", "was", "now", "before", "after", "by", "at")


def add(database: Database, change: FileChange) -> None:
    """Remember a change."""
    values = {name: getattr(change, name) for name in _FIELDS}
    with database.writing():
        database.run(insert(changes).values(publication=database.publication, **values))


def every(database: Database) -> list[FileChange]:
    """All changes, in the order they were made."""
    wanted = select(*(changes.c[name] for name in _FIELDS))
    wanted = wanted.where(changes.c.publication == database.publication).order_by(changes.c.number)
    with database.reading():
        return [FileChange(**dict(zip(_FIELDS, row, strict=True))) for row in database.rows(wanted)]
