"""The editors' desk: who decided what, when and why. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from digest.errors import CommandError
from digest.model import Mark
from digest.store.database import Database
from digest.store.rows import mark_of, mark_row

RELEASE = "release"


def add(database: Database, mark: Mark) -> None:
    """Remember a decision. Raises ``CommandError`` for a story nobody knows."""
    with database.writing():
        if not database.rows("known_of_ids", ids=[mark.story]):
            raise CommandError(f"No story has the id {mark.story}. `digest stories list` shows the ids.")
        database.run("add_mark", [mark_row(mark)])


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
    with database.reading():
        rows = database.rows("marks" if story is None else "marks_of_story", story=story)
    return [mark_of(row) for row in rows]
