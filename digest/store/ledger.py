"""The ledger: issues built, stories run, ads placed. Rows are added and superseded, never changed.

A new revision of an issue supersedes the earlier one with all its rows; reads see the newest only.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from digest.errors import AlreadySent, CommandError, DigestError
from digest.model import BuiltIssue, RunAd, RunStory, Window
from digest.store.database import Database, Row
from digest.store.rows import ad_of, ad_row, run_of, run_row

MOST = 10**15  # copies of an issue: more than there are mailboxes, and databases can count them


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


def built(database: Database, edition: str, day: date) -> BuiltIssue | None:
    """The newest revision of one issue, with its manifest."""
    with database.reading():
        rows = database.rows("built", edition=edition, date=day)
    return _issue(rows[0]) if rows else None


def previous(database: Database, edition: str, day: date) -> BuiltIssue | None:
    """The last issue of an edition that is dated before ``day``; without its manifest."""
    with database.reading():
        rows = database.rows("previous", edition=edition, date=day)
    return _issue(rows[0]) if rows else None


def every(database: Database, edition: str | None) -> list[BuiltIssue]:
    """The newest revisions by date, then by the order of building; without their manifests."""
    with database.reading():
        rows = database.rows("issues" if edition is None else "issues_of_edition", edition=edition)
    return [_issue(row) for row in rows]


def record(
    database: Database, issue: BuiltIssue, stories: Sequence[RunStory], ads: Sequence[RunAd]
) -> BuiltIssue:
    """Remember a built issue with what ran in it, in one transaction; returns it as it stands in the ledger.

    ``sequence`` is given out here: it grows with each first build and stays for later revisions, and so does
    ``first_built_at``. To record the same revision with the same manifest again changes nothing.

    Raises ``AlreadySent``; ``DigestError`` for a revision that is not newer than the last.
    """
    with database.writing():
        last = built(database, issue.edition, issue.date)
        if last is not None and last.revision == issue.revision and last.manifest == issue.manifest:
            return last
        row = _numbered(database, issue, last)
        number = _add(database, row)
        database.run("add_ran_story", [run_row(number, ran) for ran in stories])
        database.run("add_ran_ad", [ad_row(number, ad) for ad in ads])
    return row


def _numbered(database: Database, issue: BuiltIssue, last: BuiltIssue | None) -> BuiltIssue:
    if last is None:
        ((highest,),) = database.rows("highest_sequence")
        return replace(issue, sequence=(highest or 0) + 1, first_built_at=issue.built_at)
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
    ((number,),) = database.rows(
        "add_issue",
        edition=issue.edition,
        date=issue.date,
        revision=issue.revision,
        sequence=issue.sequence,
        window_start=issue.window.start,
        window_end=issue.window.end,
        first_built_at=issue.first_built_at,
        built_at=issue.built_at,
        expected_sends=issue.expected_sends,
    )
    database.run("add_manifest", [{"issue": number, "body": zlib.compress(issue.manifest.encode(), 6)}])
    return int(number)


def ran(database: Database, first: date, last: date, edition: str | None) -> list[RunStory]:
    """The stories of the issues dated ``first``..``last``, both inclusive: by date, order of building, position.

    A story is what it was when it ran: id, url, title, the beginning of its summary, source, language, times.
    """
    with database.reading():
        name = "ran_stories" if edition is None else "ran_stories_of_edition"
        rows = database.rows(name, first=first, last=last, edition=edition)
    return [run_of(row) for row in rows]


def ads(database: Database, before: date | None, line_items: Iterable[str] | None) -> list[RunAd]:
    """Ads of issues dated before ``before`` (all), of ``line_items`` (all): by date, order of building, gap.

    ``sends`` is what the mailer delivered, else what the edition expected when the issue was built.
    """
    if before == date.min:
        return []
    last = before - timedelta(days=1) if before else date.max
    with database.reading():
        if line_items is None:
            rows = database.rows("ran_ads", last=last)
        else:
            rows = database.rows("ran_ads_of_items", last=last, line_items=sorted(set(line_items)))
    return [ad_of(row) for row in rows]


def mark_sent(database: Database, edition: str, day: date, at: datetime, delivered: int | None) -> None:
    """The mailer's receipt. Later ones correct the count; the first says when it was sent.

    Raises ``CommandError`` for an issue that was never built, or a count that cannot be.
    """
    if delivered is not None and not 0 <= delivered <= MOST:
        raise CommandError(f"{delivered} copies cannot have been delivered. Give a number from 0 up.")
    with database.writing():
        if built(database, edition, day) is None:
            raise CommandError(f"{edition} of {day} was never built. `digest issues` lists what was.")
        database.run("add_receipt", [{"edition": edition, "date": day, "at": at, "delivered": delivered}])
