"""How the reading of sources went: each reading, what a source calls its stories, and what it told of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, Table, Text, delete, insert, select

from digest.model import Reading
from digest.model.urls import url_key
from digest.store.database import Database
from digest.store.schema import METADATA, number, publication, text, time
from digest.store.stories import stories

KEPT = 100  # readings of a source
_CHUNK = 1000

readings = Table(
    "digest_readings",
    METADATA,
    number(),
    text("source"),
    time("at", required=True),
    Column("items", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    time("newest"),
    time("whole_since"),
    text("remarks"),
    text("error"),
    publication(),
)
Index("digest_readings_source", readings.c.publication, readings.c.source)

items = Table(
    "digest_source_items",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("item", Text, primary_key=True),  # what the source calls the story
    text("story"),
    Column("publication", Text, primary_key=True),
)

notes = Table(
    "digest_story_notes",
    METADATA,
    Column("story", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # untimed | withdrawn
    text("why"),
    time("at", required=True),
    Column("publication", Text, primary_key=True),
)
_r, _i, _n, _s = readings.c, items.c, notes.c, stories.c
_FIELDS = ("source", "at", "items", "new", "updated", "unchanged", "rejected", "newest", "whole_since")


def remember(database: Database, reading: Reading) -> None:
    """Keep one more reading of a source, and the :data:`KEPT` before it."""
    values: dict[str, Any] = {name: getattr(reading, name) for name in (*_FIELDS, "error")}
    values["remarks"] = json.dumps(dict(reading.remarks), ensure_ascii=False) if reading.remarks else ""
    conditions = (_r.publication == database.publication, _r.source == reading.source)
    with database.writing():
        database.run(insert(readings).values(**values, publication=database.publication))
        numbers = database.rows(
            select(_r.number).where(*conditions).order_by(_r.number.desc()).offset(KEPT).limit(1)
        )
        if numbers:
            database.run(delete(readings).where(*conditions, _r.number <= numbers[0][0]))


def of_sources(database: Database) -> dict[str, list[Reading]]:
    """The readings that are kept, by source, oldest first."""
    columns = [_r[name] for name in (*_FIELDS, "error", "remarks")]
    statement = select(*columns).where(_r.publication == database.publication).order_by(_r.number)
    by_source: dict[str, list[Reading]] = {}
    with database.reading():
        for *values, remarks in database.rows(statement):
            fields = dict(zip((*_FIELDS, "error"), values, strict=True))
            reading = Reading(**fields, remarks=json.loads(remarks) if remarks else {})
            by_source.setdefault(reading.source, []).append(reading)
    return by_source


def remember_items(database: Database, source: str, addresses: Mapping[str, str]) -> None:
    """What a source calls the stories at these addresses: item -> address."""
    keys = {item: url_key(url) for item, url in addresses.items()}  # two items may have one address
    with database.writing():
        ids = _ids(database, set(keys.values()))
        rows = [
            {"source": source, "item": item, "story": ids[key], "publication": database.publication}
            for item, key in keys.items()
            if key in ids
        ]
        known = [row["item"] for row in rows]
        for start in range(0, len(known), _CHUNK):
            these = database.among(_i.item, known[start : start + _CHUNK])
            database.run(
                delete(items).where(_i.publication == database.publication, _i.source == source, these)
            )
        database.run(insert(items), rows)


def items_since(database: Database, source: str, since: datetime) -> dict[str, str]:
    """The stories that a source is known to have and that run from ``since`` on: item -> id of the story."""
    joined = (_i.publication == _s.publication) & (_i.story == _s.id)
    conditions = (_i.publication == database.publication, _i.source == source, _s.runs_from >= since)
    with database.reading():
        rows = database.rows(
            select(_i.item, _i.story).select_from(items.join(stories, joined)).where(*conditions)
        )
    return dict(sorted((str(item), str(story)) for item, story in rows))


def note(database: Database, kind: str, reasons: Mapping[str, str], at: datetime) -> None:
    """Remember why stories (id -> why) cannot run; ``kind`` is ``untimed`` or ``withdrawn``."""
    with database.writing():
        forget(database, kind, reasons)
        whose = {"kind": kind, "at": at, "publication": database.publication}
        database.run(
            insert(notes), [{"story": id, "why": reason, **whose} for id, reason in sorted(reasons.items())]
        )


def forget(database: Database, kind: str, ids: Iterable[str]) -> None:
    """These stories can run again."""
    wanted = list(ids)
    with database.writing():
        for start in range(0, len(wanted), _CHUNK):
            these = database.among(_n.story, wanted[start : start + _CHUNK])
            database.run(delete(notes).where(_n.publication == database.publication, _n.kind == kind, these))


def any_noted(database: Database, kind: str) -> bool:
    """Whether there is a story of which this was noted."""
    wanted = select(_n.story).where(_n.publication == database.publication, _n.kind == kind).limit(1)
    with database.reading():
        return bool(database.rows(wanted))


def noted(database: Database) -> dict[str, str]:
    """Why stories cannot run, by id: ``withdrawn: ...`` before ``untimed: ...``."""
    statement = select(_n.story, _n.kind, _n.why).where(_n.publication == database.publication)
    with database.reading():
        rows = sorted(map(tuple, database.rows(statement)))
    return {story: f"{kind}: {reason}" for story, kind, reason in rows}


def undated(database: Database, urls: Iterable[str]) -> dict[str, str]:
    """Of stories at these addresses those without a time: address's key -> id."""
    keys = [url_key(url) for url in urls]
    return _ids(database, keys, undated=True)


def ids_at(database: Database, urls: Iterable[str]) -> dict[str, str]:
    """The ids of stories by their address."""
    by_key = {url_key(url): url for url in urls}
    return {by_key[key]: id for key, id in _ids(database, by_key).items()}


def _ids(database: Database, keys: Iterable[str], *, undated: bool = False) -> dict[str, str]:
    wanted = list(keys)
    ids: dict[str, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        these = database.among(_s.key, wanted[start : start + _CHUNK])
        statement = select(_s.key, _s.id).where(_s.publication == database.publication, these)
        if undated:
            statement = statement.where(_s.published_at.is_(None))
        with database.reading():
            ids |= {str(row[0]): str(row[1]) for row in database.rows(statement)}
    return ids
