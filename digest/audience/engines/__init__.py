"""Engines run tasks: here in processes of this machine (``local``) or on a dask cluster (``dask``).

A task is a function of this package, by its module and name, and an argument; it is pure, so it may run twice. What
all tasks share travels once, as bytes.
"""

from __future__ import annotations

import copyreg
import io
import marshal
import pickle
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module
from types import CodeType, MappingProxyType
from typing import Any, Protocol

Progress = Callable[[int, int], None]


class Engine(Protocol):
    """What runs the tasks of one build."""

    def run(
        self, function: str, shared: bytes, tasks: Sequence[Any], progress: Progress
    ) -> Iterator[tuple[int, Any]]:
        """Each task's number and result, as they come. ``function`` is ``package.module:name``; it gets what
        ``unpacked(shared)`` gives and the task. Raises the ``DigestError`` that a task raised."""

    def close(self) -> None: ...


class _Pickler(pickle.Pickler):
    dispatch_table = copyreg.dispatch_table.copy()
    dispatch_table[MappingProxyType] = lambda table: (_table, (dict(table),))
    dispatch_table[CodeType] = lambda code: (marshal.loads, (marshal.dumps(code),))


def _table(rows: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(rows)


def packed(value: Any) -> bytes:
    """A value of ours as bytes for other processes of the same program."""
    file = io.BytesIO()
    _Pickler(file, protocol=5).dump(value)
    return file.getvalue()


def unpacked(data: bytes) -> Any:
    return pickle.loads(data)


@cache
def function_of(name: str) -> Callable[[Any, Any], Any]:
    module, _, called = name.partition(":")
    found: Callable[[Any, Any], Any] = getattr(import_module(module), called)
    return found


def opened(name: str, scheduler: str | None) -> Engine:
    """The engine of that name. Raises ``Unreachable`` for a scheduler that is not there."""
    if name == "dask":
        from digest.audience.engines.dask import Dask

        return Dask(scheduler)
    from digest.audience.engines.local import Local

    return Local()
