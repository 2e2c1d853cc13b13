"""The editors' desk: who decided what, when and why. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Column, Date, Index, Integer, Table, insert, or_, select

from digest.errors import CommandError
from digest.model import Mark
from digest.store import stories
from digest.store.database import Database
from digest.store.schema import METADATA, issue_dated, number, publication, text, time

RELEASE = "release"

marks = Table(
    "digest_marks",
    METADATA,
    number(),
    text("story"),
    text("action"),  # pin | hold | kill | split | join | release
    text("edition", required=False),
    text("section", required=False),
    issue_dated(required=False),
    Column("until", Date),
    text("note"),
    text("by"),
    time("at", required=True),
    publication(),
    Column("position", Integer),
    text("other", required=False),  # the second story of a split or a join
)
Index("digest_marks_story", marks.c.publication, marks.c.story)
_FIELDS = ("story", "action", "edition", "section", "date", "until", "position", "note", "by", "at", "other")


def add(database: Database, mark: Mark) -> None:
    """Remember a decision. Raises ``CommandError`` for a story nobody knows."""
    with database.writing():
        known = stories.by_ids(database, named := [id for id in (mark.story, mark.other) if id])
        for unknown in (id for id in named if id not in known):
            raise CommandError(f"No story has the id {unknown}. `digest stories list` shows the ids.")
        values = {name: getattr(mark, name) for name in _FIELDS}
        database.run(insert(marks).values(publication=database.publication, **values))


def release(
    database: Database, ids: Iterable[str], *, edition: str | None, at: datetime, by: str, note: str
) -> int:
    """Take back what was decided about stories: everything, or what was said for one edition alone.

    Returns how many decisions were taken back.
    """
    wanted = set(ids)
    with database.writing():
        freed = [m for m in current(database) if wanted & {m.story, m.other} and edition in (None, m.edition)]
        for story in sorted(wanted & {id for mark in freed for id in (mark.story, mark.other) if id}):
            add(database, Mark(story=story, action=RELEASE, edition=edition, note=note, by=by, at=at))
    return len(freed)


def undo(database: Database, mark: Mark, *, at: datetime, by: str) -> None:
    """Take one decision back, or one release: everything else stands as it stood, and what it had replaced stands
    again. Raises ``CommandError`` where it stands no more."""
    with database.writing():
        rows = history(database)
        before = _standing(rows[: rows.index(mark)]) if mark in rows else []
        now = _standing(rows)
        if mark.action == RELEASE:
            taken = {_subject(decision) for decision in now}
            again = [
                decision for decision in before if _frees(mark, decision) and _subject(decision) not in taken
            ]
            if not again:
                raise CommandError("There is nothing to take back any more: what was released stands again.")
        elif mark in now:
            release(database, [mark.story], edition=mark.edition, at=at, by=by, note="undo")
            gone = replace(mark, action=RELEASE)
            again = [decision for decision in before if _subject(decision) == _subject(mark)]
            again += [decision for decision in now if decision != mark and _frees(gone, decision)]
        else:
            raise CommandError(f"This {mark.action} stands no more: somebody took it back or decided anew.")
        for decision in again:
            add(database, replace(decision, at=at))


def current(database: Database) -> list[Mark]:
    """The decisions that stand, oldest first. The same decision made again replaces the earlier one.

    Said again in the very same words while it is the latest of its story, it changes nothing, so that no issue is
    built anew for it.
    """
    return _standing(history(database))


def _standing(marks: Iterable[Mark]) -> list[Mark]:
    standing: dict[tuple[object, ...], Mark] = {}
    latest: dict[str, Mark] = {}
    for mark in marks:
        if mark.action == RELEASE:
            standing = {key: m for key, m in standing.items() if not _frees(mark, m)}
        elif not _repeats(mark, latest.get(mark.story)):
            key = _subject(mark)
            standing.pop(key, None)
            standing[key] = mark
        else:
            continue
        latest[mark.story] = mark
    return list(standing.values())


def _subject(mark: Mark) -> tuple[object, ...]:
    """What a later decision must speak of to replace this one; a split replaces a join of the same two stories."""
    if mark.other:
        return tuple(sorted((mark.story, mark.other)))
    return (mark.story, mark.action, mark.edition, mark.section, mark.date)


def _repeats(mark: Mark, latest: Mark | None) -> bool:
    return latest is not None and replace(mark, at=latest.at) == latest


def _frees(release: Mark, mark: Mark) -> bool:
    return release.story in (mark.story, mark.other) and release.edition in (None, mark.edition)


def history(database: Database, story: str | None = None) -> list[Mark]:
    """Every decision ever made, releases too, in the order they were made; of one story, or of all."""
    query = select(*(marks.c[name] for name in _FIELDS)).order_by(marks.c.number)
    query = query.where(marks.c.publication == database.publication)
    if story is not None:
        query = query.where(or_(marks.c.story == story, marks.c.other == story))
    with database.reading():
        return [Mark(**dict(zip(_FIELDS, row, strict=True))) for row in database.rows(query)]
