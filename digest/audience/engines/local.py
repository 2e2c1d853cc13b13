"""Processes of this machine. One that dies is replaced, and its task is given to another."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Final

from digest.audience.tasks import Progress, function_of, unpacked
from digest.errors import DigestError, Unreachable

LIVES: Final = 5  # how often a task may lose its process before it is given up


def processors() -> int:
    """How many processors this process may use; a process of an engine has none to give away."""
    if multiprocessing.current_process().daemon:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Local:
    """``workers`` processes; with one the work is done here, unless it is to be ``apart``."""

    def __init__(self, workers: int | None = None, *, apart: bool = False) -> None:
        self.workers, self.apart = workers or processors(), apart

    def run(
        self, function: str, shared: bytes, tasks: Sequence[Any], progress: Progress
    ) -> Iterator[tuple[int, Any]]:
        if not self.apart and (self.workers == 1 or len(tasks) < 2):
            return self._here(function, shared, tasks, progress)
        return _WorkerPool(min(self.workers, len(tasks)), function, shared, tasks, progress).results()

    def _here(
        self, function: str, shared: bytes, tasks: Sequence[Any], progress: Progress
    ) -> Iterator[tuple[int, Any]]:
        call, known = function_of(function), unpacked(shared)
        for number, task in enumerate(tasks):
            yield number, call(known, task)
            progress(number + 1, len(tasks))

    def close(self) -> None:
        """Nothing stays between runs."""


class _WorkerPool:
    """The processes of one run, each with a line of its own: what one breaks, no other shares."""

    def __init__(
        self, size: int, function: str, shared: bytes, tasks: Sequence[Any], progress: Progress
    ) -> None:
        self.size, self.function, self.shared = size, function, shared
        self.tasks, self.progress = tasks, progress
        self.open = deque(range(len(tasks)))
        self.lost = [0] * len(tasks)
        self.busy: dict[Connection, tuple[multiprocessing.process.BaseProcess, int | None]] = {}
        self.context = multiprocessing.get_context("spawn")

    def results(self) -> Iterator[tuple[int, Any]]:
        done = 0
        try:
            while done < len(self.tasks):
                while self.open and len(self.busy) < self.size:
                    self._start()
                for line in wait(list(self.busy)):
                    assert isinstance(line, Connection)
                    answer = self._answer(line)
                    if answer is not None:
                        done += 1
                        self.progress(done, len(self.tasks))
                        yield answer
        finally:
            self._stop()

    def _start(self) -> None:
        ours, theirs = self.context.Pipe()
        process = self.context.Process(target=_work, args=(theirs, self.function), daemon=True)
        process.start()
        theirs.close()
        self.busy[ours] = (process, None)
        with suppress(OSError):  # it died already: its line says so at once
            ours.send_bytes(self.shared)
            self._give(ours)

    def _give(self, line: Connection) -> None:
        process, _ = self.busy[line]
        number = self.open.popleft() if self.open else None
        self.busy[line] = (process, number)
        with suppress(OSError):
            line.send((number, None if number is None else self.tasks[number]))

    def _answer(self, line: Connection) -> tuple[int, Any] | None:
        process, number = self.busy[line]
        try:
            right, result = line.recv()
        except (EOFError, OSError):
            del self.busy[line]
            line.close()
            process.join()
            if number is not None:
                self._again(number)
            return None
        if not right:
            raise result
        assert number is not None
        self._give(line)
        return number, result

    def _again(self, number: int) -> None:
        self.lost[number] += 1
        if self.lost[number] >= LIVES:
            raise Unreachable(
                f"a part of the work lost its process {LIVES} times: something ends them, most likely for want of "
                "memory. The same command finishes what is missing."
            )
        self.open.appendleft(number)

    def _stop(self) -> None:
        for line, (process, _) in self.busy.items():
            line.close()
            process.terminate()
            process.join()
        self.busy.clear()


def _work(line: Connection, function: str) -> None:
    """A process's life: what is shared, then task after task."""
    with suppress(EOFError, OSError, KeyboardInterrupt):
        known, call = unpacked(line.recv_bytes()), function_of(function)
        while True:
            number, task = line.recv()
            if number is None:
                return
            try:
                result = call(known, task)
            except Exception as error:
                known_kind = isinstance(error, DigestError)
                line.send((False, error if known_kind else DigestError(f"a defect of ours: {error!r}")))
                continue
            line.send((True, result))
