"""Whose rows a store holds: the publications that share it, by id and name."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text, insert, select, update

from digest.errors import CommandError
from digest.model import Publication
from digest.store.database import Database
from digest.store.schema import METADATA, text

publications = Table(
    "digest_publications",
    METADATA,
    Column("publication", Text, primary_key=True),
    text("name"),
)
_c = publications.c


def join(database: Database, one: Publication) -> None:
    """Let a publication in, and read and write for it from now on.

    The first one to come takes over the rows that were written before rows had an owner.
    Raises ``CommandError`` where another publication has its id.
    """
    database.publication = one.id
    with database.reading():
        known = names(database)
    if known.get(one.id) != one.name:
        with database.writing():
            _add(database, one)


def names(database: Database) -> dict[str, str]:
    """The names of the publications by id."""
    with database.reading():
        rows = database.rows(select(_c.publication, _c.name).order_by(_c.publication))
        return {str(row[0]): str(row[1]) for row in rows}


def rename(database: Database, one: Publication) -> None:
    """Let the id of a publication stand for its new name."""
    with database.writing():
        database.run(update(publications).where(_c.publication == one.id).values(name=one.name))


def _add(database: Database, one: Publication) -> None:
    known = names(database)  # another process may have been faster
    if known.get(one.id, one.name) != one.name:
        raise CommandError(
            f'The store already holds a publication "{known[one.id]}" under the id {one.id}, and this newsroom is '
            f'"{one.name}". If it is another newspaper, give it an id of its own in digest.yaml: '
            f"`publication: {{id: {one.id}-2}}`. If it is the same under a new name, run: digest store rename"
        )
    if one.id not in known:
        database.run(insert(publications).values(publication=one.id, name=one.name))
    if not known:
        for table in METADATA.sorted_tables:
            if "publication" in table.c:
                owner = table.c.publication
                database.run(update(table).where(owner == "").values(publication=one.id))
