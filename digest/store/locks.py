"""One builder at a time, across processes; a lock ends with its process, however that ends."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.errors import Unreachable
from digest.store.database import Database

_KEY = 7_163_094_110_382_415_872  # PostgreSQL's advisory lock among builders
_PAUSE = 0.05  # seconds between two tries


@contextmanager
def lock(database: Database, wait: float) -> Iterator[None]:
    """Hold the store's lock; wait up to ``wait`` seconds for it. Raises ``Unreachable`` when it stays taken."""
    if database.rehearsing or (database.is_sqlite and database.path is None):
        yield  # nobody else can see this store
    elif database.path is not None:
        with _file_lock(database.path.with_name(database.path.name + ".lock"), wait):
            yield
    else:
        with _server_lock(database, wait):
            yield


def _patiently(attempt: Callable[[], bool], wait: float) -> None:
    end = time.monotonic() + wait
    while not attempt():
        if time.monotonic() >= end:
            raise Unreachable(
                f"Another digest works on this store, and has not finished after {wait:g} seconds. "
                "Wait until it has, and run the command again."
            )
        time.sleep(_PAUSE)


@contextmanager
def _file_lock(path: Path, wait: float) -> Iterator[None]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise Unreachable(
            f"The lock {path} cannot be made ({error.strerror or error}). "
            "Give this user the right to write the folder of the store."
        ) from None
    try:
        _patiently(lambda: _try_file(handle), wait)
        yield
    finally:
        with contextlib.suppress(OSError):
            os.close(handle)


def _try_file(handle: int) -> bool:
    try:
        import fcntl
    except ImportError:
        return _try_file_on_windows(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise Unreachable(
            f"The folder of the store knows no locks ({error.strerror}). Keep it on a local disk."
        ) from None
    return True


def _try_file_on_windows(handle: int) -> bool:
    import importlib

    msvcrt = importlib.import_module("msvcrt")
    try:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True


@contextmanager
def _server_lock(database: Database, wait: float) -> Iterator[None]:
    """A session's advisory lock on a connection of its own: the server frees it when the process is gone."""
    from sqlalchemy import text

    from digest.store.connection import Alchemy

    assert isinstance(database, Alchemy)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        attempt = text("SELECT pg_try_advisory_lock(:key)")
        _patiently(lambda: bool(connection.execute(attempt, {"key": _KEY}).scalar()), wait)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _KEY})
