"""What the store asks of a database: named statements, and transactions around them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

Values = Mapping[str, Any]
Row = Sequence[Any]  # by place: rows by name cost as much as all the rest


class Database(ABC):
    """One open database. Writers take turns; what a reader sees in one ``reading`` does not move.

    ``path`` is the file of a SQLite database; ``None`` in memory and for servers. What is done while
    ``rehearsing`` is taken back at the end; the first write of a rehearsal, and no earlier read, makes others wait.
    """

    path: Path | None
    rehearsing: bool
    is_sqlite: bool

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A consistent view; nothing is written in it."""
        if self.in_transaction():
            yield
            return
        with self._transaction(writing=False):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, whole or not at all."""
        if self.rehearsing and not self.in_transaction():
            self._begin_rehearsal()
        with self._step() if self.in_transaction() else self._transaction(writing=True):
            yield

    @abstractmethod
    def rows(self, name: str, /, **values: Any) -> Sequence[Row]:
        """What a statement of :mod:`digest.store.statements` finds."""

    @abstractmethod
    def stream(self, name: str, /, **values: Any) -> Iterator[Row]:
        """The same one by one: a huge store costs no memory."""

    @abstractmethod
    def run(self, name: str, values: Sequence[Values]) -> int:
        """Run a statement for each of ``values``; how many rows it touched."""

    @abstractmethod
    def in_transaction(self) -> bool: ...

    @abstractmethod
    def close(self) -> None:
        """Take a rehearsal back, and let go of the database."""

    @abstractmethod
    def _transaction(self, *, writing: bool) -> AbstractContextManager[object]: ...

    @abstractmethod
    def _begin_rehearsal(self) -> None:
        """Open the transaction that :meth:`close` takes back."""

    @abstractmethod
    def _step(self) -> AbstractContextManager[object]:
        """A part of a transaction that is open, whole or not at all."""
