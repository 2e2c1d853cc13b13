"""A newsroom's own database as a source: one SELECT, read only, within bounds. Nothing of the store is touched."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from digest.errors import Unreachable

ROWS = 100_000
_READS = re.compile(
    r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*(?:select|with|values|table)\b", re.IGNORECASE | re.DOTALL
)
_READ_ONLY = {
    "sqlite": "PRAGMA query_only=ON",
    "postgresql": "SET default_transaction_read_only = on",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}
_SECONDS = 20.0


def rows(
    root: Path, name: str, url: str, query: str, values: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """The rows of ``query`` by column; a SQLite file is found from ``root``. Raises ``Unreachable``."""
    if not _READS.match(query):
        raise Unreachable(f"{name}: its query does not begin with SELECT; nothing but reading is done.")
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise Unreachable(
            f"{name}: its url is no SQLAlchemy address, such as mysql+pymysql://user@host/site."
        ) from None
    file = address.database or ""
    if address.get_backend_name() == "sqlite" and file and file != ":memory:":
        path = root / file
        if not path.is_file():
            raise Unreachable(f"{name}: there is no database {path}.")
        address = address.set(database=str(path))
    try:
        engine = create_engine(address, poolclass=NullPool)
    except (ImportError, NoSuchModuleError) as error:
        raise Unreachable(
            f"{name}: the driver of {address.drivername} is not installed here ({error}). Install it with pip."
        ) from None
    try:
        with engine.connect() as connection:
            _bounded(connection, address.get_backend_name())
            bound = {key: value for key, value in values.items() if f":{key}" in query}
            result = connection.execution_options(stream_results=True).execute(text(query), bound)
            for count, row in enumerate(result.mappings()):
                if count == ROWS:
                    raise Unreachable(f"{name}: its query finds more than {ROWS:,} rows. Use :since in it.")
                yield dict(row)
    except SQLAlchemyError as error:
        raise Unreachable(f"{name}: {_said(error, address.render_as_string(hide_password=True))}") from None
    finally:
        engine.dispose()


def _bounded(connection: Connection, kind: str) -> None:
    """Reading only, and no longer than a source may take."""
    raw: Any = connection.connection.driver_connection
    if kind == "sqlite":
        end = time.monotonic() + _SECONDS
        raw.set_progress_handler(lambda: time.monotonic() > end, 100_000)
    if kind == "postgresql":
        connection.execute(text(f"SET statement_timeout = {int(_SECONDS * 1000)}"))
    if kind in ("mysql", "mariadb"):
        with suppress(DBAPIError):  # MySQL's name of it, and MariaDB's
            connection.execute(text(f"SET SESSION max_execution_time = {int(_SECONDS * 1000)}"))
        with suppress(DBAPIError):
            connection.execute(text(f"SET SESSION max_statement_time = {_SECONDS}"))
    if kind in _READ_ONLY:
        connection.execute(text(_READ_ONLY[kind]))
    connection.commit()


def _said(error: SQLAlchemyError, shown: str) -> str:
    original = getattr(error, "orig", None)
    what = " ".join(str(original or type(error).__name__).split())[:300]
    return f"{shown} cannot be read ({what})."
