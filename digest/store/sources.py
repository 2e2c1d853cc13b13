"""What servers said of their feeds, so that an unchanged feed is not read twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from hashlib import blake2b

from sqlalchemy import Column, Table, Text, and_, delete, exists, insert, select

from digest.model import Validators
from digest.store.database import Database
from digest.store.issues import issues
from digest.store.schema import METADATA, text

sources = Table(
    "digest_sources",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    text("etag"),
    text("last_modified"),
    text("cursor"),
    Column("publication", Text, primary_key=True),
)
_c = sources.c


def _key(url: str) -> str:
    """An address may hold a password or a token: the store need not know them to know it again."""
    return blake2b(url.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def validators(database: Database, name: str, url: str) -> Validators | None:
    """What was remembered of a source at this address."""
    this = and_(_c.publication == database.publication, _c.name == name, _c.url == _key(url))
    with database.reading():
        rows = database.rows(select(_c.etag, _c.last_modified, _c.cursor).where(this))
    return Validators(*rows[0]) if rows else None


def remember(database: Database, name: str, url: str, validators: Validators) -> None:
    """Keep what the server says now in the place of what it said before."""
    this = {"publication": database.publication, "name": name, "url": _key(url)}
    with database.writing():
        database.run(delete(sources).where(*(_c[key] == value for key, value in this.items())))
        values = {
            **this,
            "etag": validators.etag,
            "last_modified": validators.last_modified,
            "cursor": validators.cursor,
        }
        database.run(insert(sources).values(**values))


def others_reading(database: Database, addresses: Collection[tuple[str, str]]) -> list[str]:
    """The ids of other publications that have read all of these sources (name and address).

    Only those with issues, and none where this publication has issues itself.
    """
    wanted = {(name, _key(url)) for name, url in addresses}
    read: dict[str, set[tuple[str, str]]] = defaultdict(set)
    theirs = exists().where(issues.c.publication == _c.publication)
    ours = exists().where(issues.c.publication == database.publication)
    with database.reading():
        rows = database.rows(
            select(_c.publication, _c.name, _c.url)
            .where(_c.publication != database.publication, theirs, ~ours)
            .where(database.among(_c.url, sorted(url for _, url in wanted)))
        )
    for id, name, url in rows:
        read[id].add((name, url))
    return sorted(id for id, known in read.items() if known >= wanted)
