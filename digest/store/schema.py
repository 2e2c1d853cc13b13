"""What the tables are made of. Each module of this package declares the tables it keeps; this one their words.

A new module: declare its tables here-wise (``Table(..., METADATA, number(), ..., publication())``), import it in
:mod:`digest.store.store`, and add the next file of ``migrations/versions``. Every table but the version's says whose
its rows are. Times are whole microseconds since 1970 in UTC, so that they order and index alike in every database.
Lists and mappings are JSON text; empty ones are the empty text. Names start with ``digest_``, so that the tables can
live in a database with others.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, MetaData, String, Table, Text, and_, true
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from digest.model.issue_date import day_of, number_of, numbered

MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = tuple(sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")))
HEAD = REVISIONS[-1]  # what a store is brought up to
VERSION_TABLE = "digest_version"
METADATA = MetaData()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class UtcTime(TypeDecorator[datetime]):
    """An aware time, stored as microseconds and read back in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class _TextCalledDate(UserDefinedType[str]):
    """What SQLite keeps in a column declared as DATE: the text it is given."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "DATE"


class IssueDateColumn(TypeDecorator[date]):
    """The date that names an issue, as text that sorts as issues do: ``2026-01-23``, ``2026-01-23.0002``.

    A day compares as its first issue; whole days are asked for by :func:`dated`.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _TextCalledDate() if dialect.name == "sqlite" else Text(collation="C")

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        number = number_of(value)
        return day_of(value).isoformat() + (f".{number:04d}" if number > 1 else "")

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        if value is None:
            return None
        day, _, number = value.partition(".")
        return numbered(date.fromisoformat(day), int(number or 1))


def dated(column: Column[date], first: date | None = None, last: date | None = None) -> ColumnElement[bool]:
    """Whether an issue is dated ``first``..``last``: whole days, both included; ``None`` is open."""
    bounds: list[ColumnElement[bool]] = []
    if first is not None:
        bounds.append(column >= day_of(first))
    if last is not None and last < date.max:
        bounds.append(column < day_of(last) + timedelta(days=1))
    return and_(true(), *bounds)


def microseconds(at: datetime) -> int:
    """Microseconds from 1970 to an aware time."""
    span = at - _EPOCH
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def number() -> Column[int]:
    """The key of rows that the database counts."""
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column("number", kind, primary_key=True, autoincrement=True)


def text(name: str, *, required: bool = True) -> Column[str]:
    return Column(name, Text, nullable=not required)


def time(name: str, *, required: bool = False) -> Column[datetime]:
    return Column(name, UtcTime, nullable=not required)


def issue_dated(name: str = "date", *, required: bool = True) -> Column[date]:
    """The date of an issue, the number of a later special with it."""
    return Column(name, IssueDateColumn, nullable=not required)


def publication() -> Column[str]:
    """Whose row it is: :attr:`digest.model.Publication.id`. The last column of a table."""
    return Column("publication", Text, nullable=False)


@lru_cache(1024)  # a house has few sections, and every story names one
def listed(values: tuple[str, ...]) -> str:
    """A tuple of texts as one text."""
    return _encode(values) if values else ""


@lru_cache(1024)
def unlisted(text: str) -> tuple[str, ...]:
    """The inverse of :func:`listed`."""
    return tuple(json.loads(text)) if text else ()


version = Table(VERSION_TABLE, METADATA, Column("version_num", String(32), primary_key=True))
