"""The editors' desk: who decided what, when and why. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
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
    """The decisions that stand, oldest first. The same decision made again replaces the earlier one.

    Said again in the very same words while it is the latest of its story, it changes nothing, so that no issue is
    built anew for it.
    """
    standing: dict[tuple[object, ...], Mark] = {}
    latest: dict[str, Mark] = {}
    for mark in history(database):
        if mark.action == RELEASE:
            standing = {key: m for key, m in standing.items() if not _frees(mark, m)}
        elif not _repeats(mark, latest.get(mark.story)):
            key = (mark.story, mark.action, mark.edition, mark.section, mark.date)
            standing.pop(key, None)
            standing[key] = mark
        else:
            continue
        latest[mark.story] = mark
    return list(standing.values())


def _repeats(mark: Mark, latest: Mark | None) -> bool:
    return latest is not None and replace(mark, at=latest.at) == latest


def _frees(release: Mark, mark: Mark) -> bool:
    return release.story == mark.story and release.edition in (None, mark.edition)


def history(database: Database, story: str | None = None) -> list[Mark]:
    """Every decision ever made, releases too, in the order they were made; of one story, or of all."""
    with database.reading():
        rows = database.rows("marks" if story is None else "marks_of_story", story=story)
    return [mark_of(row) for row in rows]
