"""The tables, as they are at revision :data:`HEAD`.

Times are whole microseconds since 1970 in UTC, so that they order and index alike in every database.
Lists and mappings are JSON text; empty ones are the empty text. Names start with ``digest_``, so that
the tables can live in a database with others.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from digest.store.times import microseconds, moment

HEAD = "0002"
VERSION_TABLE = "digest_version"


class UtcTime(TypeDecorator[datetime]):
    """An aware time, stored as microseconds and read back in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else moment(value)


_NUMBER = BigInteger().with_variant(Integer, "sqlite")
METADATA = MetaData()


def _number() -> Column[int]:
    return Column("number", _NUMBER, primary_key=True, autoincrement=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _time(name: str, *, required: bool = False) -> Column[datetime]:
    return Column(name, UtcTime, nullable=not required)


stories = Table(
    "digest_stories",
    METADATA,
    _number(),
    Column("key", String(32), nullable=False),  # stands for the canonical URL, whatever its length
    Column("content", BigInteger, nullable=False),  # a hash: whether anything changed
    _text("id"),
    _text("url"),
    _text("title"),
    _text("summary"),
    _text("sections"),
    _text("source"),
    _text("author"),
    _time("published_at"),
    _time("updated_at"),
    _text("image"),
    _text("popularity"),
    _text("tags"),
    _text("flags"),
    Column("priority", Float, nullable=False),
    _time("embargo_until"),
    _time("expires_at"),
    _text("language"),
    _time("first_seen", required=True),
    _time("runs_from", required=True),  # Story.time
    _time("embargoed_from"),  # what that would be without its embargo; empty for others
    UniqueConstraint("key", name="digest_stories_key"),
    UniqueConstraint("id", name="digest_stories_id"),
)
Index("digest_stories_runs_from", stories.c.runs_from)
Index("digest_stories_embargoed_from", stories.c.embargoed_from)

marks = Table(
    "digest_marks",
    METADATA,
    _number(),
    _text("story"),
    _text("action"),  # pin | hold | kill | release
    Column("edition", Text),
    Column("section", Text),
    Column("date", Date),
    Column("until", Date),
    _text("note"),
    _text("by"),
    _time("at", required=True),
)
Index("digest_marks_story", marks.c.story)

sources = Table(
    "digest_sources",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    _text("etag"),
    _text("last_modified"),
)

issues = Table(
    "digest_issues",
    METADATA,
    _number(),
    _text("edition"),
    Column("date", Date, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    _time("window_start", required=True),
    _time("window_end", required=True),
    _time("first_built_at", required=True),
    _time("built_at", required=True),
    Column("expected_sends", BigInteger),
    UniqueConstraint("edition", "date", "revision", name="digest_issues_revision"),
)
Index("digest_issues_date", issues.c.date)
Index("digest_issues_sequence", issues.c.sequence)

manifests = Table(
    "digest_manifests",
    METADATA,
    Column("issue", ForeignKey("digest_issues.number"), primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),  # zlib
)

receipts = Table(
    "digest_receipts",
    METADATA,
    _number(),
    _text("edition"),
    Column("date", Date, nullable=False),
    _time("at", required=True),
    Column("delivered", BigInteger),
)
Index("digest_receipts_issue", receipts.c.edition, receipts.c.date)

ran_stories = Table(
    "digest_ran_stories",
    METADATA,
    _number(),
    Column("issue", ForeignKey("digest_issues.number"), nullable=False),
    _text("section"),
    Column("position", Integer, nullable=False),
    _text("also"),
    _text("story"),
    _text("url"),
    _text("title"),
    _text("summary"),
    _text("source"),
    _text("language"),
    _time("published_at"),
    _time("first_seen", required=True),
)
Index("digest_ran_stories_issue", ran_stories.c.issue)

ran_ads = Table(
    "digest_ran_ads",
    METADATA,
    _number(),
    Column("issue", ForeignKey("digest_issues.number"), nullable=False),
    Column("date", Date, nullable=False),
    _text("line_item"),
    _text("creative"),
    Column("advertiser", Text),
    _text("tier"),
    _text("slot"),
    Column("gap", Integer, nullable=False),
    Column("section", Text),
    _text("neighbours"),
)
Index("digest_ran_ads_issue", ran_ads.c.issue)
Index("digest_ran_ads_line_item", ran_ads.c.line_item, ran_ads.c.date)

version = Table(
    VERSION_TABLE,
    METADATA,
    Column("version_num", String(32), primary_key=True),
)
