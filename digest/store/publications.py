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


def join(database: Database, publication: Publication) -> None:
    """Let a publication in, and read and write for it from now on.

    The first one to come takes over the rows that were written before rows had an owner.
    Raises ``CommandError`` where another publication has its id.
    """
    database.publication = publication.id
    with database.reading():
        known = names(database)
    if known.get(publication.id) != publication.name:
        with database.writing():
            _add(database, publication)


def names(database: Database) -> dict[str, str]:
    """The names of the publications by id."""
    with database.reading():
        rows = database.rows(select(_c.publication, _c.name).order_by(_c.publication))
        return {str(row[0]): str(row[1]) for row in rows}


def rename(database: Database, publication: Publication) -> None:
    """Let the id of a publication stand for its new name."""
    with database.writing():
        database.run(
            update(publications).where(_c.publication == publication.id).values(name=publication.name)
        )


def _add(database: Database, publication: Publication) -> None:
    known = names(database)  # another process may have been faster
    if known.get(publication.id, publication.name) != publication.name:
        raise CommandError(
            f'The store already holds a publication "{known[publication.id]}" under the id {publication.id}, '
            f'and this newsroom is "{publication.name}". If it is another newspaper, give it an id of its own in '
            f"digest.yaml: `publication: {{id: {publication.id}-2}}`. If it is the same under a new name, "
            "run: digest store rename"
        )
    if publication.id not in known:
        database.run(insert(publications).values(publication=publication.id, name=publication.name))
    if not known:
        for table in METADATA.sorted_tables:
            if "publication" in table.c:
                owner = table.c.publication
                database.run(update(table).where(owner == "").values(publication=publication.id))
