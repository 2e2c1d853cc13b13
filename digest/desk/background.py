"""What takes longer than a page may wait: worked out beside the pages, once, and kept by what it was made from."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
_KEPT = 8  # results


@dataclass(slots=True)
class Task(Generic[T]):
    """One piece of work; once ``done`` is set, ``value`` or ``error`` is there."""

    done: Event = field(default_factory=Event)
    value: T | None = None
    error: Exception | None = None

    def result(self) -> T:
        """Wait for it. Raises what the work raised."""
        self.done.wait()
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]


class Background:
    """One piece of work at a time, in a thread that ends with the program. Safe to be asked by several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._turn = Lock()
        self._known: dict[Hashable, Task[object]] = {}

    def ask(self, key: Hashable, make: Callable[[], T]) -> Task[T]:
        """The work called ``key``: begun by the first who asks, and begun again where it failed."""
        with self._lock:
            work = self._known.pop(key, None)
            if work is None or (work.done.is_set() and work.error):
                work = Task()
                Thread(target=self._do, args=(work, make), daemon=True).start()
            self._known[key] = work
            for old in list(self._known)[:-_KEPT]:
                del self._known[old]
            return work  # type: ignore[return-value]

    def _do(self, work: Task[object], make: Callable[[], object]) -> None:
        with self._turn:
            try:
                work.value = make()
            except Exception as error:  # told where the result is asked for
                work.error = error
            finally:
                work.done.set()
