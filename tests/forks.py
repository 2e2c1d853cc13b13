"""Commands in processes of their own that begin at once: forks of this one, which has everything imported.

A process from nothing takes a second to begin; what these tests are about begins after it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryFile
from typing import NoReturn
from uuid import uuid4

from digest.__main__ import main
from digest.cli.output import json_wanted
from digest.store import open_store
from tests.newsrooms import PUBLICATION, Result, Room

DIED = 70  # the exit code of a command with a defect; its traceback is what it says


@dataclass(frozen=True)
class Fork:
    """A command that runs; ``wait`` for its result, or ``kill`` it."""

    pid: int
    answer: Path

    def wait(self) -> Result:
        os.waitpid(self.pid, 0)
        result = Result(**json.loads(self.answer.read_text()))
        self.answer.unlink()
        assert result.code != DIED, result.err
        return result

    def kill(self) -> bool:
        """Whether it was killed before its end."""
        os.kill(self.pid, signal.SIGKILL)
        return os.WIFSIGNALED(os.waitpid(self.pid, 0)[1])


def fork(room: Room, *words: str) -> Fork:
    answer = room.root.parent / f"answer-{uuid4().hex}"
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            try:
                result = room.run(*words)
            except BaseException:
                result = Result(DIED, "", traceback.format_exc())
            answer.write_text(json.dumps(asdict(result)))
        finally:
            os._exit(0)
    return Fork(child, answer)


def process(folder: Path, *words: str) -> Result:
    """The whole of ``digest`` in a folder, with the output and the exit code of a process."""
    with TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            _become_digest(folder, words, out.fileno(), err.fileno())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0)
        err.seek(0)
        return Result(code, out.read(), err.read())


def _become_digest(folder: Path, words: tuple[str, ...], out: int, err: int) -> NoReturn:
    code = DIED
    try:
        signal.alarm(120)  # whatever waits for ever ends
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.chdir(folder)
        sys.argv = ["digest", *words]
        json_wanted(False)  # what a command said before the fork is not said by this one
        with (
            open(1, "w", closefd=False) as sys.stdout,
            open(2, "w", closefd=False, errors="backslashreplace") as sys.stderr,  # as Python opens it
        ):
            try:
                main()
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else DIED
            except BaseException:
                traceback.print_exc()
    finally:
        os._exit(code)


def at_once(room: Room, lines: Iterable[tuple[str, ...]]) -> list[Result]:
    """Many commands at the same time."""
    return [running.wait() for running in [fork(room, *words) for words in lines]]


def killed(room: Room, words: tuple[str, ...], after: float) -> bool:
    """Whether the command was killed, so many seconds after it began, before its end."""
    running = fork(room, *words)
    time.sleep(after)
    return running.kill()


@contextmanager
def holder(url: str) -> Iterator[BaseProcess]:
    """A process that holds the lock of an edition, ``daily``, until it is killed."""
    forks = get_context("fork")
    held = forks.Event()
    process = forks.Process(target=_hold, args=(url, held))
    process.start()
    try:
        assert held.wait(60)
        yield process
    finally:
        process.kill()
        process.join()


def _hold(url: str, held: Event) -> None:
    with open_store(url, PUBLICATION) as store, store.lock("daily"):
        held.set()
        time.sleep(60)
