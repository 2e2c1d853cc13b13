"""What the house remembers: stories, the editors' desk, the ledger. SQLite or PostgreSQL, one interface.

::

    with open_store("sqlite:///var/digest.db") as store:
        store.upsert(stories, now)
        store.candidates(start, end)

A store creates and migrates itself. Whatever cannot be reached, read or written is an
:class:`~digest.errors.Unreachable` with a cure; the user's file is never deleted or replaced.
SQLAlchemy is imported where a store is made, migrated or kept by a server, alembic where it is older than this
version; a SQLite file that is up to date needs neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.store.database import Database
    from digest.store.store import Store

__all__ = ["Store", "open_store"]


def open_store(url: str, *, rehearse: bool = False) -> Store:
    """The store at a SQLAlchemy URL, created or migrated where needed; a context manager.

    With ``rehearse`` everything works as ever and nothing lasts: what is written is taken back when the
    store closes, and a database that does not exist yet is not made.

    Raises ``CommandError`` for a URL that names no store, ``Unreachable`` for one that cannot be used.
    """
    from digest.store.file import opened
    from digest.store.store import Store

    return Store(opened(url, rehearse=rehearse) or _prepared(url, rehearse))


def _prepared(url: str, rehearse: bool) -> Database:
    from digest.store.connection import connect
    from digest.store.versions import prepare

    database = connect(url, rehearse=rehearse)
    try:
        prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def __getattr__(name: str) -> Any:
    if name == "Store":
        from digest.store.store import Store

        return Store
    raise AttributeError(name)
