"""One builder of an edition at a time, across processes; a lock ends with its process, however that ends.

Beside a SQLite database a lock is a file that the system locks and frees. A server keeps a row with an end, which its
holder moves on while it lives: that works through poolers and over lost connections, and what a killed process held
is free when the end has passed.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import BigInteger, Column, Table, Text, and_, delete, func, literal_column, select, update

from digest.errors import DigestError, Unreachable
from digest.store.database import Database
from digest.store.schema import METADATA

LASTS = 15.0  # seconds a lease lasts that nobody moves on
_BEAT = 4.0  # seconds between two moves
_PAUSE = 0.1  # seconds between two tries
_NOW = literal_column(
    "(extract(epoch from clock_timestamp()) * 1000)::bigint", BigInteger
)  # the server's clock is everyone's
_UNTIL = _NOW + int(LASTS * 1000)

leases = Table(
    "digest_leases",
    METADATA,
    Column("publication", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", BigInteger, nullable=False),  # milliseconds since 1970
)
_c = leases.c


@contextmanager
def lock(database: Database, name: str, wait: float) -> Iterator[Callable[[], None]]:
    """Hold one lock of the publication; wait up to ``wait`` seconds for it.

    Yields what raises ``Unreachable`` where the lock was lost meanwhile. Raises ``Unreachable`` when it stays taken.
    """
    if database.rehearsing or (database.is_sqlite and database.path is None):
        yield lambda: None  # nobody else can see this store
    elif database.path is not None:
        with _file(database.path.with_name(_file_name(database, name)), name, wait):
            yield lambda: None
    else:
        with _lease(database, name, wait) as still:
            yield still


def _file_name(database: Database, name: str) -> str:
    assert database.path is not None
    return f"{database.path.name}.{database.publication}.{name}.lock"


def _patiently(attempt: Callable[[], bool], name: str, wait: float) -> None:
    end = time.monotonic() + wait
    while not attempt():
        if time.monotonic() >= end:
            raise Unreachable(
                f"Another digest works on {name} in this store, and has not finished after {wait:g} seconds. "
                "Wait until it has, and run the command again."
            )
        time.sleep(_PAUSE)


@contextmanager
def _file(path: Path, name: str, wait: float) -> Iterator[None]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise Unreachable(
            f"The lock {path} cannot be made ({error.strerror or error}). "
            "Give this user the right to write the folder of the store."
        ) from None
    try:
        _patiently(lambda: _try_file(handle), name, wait)
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
def _lease(database: Database, name: str, wait: float) -> Iterator[Callable[[], None]]:
    lease = _Lease(database, name)
    _patiently(lease.take, name, wait)
    try:
        with lease.kept_alive():
            yield lease.still_held
    finally:
        with suppress(DigestError):
            lease.give_back()


class _Lease:
    """A row of :data:`leases`. Each step is a short transaction on a connection of its own."""

    def __init__(self, database: Database, name: str) -> None:
        self.database = database
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{token_hex(8)}"
        self.key = {"publication": database.publication, "name": name}
        self.name = name
        self.mine = and_(
            *(_c[column] == value for column, value in self.key.items()), _c.holder == self.holder
        )

    def take(self) -> bool:
        from sqlalchemy.dialects.postgresql import insert

        row = insert(leases).values(**self.key, holder=self.holder, until=_UNTIL)
        free = row.on_conflict_do_update(
            index_elements=[_c.publication, _c.name],
            set_={"holder": self.holder, "until": _UNTIL},
            where=_c.until < _NOW,
        )
        with self.database.engine.begin() as connection:
            return connection.execute(free.returning(_c.holder)).first() is not None

    def still_held(self) -> None:
        """Asked inside the transaction that writes: a lease that ended meanwhile may have another holder."""
        rows = self.database.rows(select(func.count()).select_from(leases).where(self.mine))
        if not rows[0][0]:
            raise Unreachable(
                f"The lock on {self.name} was lost: the server of the store could not be reached for "
                f"{LASTS:g} seconds. Nothing was recorded; run the command again."
            )

    def give_back(self) -> None:
        self._run(delete(leases).where(self.mine))

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        done = threading.Event()
        thread = threading.Thread(target=self._beat, args=(done,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _beat(self, done: threading.Event) -> None:
        while not done.wait(_BEAT):
            with suppress(DigestError):  # tried again at the next beat; what writes asks `still_held`
                self._run(update(leases).where(self.mine).values(until=_UNTIL))

    def _run(self, statement: Any) -> None:
        with self.database.engine.begin() as connection:
            connection.execute(statement)


@contextmanager
def locks(database: Database, names: tuple[str, ...], wait: float) -> Iterator[list[Callable[[], None]]]:
    """Several locks, taken in one order by everyone, so that nobody waits in a circle."""
    with ExitStack() as stack:
        yield [stack.enter_context(lock(database, name, wait)) for name in sorted(set(names))]
