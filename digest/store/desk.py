"""The editors' desk: who decided what, when and why. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert, select

from digest.errors import CommandError
from digest.model import Mark
from digest.store.connection import Database
from digest.store.schema import marks as table
from digest.store.schema import stories

_FIELDS = ("story", "action", "edition", "section", "date", "until", "note", "by", "at")
RELEASE = "release"


def add(database: Database, mark: Mark) -> None:
    """Remember a decision. Raises ``CommandError`` for a story nobody knows."""
    with database.writing() as connection:
        if connection.execute(select(stories.c.number).where(stories.c.id == mark.story)).first() is None:
            raise CommandError(f"No story has the id {mark.story}. `digest stories list` shows the ids.")
        connection.execute(insert(table), [{name: getattr(mark, name) for name in _FIELDS}])


def release(
    database: Database, ids: Iterable[str], *, edition: str | None, at: datetime, by: str, note: str
) -> int:
    """Take back what was decided about stories: everything, or what was said for one edition alone.

    Returns how many decisions were taken back.
    """
    wanted = set(ids)
    with database.writing():
        freed = [m for m in current(database) if m.story in wanted and edition in (None, m.edition)]
        for story in sorted({mark.story for mark in freed}):
            add(database, Mark(story=story, action=RELEASE, edition=edition, note=note, by=by, at=at))
    return len(freed)


def current(database: Database) -> list[Mark]:
    """The decisions that stand, oldest first. The same decision made again replaces the earlier one."""
    standing: dict[tuple[object, ...], Mark] = {}
    for mark in history(database):
        if mark.action == RELEASE:
            standing = {key: m for key, m in standing.items() if not _frees(mark, m)}
        else:
            key = (mark.story, mark.action, mark.edition, mark.section, mark.date)
            standing.pop(key, None)
            standing[key] = mark
    return list(standing.values())


def _frees(release: Mark, mark: Mark) -> bool:
    return release.story == mark.story and release.edition in (None, mark.edition)


def history(database: Database, story: str | None = None) -> list[Mark]:
    """Every decision ever made, releases too, in the order they were made; of one story, or of all."""
    query = select(*(table.c[name] for name in _FIELDS)).order_by(table.c.number)
    if story is not None:
        query = query.where(table.c.story == story)
    with database.reading() as connection:
        return [Mark(**row._mapping) for row in connection.execute(query)]
