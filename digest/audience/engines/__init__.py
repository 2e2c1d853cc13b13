"""Engines run tasks: here in processes of this machine (``local``) or on a dask cluster (``dask``).

A task is a function of this package, by its module and name, and an argument; it is pure, so it may run twice. What
all tasks share travels once, as bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from digest.audience.tasks import Progress


class Engine(Protocol):
    """What runs the tasks of one build."""

    def run(
        self, function: str, shared: bytes, tasks: Sequence[Any], progress: Progress
    ) -> Iterator[tuple[int, Any]]:
        """Each task's number and result, as they come. ``function`` is ``package.module:name``; it gets what
        ``unpacked(shared)`` gives and the task. Raises the ``DigestError`` that a task raised."""

    def close(self) -> None: ...


def opened(name: str, scheduler: str | None) -> Engine:
    """The engine of that name. Raises ``Unreachable`` for a scheduler that is not there."""
    if name == "dask":
        from digest.audience.engines.dask import Dask

        return Dask(scheduler)
    from digest.audience.engines.local import Local

    return Local()
