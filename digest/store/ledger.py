"""The ledger: issues built, stories run, ads placed. Rows are added and superseded, never changed.

A new revision of an issue supersedes the earlier one with all its rows; reads see the newest only.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, insert, literal, select
from sqlalchemy.engine import Connection

from digest.errors import AlreadySent, CommandError, DigestError
from digest.model import BuiltIssue, RunAd, RunStory, Story, Window
from digest.store.connection import Database
from digest.store.rows import listed, unlisted
from digest.store.schema import issues, manifests, ran_ads, ran_stories, receipts

EXCERPT = 600  # characters of a summary that are kept to recognise another telling
_RUN_COLUMNS = (
    issues.c.edition,
    issues.c.date,
    *(
        ran_stories.c[name]
        for name in (
            "section", "position", "also", "story", "url", "title", "summary", "source", "language",
            "published_at", "first_seen",
        )
    ),
)  # fmt: skip
_BETWEEN = "\x1f"  # between titles, which hold no control characters
_AD_FIELDS = ("line_item", "creative", "advertiser", "tier", "slot", "gap", "section")
_AD_COLUMNS = (
    issues.c.edition,
    issues.c.sequence,
    issues.c.expected_sends,
    ran_ads.c.date,
    *(ran_ads.c[name] for name in _AD_FIELDS),
    ran_ads.c.neighbours,
)


def _newest() -> Any:
    """Whether no later revision of an issue is there."""
    later = issues.alias("later")
    return ~exists().where(
        later.c.edition == issues.c.edition,
        later.c.date == issues.c.date,
        later.c.revision > issues.c.revision,
    )


def _sent_at() -> Any:
    same = and_(receipts.c.edition == issues.c.edition, receipts.c.date == issues.c.date)
    return (
        select(receipts.c.at)
        .where(same)
        .order_by(receipts.c.number)
        .limit(1)
        .correlate(issues)
        .scalar_subquery()
    )


def _delivered() -> Any:
    same = and_(receipts.c.edition == issues.c.edition, receipts.c.date == issues.c.date)
    return (
        select(receipts.c.delivered)
        .where(same, receipts.c.delivered.is_not(None))
        .order_by(receipts.c.number.desc())
        .limit(1)
        .correlate(issues)
        .scalar_subquery()
    )


def _query(*, manifest: bool = False) -> Select[Any]:
    body = manifests.c.body if manifest else literal(None).label("body")
    query = select(issues, _sent_at().label("sent_at"), _delivered().label("delivered"), body).where(
        _newest()
    )
    return query.outerjoin(manifests, manifests.c.issue == issues.c.number) if manifest else query


def _issue(row: Any) -> BuiltIssue:
    return BuiltIssue(
        edition=row.edition,
        date=row.date,
        revision=row.revision,
        sequence=row.sequence,
        window=Window(row.window_start, row.window_end),
        first_built_at=row.first_built_at,
        built_at=row.built_at,
        sent_at=row.sent_at,
        delivered=row.delivered,
        manifest=zlib.decompress(row.body).decode() if row.body else "",
        expected_sends=row.expected_sends,
    )


def built(database: Database, edition: str, day: date) -> BuiltIssue | None:
    """The newest revision of one issue, with its manifest."""
    query = _query(manifest=True).where(issues.c.edition == edition, issues.c.date == day)
    with database.reading() as connection:
        row = connection.execute(query).first()
    return _issue(row) if row else None


def previous(database: Database, edition: str, day: date) -> BuiltIssue | None:
    """The last issue of an edition that is dated before ``day``; without its manifest."""
    before = issues.c.edition == edition, issues.c.date < day
    query = _query().where(*before).order_by(issues.c.date.desc()).limit(1)
    with database.reading() as connection:
        row = connection.execute(query).first()
    return _issue(row) if row else None


def every(database: Database, edition: str | None) -> list[BuiltIssue]:
    """The newest revisions by date, then by the order of building; without their manifests."""
    query = _query().order_by(issues.c.date, issues.c.sequence)
    if edition is not None:
        query = query.where(issues.c.edition == edition)
    with database.reading() as connection:
        return [_issue(row) for row in connection.execute(query)]


def record(
    database: Database, issue: BuiltIssue, stories: Sequence[RunStory], ads: Sequence[RunAd]
) -> BuiltIssue:
    """Remember a built issue with what ran in it, in one transaction; returns it as it stands in the ledger.

    ``sequence`` is given out here: it grows with each first build and stays for later revisions, and so does
    ``first_built_at``. To record the same revision with the same manifest again changes nothing.

    Raises ``AlreadySent``; ``DigestError`` for a revision that is not newer than the last.
    """
    with database.writing() as connection:
        last = built(database, issue.edition, issue.date)
        if last is not None and last.revision == issue.revision and last.manifest == issue.manifest:
            return last
        row = _numbered(connection, issue, last)
        number = _insert_issue(connection, row)
        _insert_ran(connection, number, stories, ads)
    return row


def _numbered(connection: Connection, issue: BuiltIssue, last: BuiltIssue | None) -> BuiltIssue:
    if last is None:
        highest = connection.execute(select(func.max(issues.c.sequence))).scalar() or 0
        return replace(issue, sequence=highest + 1, first_built_at=issue.built_at)
    if last.sent_at is not None:
        raise AlreadySent(f"{issue.edition} of {issue.date} was sent; a sent issue is never rebuilt.")
    if issue.revision <= last.revision:
        raise DigestError(
            f"{issue.edition} of {issue.date} is recorded as revision {last.revision}; "
            f"revision {issue.revision} cannot follow it."
        )
    return replace(issue, sequence=last.sequence, first_built_at=last.first_built_at)


def _insert_issue(connection: Connection, issue: BuiltIssue) -> int:
    values = {
        name: getattr(issue, name)
        for name in (
            "edition",
            "date",
            "revision",
            "sequence",
            "first_built_at",
            "built_at",
            "expected_sends",
        )
    }
    values |= {"window_start": issue.window.start, "window_end": issue.window.end}
    number: int = connection.execute(insert(issues).values(values).returning(issues.c.number)).scalar_one()
    body = zlib.compress(issue.manifest.encode(), 6)
    connection.execute(insert(manifests), [{"issue": number, "body": body}])
    return number


def _insert_ran(
    connection: Connection, number: int, stories: Sequence[RunStory], ads: Sequence[RunAd]
) -> None:
    if stories:
        connection.execute(insert(ran_stories), [_story_row(number, ran) for ran in stories])
    if ads:
        connection.execute(insert(ran_ads), [_ad_row(number, ad) for ad in ads])


def _story_row(number: int, ran: RunStory) -> dict[str, Any]:
    story = ran.story
    return {
        "issue": number,
        "section": ran.section,
        "position": ran.position,
        "also": listed(ran.also),
        "story": story.id,
        "url": story.url,
        "title": story.title,
        "summary": story.summary[:EXCERPT],
        "source": story.source,
        "language": story.language,
        "published_at": story.published_at,
        "first_seen": story.first_seen,
    }


def _ad_row(number: int, ad: RunAd) -> dict[str, Any]:
    row = {name: getattr(ad, name) for name in _AD_FIELDS}
    return row | {"issue": number, "date": ad.date, "neighbours": _BETWEEN.join(ad.neighbours)}


def ran(database: Database, first: date, last: date, edition: str | None) -> list[RunStory]:
    """The stories of the issues dated ``first``..``last``, both inclusive: by date, order of building, position.

    A story is what it was when it ran: id, url, title, the beginning of its summary, source, language, times.
    """
    query = (
        select(*_RUN_COLUMNS)
        .join(issues, issues.c.number == ran_stories.c.issue)
        .where(issues.c.date >= first, issues.c.date <= last, _newest())
        .order_by(issues.c.date, issues.c.sequence, ran_stories.c.position, ran_stories.c.number)
    )
    if edition is not None:
        query = query.where(issues.c.edition == edition)
    with database.reading() as connection:
        return [_run_story(row) for row in connection.execute(query)]


def _run_story(row: Sequence[Any]) -> RunStory:
    (
        edition,
        day,
        section,
        position,
        also,
        id,
        url,
        title,
        summary,
        source,
        language,
        published_at,
        first_seen,
    ) = row
    story = Story(
        id=id,
        url=url,
        title=title,
        summary=summary,
        source=source,
        language=language,
        published_at=published_at,
        first_seen=first_seen,
    )
    return RunStory(
        edition=edition, date=day, story=story, section=section, position=position, also=unlisted(also)
    )


def ads(database: Database, before: date | None, line_items: Iterable[str] | None) -> list[RunAd]:
    """Ads of issues dated before ``before`` (all), of ``line_items`` (all): by date, order of building, gap.

    ``sends`` is what the mailer delivered, else what the edition expected when the issue was built.
    """
    query = (
        select(*_AD_COLUMNS, _delivered())
        .join(issues, issues.c.number == ran_ads.c.issue)
        .where(_newest())
        .order_by(ran_ads.c.date, issues.c.sequence, ran_ads.c.gap, ran_ads.c.number)
    )
    if before is not None:
        query = query.where(ran_ads.c.date < before)
    if line_items is not None:
        query = query.where(ran_ads.c.line_item.in_(sorted(set(line_items))))
    with database.reading() as connection:
        return [_run_ad(row) for row in connection.execute(query)]


def _run_ad(row: Sequence[Any]) -> RunAd:
    """By place, as stories are: a house ad may have run for ten years."""
    (
        edition, sequence, expected, day, line_item, creative, advertiser, tier, slot, gap, section,
        neighbours, delivered,
    ) = row  # fmt: skip
    return RunAd(
        edition=edition,
        date=day,
        line_item=line_item,
        creative=creative,
        advertiser=advertiser,
        tier=tier,
        slot=slot,
        gap=gap,
        section=section,
        sends=expected if delivered is None else delivered,
        delivered=delivered is not None,
        neighbours=tuple(neighbours.split(_BETWEEN)) if neighbours else (),
        sequence=sequence,
    )


def mark_sent(database: Database, edition: str, day: date, at: datetime, delivered: int | None) -> None:
    """The mailer's receipt. Later ones correct the count; the first says when it was sent.

    Raises ``CommandError`` for an issue that was never built, or a count below zero.
    """
    if delivered is not None and delivered < 0:
        raise CommandError(f"{delivered} copies cannot have been delivered. Give a number from 0 up.")
    with database.writing() as connection:
        if built(database, edition, day) is None:
            raise CommandError(f"{edition} of {day} was never built. `digest issues` lists what was.")
        row = {"edition": edition, "date": day, "at": at, "delivered": delivered}
        connection.execute(insert(receipts), [row])
