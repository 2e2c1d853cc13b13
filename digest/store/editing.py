"""Editors' words: edits of stories, notes of issues, approvals. Rows are added, never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, Table, insert, select

from digest.errors import CommandError
from digest.model import Approval, IssueNote, StoryEdit
from digest.model.editing import standing
from digest.store import stories
from digest.store.database import Database
from digest.store.schema import METADATA, issue_dated, number, publication, text, time

edits = Table(
    "digest_edits",
    METADATA,
    number(),
    text("story"),
    text("title", required=False),
    text("summary", required=False),
    text("image", required=False),
    text("section", required=False),
    text("edition", required=False),
    issue_dated(required=False),
    Column("cleared", Boolean, nullable=False),
    text("note"),
    text("by"),
    time("at", required=True),
    publication(),
)
Index("digest_edits_story", edits.c.publication, edits.c.story)
_EDIT = (
    "story", "title", "summary", "image", "section", "edition", "date", "cleared", "note", "by", "at",
)  # fmt: skip

notes = Table(
    "digest_notes",
    METADATA,
    number(),
    text("edition"),
    issue_dated(),
    text("text"),
    text("subject"),
    text("preheader"),
    text("by"),
    time("at", required=True),
    publication(),
)
Index("digest_notes_issue", notes.c.publication, notes.c.edition, notes.c.date)
_NOTE = ("edition", "date", "text", "subject", "preheader", "by", "at")

approvals = Table(
    "digest_approvals",
    METADATA,
    number(),
    text("edition"),
    issue_dated(),
    Column("revision", Integer, nullable=False),
    text("manifest"),  # SHA-256
    text("note"),
    text("by"),
    time("at", required=True),
    publication(),
)
Index("digest_approvals_issue", approvals.c.publication, approvals.c.edition, approvals.c.date)
_APPROVAL = ("edition", "date", "revision", "manifest", "note", "by", "at")


def edit(database: Database, edit: StoryEdit) -> None:
    """Remember an editor's words. Raises ``CommandError`` for a story nobody knows."""
    with database.writing():
        if not stories.by_ids(database, [edit.story]):
            raise CommandError(f"No story has the id {edit.story}. `digest stories list` shows the ids.")
        _add(database, edits, _EDIT, edit)


def undo_edit(database: Database, story_edit: StoryEdit, *, at: datetime, by: str) -> None:
    """Take one edit back, or one clearing; every other edit stands as it stood. Raises ``CommandError``."""
    with database.writing():
        rows = edits_of(database, story_edit.story)
        scope = (story_edit.story, story_edit.edition, story_edit.date)
        before, now = (
            [row for row in standing(some) if (row.story, row.edition, row.date) == scope]
            for some in (rows[: rows.index(story_edit)] if story_edit in rows else (), rows)
        )
        if story_edit.cleared:
            again = [row for row in before if row not in now]
        elif story_edit in now:
            words = {"cleared": True, "note": "undo", "by": by, "at": at}
            edit(
                database,
                StoryEdit(story=story_edit.story, edition=story_edit.edition, date=story_edit.date, **words),  # type: ignore[arg-type]
            )
            again = [row for row in now if row != story_edit]
        else:
            raise CommandError("This edit stands no more: somebody took it back.")
        for row in again:
            edit(database, replace(row, at=at))


def edits_of(database: Database, story: str | None = None) -> list[StoryEdit]:
    """Every edit ever made, in the order they were made; of one story, or of all."""
    where = [] if story is None else [edits.c.story == story]
    return [StoryEdit(**row) for row in _rows(database, edits, _EDIT, where)]


def note(database: Database, note: IssueNote) -> None:
    """Remember what stands above an issue; an empty note takes back the one before."""
    with database.writing():
        _add(database, notes, _NOTE, note)


def notes_of(database: Database, edition: str, day: date) -> list[IssueNote]:
    """Every note of an issue, in the order they were written; the last one counts."""
    where = [notes.c.edition == edition, notes.c.date == day]
    return [IssueNote(**row) for row in _rows(database, notes, _NOTE, where)]


def undo_note(database: Database, issue_note: IssueNote, *, at: datetime, by: str) -> None:
    """What stood above the issue before stands again. Raises ``CommandError`` where it was written anew since."""
    with database.writing():
        rows = notes_of(database, issue_note.edition, issue_note.date)
        if not rows or rows[-1] != issue_note:
            raise CommandError("The note was written anew since; take that one back first.")
        before = (
            rows[-2] if len(rows) > 1 else IssueNote(edition=issue_note.edition, date=issue_note.date, at=at)
        )
        note(database, replace(before, by=by, at=at))


def approve(database: Database, approval: Approval) -> None:
    """Remember a yes, or, with no manifest in it, that it was withdrawn."""
    with database.writing():
        _add(database, approvals, _APPROVAL, approval)


def approvals_of(database: Database, edition: str | None = None, day: date | None = None) -> list[Approval]:
    """Every approval, or those of one issue, in the order they were given."""
    where = [] if edition is None else [approvals.c.edition == edition, approvals.c.date == day]
    return [Approval(**row) for row in _rows(database, approvals, _APPROVAL, where)]


def _add(database: Database, table: Table, names: tuple[str, ...], value: Any) -> None:
    values = {name: getattr(value, name) for name in names}
    database.run(insert(table).values(publication=database.publication, **values))


def _rows(database: Database, table: Table, names: tuple[str, ...], where: list[Any]) -> list[dict[str, Any]]:
    wanted = select(*(table.c[name] for name in names)).order_by(table.c.number)
    with database.reading():
        rows = database.rows(wanted.where(table.c.publication == database.publication, *where))
    return [dict(zip(names, row, strict=True)) for row in rows]
