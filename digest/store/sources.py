"""What servers said of their feeds, so that an unchanged feed is not read twice."""

from __future__ import annotations

from digest.model import Validators
from digest.store.database import Database


def validators(database: Database, name: str, url: str) -> Validators | None:
    """What was remembered of a source at this address."""
    with database.reading():
        rows = database.rows("validators", this_name=name, this_url=url)
    return Validators(*rows[0]) if rows else None


def remember(database: Database, name: str, url: str, said: Validators) -> None:
    """Keep what the server says now in the place of what it said before."""
    values = {"etag": said.etag, "last_modified": said.last_modified}
    with database.writing():
        if not database.run("change_validators", [values | {"this_name": name, "this_url": url}]):
            database.run("add_validators", [values | {"name": name, "url": url}])
