"""Issues as they were built, and what the mailer said of them. Rows are added and superseded, never changed.

A new revision of an issue supersedes the earlier one with all its rows; reads see the newest only.
"""

from __future__ import annotations

import zlib
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Select,
    Table,
    Text,
    UniqueConstraint,
    and_,
    exists,
    func,
    insert,
    null,
    select,
)

from digest.errors import CommandError
from digest.model import BuiltIssue, Window
from digest.store.database import Database, Row
from digest.store.schema import METADATA, dated, issue_dated, number, publication, text, time

MOST = 10**15  # copies of an issue: more than there are mailboxes, and databases can count them
SENT, UNDONE = "sent", "undone"

issues = Table(
    "digest_issues",
    METADATA,
    number(),
    text("edition"),
    issue_dated(),
    Column("revision", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    time("window_start", required=True),
    time("window_end", required=True),
    time("first_built_at", required=True),
    time("built_at", required=True),
    Column("expected_sends", BigInteger),
    publication(),
    UniqueConstraint("publication", "edition", "date", "revision", name="digest_issues_revision"),
)
_c = issues.c
Index("digest_issues_date", _c.publication, _c.date)
Index("digest_issues_sequence", _c.publication, _c.sequence)

manifests = Table(
    "digest_manifests",
    METADATA,
    Column("issue", ForeignKey("digest_issues.number"), primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),  # zlib
    publication(),
)

files = Table(  # so that a sent issue can be written again
    "digest_files",
    METADATA,
    Column("issue", ForeignKey("digest_issues.number"), primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),  # zlib
    publication(),
)

receipts = Table(
    "digest_receipts",
    METADATA,
    number(),
    text("edition"),
    issue_dated(),
    time("at", required=True),
    Column("delivered", BigInteger),
    Column("revision", Integer),
    text("action"),  # sent | undone: takes back all that was said before
    text("by"),
    publication(),
)
Index("digest_receipts_issue", receipts.c.publication, receipts.c.edition, receipts.c.date)

# the columns of an issue that are kept as they are, in the order of reading
FIELDS = (
    "edition", "date", "revision", "sequence", "window_start", "window_end", "first_built_at", "built_at",
    "expected_sends",
)  # fmt: skip


def built(database: Database, edition: str, day: date, revision: int | None = None) -> BuiltIssue | None:
    """One issue with its manifest: the revision that was sent, else the newest; or the one asked for."""
    query = _issues(database, manifests.c.body, which(revision))
    query = query.outerjoin(manifests, manifests.c.issue == _c.number)
    with database.reading():
        rows = database.rows(query.where(_c.edition == edition, _c.date == day))
    return _issue(rows[0]) if rows else None


def previous(database: Database, edition: str, day: date) -> BuiltIssue | None:
    """The last issue of an edition before the one of ``day``; without its manifest."""
    earlier = _issues(database).where(_c.edition == edition, _c.date < day)
    with database.reading():
        rows = database.rows(earlier.order_by(_c.date.desc()).limit(1))
    return _issue(rows[0]) if rows else None


def every(database: Database, edition: str | None, day: date | None = None) -> list[BuiltIssue]:
    """The newest revisions by date, then by the order of building; without their manifests. Of a whole ``day``, or of
    all."""
    query = _issues(database).where(dated(_c.date, day, day)).order_by(_c.date, _c.sequence)
    with database.reading():
        rows = database.rows(query if edition is None else query.where(_c.edition == edition))
    return [_issue(row) for row in rows]


def files_of(database: Database, edition: str, day: date, revision: int | None = None) -> dict[str, bytes]:
    """The files of an issue as they were built; empty where they were not kept."""
    with database.reading():
        issue = built(database, edition, day, revision)
        if issue is None:
            return {}
        number = _c.number == files.c.issue
        query = select(files.c.name, files.c.body).join(issues, number).order_by(files.c.name)
        rows = database.rows(query.where(this(database, issues, edition, day), which(revision)))
    bodies = {name: zlib.decompress(body) for name, body in rows}
    return {**bodies, "manifest.json": issue.manifest.encode()} if bodies else {}


def mark_sent(
    database: Database,
    edition: str,
    day: date,
    at: datetime,
    delivered: int | None,
    revision: int | None = None,
    by: str = "",
) -> None:
    """The mailer's receipt. Later ones correct the count; the first says when it was sent and which revision.

    Raises ``CommandError`` for an issue or a revision that was never built, or a count that cannot be.
    """
    if delivered is not None and not 0 <= delivered <= MOST:
        raise CommandError(f"{delivered} copies cannot have been delivered. Give a number from 0 up.")
    with database.writing():
        issue = to_be_sent(database, edition, day, revision)
        _receive(database, issue, at, delivered, SENT, by)


def to_be_sent(database: Database, edition: str, day: date, revision: int | None) -> BuiltIssue:
    """The issue that a receipt may speak of. Raises ``CommandError`` where there is none."""
    issue = built(database, edition, day)
    if issue is None:
        raise CommandError(f"{edition} of {day} was never built. `digest issues` lists what was.")
    if revision in (None, issue.revision):
        return issue
    if issue.sent_at is not None:
        raise CommandError(f"{edition} of {day} was sent as revision {issue.revision}, not {revision}.")
    issue = built(database, edition, day, revision)
    if issue is None:
        raise CommandError(f"{edition} of {day} has no revision {revision}. `digest issues show` lists them.")
    return issue


def undo_sent(database: Database, edition: str, day: date, at: datetime, by: str = "") -> None:
    """Take back that an issue was sent. Raises ``CommandError`` where the edition's next issue is built already."""
    with database.writing():
        issue = to_be_sent(database, edition, day, None)
        if issue.sent_at is None:
            raise CommandError(f"{edition} of {day} is not marked as sent; there is nothing to take back.")
        later = select(func.min(_c.date)).where(of(database, issues), _c.edition == edition, _c.date > day)
        following = database.rows(later)[0][0]
        if following is not None:
            raise CommandError(
                f"{edition} of {day} stays sent: the issue of {following} was built after it, and on what it says."
            )
        _receive(database, issue, at, None, UNDONE, by)


def _receive(
    database: Database, issue: BuiltIssue, at: datetime, delivered: int | None, action: str, by: str
) -> None:
    about = {"edition": issue.edition, "date": issue.date, "revision": issue.revision}
    receipt = {"at": at, "delivered": delivered, "action": action, "by": by}
    database.run(insert(receipts).values(**about, **receipt, publication=database.publication))


def history(database: Database, edition: str, day: date) -> list[dict[str, Any]]:
    """What happened to an issue, oldest first: ``action`` (built | sent | undone), ``at``, ``revision``, and of a
    receipt ``delivered`` and ``by``."""
    r = receipts.c
    with database.reading():
        revisions = database.rows(
            select(_c.built_at, _c.revision).where(this(database, issues, edition, day)).order_by(_c.number)
        )
        received = database.rows(
            select(r.action, r.at, r.revision, r.delivered, r.by)
            .where(this(database, receipts, edition, day))
            .order_by(r.number)
        )
    names = ("action", "at", "revision", "delivered", "by")
    events: list[dict[str, Any]] = [
        *(dict(zip(names, ("built", *row, None, ""), strict=True)) for row in revisions),
        *(dict(zip(names, row, strict=True)) for row in received),
    ]
    return sorted(events, key=lambda event: event["at"])


def of(database: Database, table: Table) -> ColumnElement[bool]:
    return table.c.publication == database.publication


def this(database: Database, table: Table, edition: str, day: date) -> ColumnElement[bool]:
    return and_(of(database, table), table.c.edition == edition, table.c.date == day)


def same_issue(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether two rows are of one issue."""
    return and_(
        one.c.publication == other.c.publication, one.c.edition == other.c.edition, one.c.date == other.c.date
    )


def which(revision: int | None) -> ColumnElement[bool]:
    return newest() if revision is None else _c.revision == revision


def newest() -> ColumnElement[bool]:
    """Whether it is the revision that was sent or, while none was, the newest."""
    revisions = issues.alias("other")
    sent = _receipt(receipts.c.revision, receipts.c.number.asc(), receipts.c.revision.is_not(None))
    last = select(func.max(revisions.c.revision)).where(same_issue(revisions, issues)).correlate(issues)
    return _c.revision == func.coalesce(sent, last.scalar_subquery())


def _receipt(column: Column[Any], order: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Any:
    """A value of the first receipt of an issue that was not taken back, in an order of its receipts."""
    undone = receipts.alias("undone")
    later = exists().where(
        same_issue(undone, receipts), undone.c.action == UNDONE, undone.c.number >= receipts.c.number
    )
    query = select(column).where(same_issue(receipts, issues), ~later, *conditions).order_by(order).limit(1)
    return query.correlate(issues).scalar_subquery()


def _sent_at() -> Any:
    return _receipt(receipts.c.at, receipts.c.number.asc()).label("sent_at")


def delivered_copies() -> Any:
    counted = receipts.c.delivered.is_not(None)
    return _receipt(receipts.c.delivered, receipts.c.number.desc(), counted).label("delivered")


def _issues(database: Database, body: Any = None, chosen: ColumnElement[bool] | None = None) -> Select[Any]:
    kept = (_c[name] for name in FIELDS)
    columns = (*kept, _sent_at(), delivered_copies(), null() if body is None else body)
    return select(*columns).where(of(database, issues), newest() if chosen is None else chosen)


def _issue(row: Row) -> BuiltIssue:
    (
        edition, day, revision, sequence, start, end, first_built_at, built_at, expected_sends, sent_at, delivered,
        body,
    ) = row  # fmt: skip
    return BuiltIssue(
        edition=edition,
        date=day,
        revision=revision,
        sequence=sequence,
        window=Window(start, end),
        first_built_at=first_built_at,
        built_at=built_at,
        sent_at=sent_at,
        delivered=delivered,
        manifest=zlib.decompress(body).decode() if body else "",
        expected_sends=expected_sends,
    )
