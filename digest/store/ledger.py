"""Writing an issue into the ledger: it and what ran in it, in one transaction."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import func, insert, select

from digest.errors import AlreadySent, DigestError
from digest.model import BuiltIssue, RunAd, RunStory
from digest.store import issues, ran
from digest.store.database import Database

_c = issues.issues.c


def record(
    database: Database,
    issue: BuiltIssue,
    stories: Sequence[RunStory],
    ads: Sequence[RunAd],
    written: Mapping[str, bytes],
) -> BuiltIssue:
    """Remember a built issue with what ran in it, in one transaction; returns it as it stands in the ledger.

    ``sequence`` is given out here: it grows with each first build and stays for later revisions, and so does
    ``first_built_at``. To record the same revision with the same manifest again changes nothing. ``written`` are
    the issue's files by name.

    Raises ``AlreadySent``; ``DigestError`` for a revision that is not newer than the last.
    """
    with database.writing():
        last = issues.built(database, issue.edition, issue.date)
        if last is not None and last.revision == issue.revision and last.manifest == issue.manifest:
            return last
        row = _numbered(database, issue, last)
        key = _add(database, row)
        _add_files(database, key, written)
        ran.add(database, key, stories, ads)
    return row


def _numbered(database: Database, issue: BuiltIssue, last: BuiltIssue | None) -> BuiltIssue:
    if last is None:
        highest = select(func.max(_c.sequence)).where(_c.publication == database.publication)
        return replace(issue, sequence=(database.rows(highest)[0][0] or 0) + 1, first_built_at=issue.built_at)
    if last.sent_at is not None:
        raise AlreadySent(f"{issue.edition} of {issue.date} was sent; a sent issue is never rebuilt.")
    if issue.revision <= last.revision:
        raise DigestError(
            f"{issue.edition} of {issue.date} is recorded as revision {last.revision}; "
            f"revision {issue.revision} cannot follow it."
        )
    return replace(issue, sequence=last.sequence, first_built_at=last.first_built_at)


def _add(database: Database, issue: BuiltIssue) -> int:
    """The number the issue's row got."""
    whose = {"publication": database.publication}
    values = {name: getattr(issue, name) for name in issues.FIELDS if not name.startswith("window")}
    values |= {"window_start": issue.window.start, "window_end": issue.window.end}
    key = int(database.rows(insert(issues.issues).values(**values, **whose).returning(_c.number))[0][0])
    body = zlib.compress(issue.manifest.encode(), 6)
    database.run(insert(issues.manifests).values(issue=key, body=body, **whose))
    return key


def _add_files(database: Database, key: int, written: Mapping[str, bytes]) -> None:
    """All but the manifest, which is kept for every revision."""
    rows = [
        {"issue": key, "name": name, "body": zlib.compress(data, 1), "publication": database.publication}
        for name, data in written.items()
        if name != "manifest.json"
    ]
    database.run(insert(issues.files), rows)
