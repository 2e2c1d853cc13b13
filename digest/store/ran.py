"""Stories run and ads placed, by issue and revision; reads see the newest revisions only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, insert, select

from digest.model import RunAd, RunStory, Story
from digest.store.database import Database, Row
from digest.store.issues import delivered_copies, issues, newest, of
from digest.store.schema import (
    METADATA,
    dated,
    issue_dated,
    listed,
    number,
    publication,
    text,
    time,
    unlisted,
)

EXCERPT = 600  # characters of a summary that are kept to recognise another telling
_BETWEEN = "\x1f"  # between titles, which hold no control characters

ran_stories = Table(
    "digest_ran_stories",
    METADATA,
    number(),
    Column("issue", ForeignKey("digest_issues.number"), nullable=False),
    text("section"),
    Column("position", Integer, nullable=False),
    text("also"),
    text("story"),
    text("url"),
    text("title"),
    text("summary"),
    text("source"),
    text("language"),
    time("published_at"),
    time("first_seen", required=True),
    publication(),
)
Index("digest_ran_stories_issue", ran_stories.c.issue)

ran_ads = Table(
    "digest_ran_ads",
    METADATA,
    number(),
    Column("issue", ForeignKey("digest_issues.number"), nullable=False),
    issue_dated(),
    text("line_item"),
    text("creative"),
    text("advertiser", required=False),
    text("tier"),
    text("slot"),
    Column("gap", Integer, nullable=False),
    text("section", required=False),
    text("neighbours"),
    publication(),
    Column("readers", BigInteger),
)
Index("digest_ran_ads_issue", ran_ads.c.issue)
Index("digest_ran_ads_line_item", ran_ads.c.publication, ran_ads.c.line_item, ran_ads.c.date)

_STORY = (
    "section", "position", "also", "story", "url", "title", "summary", "source", "language", "published_at",
    "first_seen",
)  # fmt: skip
_AD = (
    "date",
    "line_item",
    "creative",
    "advertiser",
    "tier",
    "slot",
    "gap",
    "section",
    "neighbours",
    "readers",
)


def add(database: Database, issue: int, run: Sequence[RunStory], placed: Sequence[RunAd]) -> None:
    """Remember what ran in the issue of that number; inside a transaction."""
    whose = {"issue": issue, "publication": database.publication}
    database.run(insert(ran_stories), [_story_row(story) | whose for story in run])
    database.run(insert(ran_ads), [_ad_row(ad) | whose for ad in placed])


def stories(database: Database, first: date, last: date, edition: str | None) -> list[RunStory]:
    """The stories of the issues dated ``first``..``last``, both inclusive: by date, order of building, position.

    A story is what it was when it ran: id, url, title, the beginning of its summary, source, language, times.
    """
    query = (
        select(issues.c.edition, issues.c.date, *(ran_stories.c[name] for name in _STORY))
        .join(issues, issues.c.number == ran_stories.c.issue)
        .where(of(database, issues), dated(issues.c.date, first, last), newest())
        .order_by(issues.c.date, issues.c.sequence, ran_stories.c.position, ran_stories.c.number)
    )
    if edition is not None:
        query = query.where(issues.c.edition == edition)
    with database.reading():
        return [_story(row) for row in database.rows(query)]


def ads(
    database: Database, before: date | None, line_items: Iterable[str] | None, now: Mapping[str, str]
) -> list[RunAd]:
    """Ads of issues dated before ``before`` (all), of ``line_items`` (all): by date, order of building, gap.

    ``sends`` is what the mailer delivered, else what the edition expected when the issue was built.
    """
    if before == date.min:
        return []
    last = before - timedelta(days=1) if before else None
    about = (issues.c.edition, issues.c.sequence, issues.c.expected_sends, delivered_copies())
    query = (
        select(*about, *(ran_ads.c[name] for name in _AD))
        .join(issues, issues.c.number == ran_ads.c.issue)
        .where(of(database, ran_ads), dated(ran_ads.c.date, last=last), newest())
        .order_by(ran_ads.c.date, issues.c.sequence, ran_ads.c.gap, ran_ads.c.number)
    )
    if line_items is not None:
        wanted = set(line_items)
        wanted |= {old for old, new in now.items() if new in wanted}
        query = query.where(database.among(ran_ads.c.line_item, sorted(wanted)))
    with database.reading():
        return [_called(_ad(row), now) for row in database.rows(query)]


def ads_elsewhere(
    database: Database, before: date | None, shared: Mapping[str, tuple[str, ...]], now: Mapping[str, str]
) -> list[RunAd]:
    """The ads of bookings that other publications ``shared`` (by their ids and old ids), as :func:`ads` gives its own;
    the edition with its publication before it, ``bay-news/daily``."""
    theirs = {name for names in shared.values() for name in names} - {database.publication}
    if not theirs or before == date.min:
        return []
    last = before - timedelta(days=1) if before else None
    about = (
        issues.c.publication,
        issues.c.edition,
        issues.c.sequence,
        issues.c.expected_sends,
        delivered_copies(),
    )
    query = (
        select(*about, *(ran_ads.c[name] for name in _AD))
        .join(issues, issues.c.number == ran_ads.c.issue)
        .where(
            ran_ads.c.publication.in_(sorted(theirs)),
            database.among(ran_ads.c.line_item, sorted(shared)),
            dated(ran_ads.c.date, last=last),
            newest(),
        )
        .order_by(ran_ads.c.date, ran_ads.c.publication, issues.c.sequence, ran_ads.c.gap, ran_ads.c.number)
    )
    with database.reading():
        rows = [(str(row[0]), _ad(row[1:])) for row in database.rows(query)]
    return [
        _called(replace(ad, edition=f"{publication}/{ad.edition}"), now)
        for publication, ad in rows
        if publication in shared[ad.line_item]
    ]


def _called(ad: RunAd, now: Mapping[str, str]) -> RunAd:
    new = now.get(ad.line_item)
    return replace(ad, line_item=new, ran_as=ad.line_item) if new else ad


def _story_row(ran: RunStory) -> dict[str, object]:
    story = ran.story
    return {
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


def _story(row: Row) -> RunStory:
    (
        edition, day, section, position, also, id, url, title, summary, source, language, published_at, first_seen,
    ) = row  # fmt: skip
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


def _ad_row(ad: RunAd) -> dict[str, object]:
    return {name: getattr(ad, name) for name in _AD} | {"neighbours": _BETWEEN.join(ad.neighbours)}


def _ad(row: Row) -> RunAd:
    """By place, as stories are: a house ad may have run for ten years."""
    (
        edition, sequence, expected, delivered, day, line_item, creative, advertiser, tier, slot, gap, section,
        neighbours, readers,
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
        readers=readers,
    )
