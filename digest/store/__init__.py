"""What the house remembers: stories, the editors' desk, the ledger. SQLite or PostgreSQL, one interface.

::

    with open_store("sqlite:///var/digest.db", newsroom.publication) as store:
        store.upsert(stories, now)
        store.candidates(start, end)

Many publications may share one database: every row and lock belongs to one of them, and a store reads and writes the
rows of its own. A store creates and migrates itself. Whatever cannot be reached, read or written is an
:class:`~digest.errors.Unreachable` with a cure; the user's file is never deleted or replaced.
"""

from __future__ import annotations

from digest.model import Publication
from digest.store.database import connect
from digest.store.publications import join
from digest.store.store import Store
from digest.store.versions import prepare

__all__ = ["Store", "open_store"]


def open_store(url: str, publication: Publication, *, rehearse: bool = False) -> Store:
    """The store of a publication at a SQLAlchemy URL, created or migrated where needed; a context manager.

    With ``rehearse`` everything works as ever and nothing lasts: what is written is taken back when the
    store closes, and a database that does not exist yet is not made.

    Raises ``CommandError`` for a URL that names no store, or an id that another publication has there;
    ``Unreachable`` for a database that cannot be used.
    """
    database = connect(url, rehearse=rehearse)
    try:
        prepare(database)
        join(database, publication)
    except BaseException:
        database.close()
        raise
    return Store(database)
