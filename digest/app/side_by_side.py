"""Many waits at once: jobs in threads, their results in the order of the jobs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TypeVar

R = TypeVar("R")


class Overdue(Exception):
    """A job that was not done in time."""


def side_by_side(jobs: Sequence[Callable[[], R]], *, at_once: int, until: float) -> Iterator[Callable[[], R]]:
    """For each job, in order, what gives its result or raises its exception; ``Overdue`` after ``until`` (monotonic).

    A job that is overdue is left behind: its thread ends with the process.
    """
    waiting: SimpleQueue[tuple[Callable[[], R], Future[R]]] = SimpleQueue()
    futures: list[Future[R]] = [Future() for _ in jobs]
    for job, future in zip(jobs, futures, strict=True):
        waiting.put((job, future))
    for _ in range(min(at_once, len(jobs))):
        threading.Thread(target=_work, args=(waiting, until), daemon=True).start()
    for future in futures:
        yield lambda future=future: _result(future, until)  # type: ignore[misc]


def _result(future: Future[R], until: float) -> R:
    try:
        return future.result(max(0.0, until - time.monotonic()))
    except TimeoutError:
        if future.done():  # the job's own
            return future.result()
        raise Overdue from None


def _work(waiting: SimpleQueue[tuple[Callable[[], R], Future[R]]], until: float) -> None:
    while time.monotonic() < until:
        try:
            job, future = waiting.get_nowait()
        except Empty:
            return
        try:
            future.set_result(job())
        except BaseException as error:
            future.set_exception(error)
