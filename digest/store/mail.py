"""Campaigns handed over, and what the mailers told of them. Rows are added; the newest receipt of an issue counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    func,
    insert,
    select,
)

from digest.model.mail import CampaignNote, Clicked, IssueReceipt, LinkClicks, Receipt
from digest.store.database import Database, Row
from digest.store.issues import of, this
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

campaigns = Table(
    "digest_campaigns",
    METADATA,
    number(),
    text("edition"),
    issue_dated(),
    text("mailer"),
    text(
        "event"
    ),  # intended | created | updated | scheduled | sending | cancelled | failed | delivered | sent
    time("at", required=True),
    text("name"),
    text("campaign"),
    Column("revision", Integer, nullable=False),
    text("content"),
    time("due"),
    publication(),
)
Index("digest_campaigns_issue", campaigns.c.publication, campaigns.c.edition, campaigns.c.date)
_NOTE = ("edition", "date", "mailer", "event", "at", "name", "campaign", "revision", "content", "due")

counts = Table(
    "digest_counts",
    METADATA,
    number(),
    text("edition"),
    issue_dated(),
    time("read_at", required=True),
    text("source"),
    Column("sent", BigInteger),
    Column("delivered", BigInteger),
    Column("opens", BigInteger),
    Column("clicks", BigInteger),
    Column("clicks_total", BigInteger),
    text("kind"),
    Column("complete", Boolean, nullable=False),
    time("sent_at"),
    text("notes"),
    publication(),
)
Index("digest_counts_issue", counts.c.publication, counts.c.edition, counts.c.date)

clicks = Table(
    "digest_clicks",
    METADATA,
    number(),
    Column("receipt", ForeignKey("digest_counts.number"), nullable=False),
    text("url"),
    text("what"),  # ad | story | other | shared | unknown
    Column("unique_clicks", BigInteger),
    Column("total_clicks", BigInteger),
    text("line_item"),
    text("creative"),
    text("slot"),
    text("story"),
    text("section"),
    Column("position", Integer, nullable=False),
    publication(),
)
Index("digest_clicks_receipt", clicks.c.receipt)
_CLICK = (
    "url",
    "what",
    "unique_clicks",
    "total_clicks",
    "line_item",
    "creative",
    "slot",
    "story",
    "section",
    "position",
)


def notes(database: Database, edition: str, day: date) -> list[CampaignNote]:
    """What is remembered of the campaign of an issue, oldest first."""
    c = campaigns.c
    query = select(*(c[name] for name in _NOTE)).where(this(database, campaigns, edition, day))
    with database.reading():
        rows = database.rows(query.order_by(c.number))
    return [CampaignNote(**dict(zip(_NOTE, row, strict=True))) for row in rows]


def add_note(database: Database, note: CampaignNote) -> None:
    """One more note, in a transaction of its own."""
    values = {name: getattr(note, name) for name in _NOTE}
    with database.writing():
        database.run(insert(campaigns).values(publication=database.publication, **values))


def handed_over(database: Database, since: date) -> list[tuple[str, date]]:
    """The issues dated ``since`` or later of which there is a campaign, by date."""
    c = campaigns.c
    query = select(c.edition, c.date).where(of(database, campaigns), c.date >= since, c.campaign != "")
    with database.reading():
        rows = database.rows(query.distinct().order_by(c.date, c.edition))
    return [(edition, day) for edition, day in rows]


def add_receipt(database: Database, issue: IssueReceipt) -> None:
    """What is known of an issue from now on; it takes the place of what was known before."""
    got = issue.receipt
    values = {
        "edition": issue.edition,
        "date": issue.date,
        "read_at": issue.read_at,
        "source": issue.source,
        "sent": got.sent,
        "delivered": got.delivered,
        "opens": got.opens,
        "clicks": got.clicks,
        "clicks_total": got.clicks_total,
        "kind": got.kind,
        "complete": got.complete,
        "sent_at": got.at,
        "notes": listed(got.notes),
        "publication": database.publication,
    }
    with database.writing():
        key = int(database.rows(insert(counts).values(**values).returning(counts.c.number))[0][0])
        rows = [
            _click_row(click) | {"receipt": key, "publication": database.publication}
            for click in issue.clicks
        ]
        if rows:
            database.run(insert(clicks), rows)


def _click_row(click: Clicked) -> dict[str, object]:
    renamed = {"unique_clicks": "unique", "total_clicks": "total"}
    return {name: getattr(click, renamed.get(name, name)) for name in _CLICK}


def receipts(
    database: Database, *, first: date | None = None, last: date | None = None, edition: str | None = None
) -> list[IssueReceipt]:
    """What is known of the issues dated ``first``..``last``, both inclusive, by date and edition."""
    c = counts.c
    newest = select(func.max(c.number)).where(of(database, counts)).group_by(c.edition, c.date)
    columns = (
        c.number, c.edition, c.date, c.read_at, c.source, c.sent, c.delivered, c.opens, c.clicks, c.clicks_total,
        c.kind, c.complete, c.sent_at, c.notes,
    )  # fmt: skip
    query = select(*columns).where(c.number.in_(newest)).order_by(c.date, c.edition)
    query = query.where(dated(c.date, first, last))
    if edition is not None:
        query = query.where(c.edition == edition)
    with database.reading():
        rows = database.rows(query)
        keys = query.with_only_columns(c.number).order_by(None)
        links = select(clicks.c.receipt, *(clicks.c[name] for name in _CLICK)).where(
            clicks.c.receipt.in_(keys)
        )
        clicked: dict[int, list[Row]] = {}
        for key, *rest in database.rows(links.order_by(clicks.c.number)):
            clicked.setdefault(key, []).append(rest)
    return [_receipt(row, clicked.get(row[0], [])) for row in rows]


def _receipt(row: Row, links: Iterable[Row]) -> IssueReceipt:
    (
        _, edition, day, read_at, source, sent, delivered, opens, readers, total, kind, complete, sent_at, remarks,
    ) = row  # fmt: skip
    names = ("url", "what", "unique", "total", *_CLICK[4:])
    clicked = tuple(
        Clicked(edition=edition, date=day, **dict(zip(names, link, strict=True))) for link in links
    )
    return IssueReceipt(
        edition=edition,
        date=day,
        read_at=read_at,
        source=source,
        receipt=Receipt(
            sent=sent,
            delivered=delivered,
            opens=opens,
            clicks=readers,
            clicks_total=total,
            links=tuple(
                LinkClicks(url=click.url, unique=click.unique, total=click.total) for click in clicked
            ),
            kind=kind,
            complete=complete,
            at=sent_at,
            notes=unlisted(remarks),
        ),
        clicks=clicked,
    )
