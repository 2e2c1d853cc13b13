"""Commands in processes of their own that begin at once: forks of this one, which has everything imported.

A process from nothing takes a second to begin; what these tests are about begins after it.
"""

from __future__ import annotations

import json
import os
import signal
import time
import traceback
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from tests.newsrooms import Result, Room

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


def at_once(room: Room, lines: Iterable[tuple[str, ...]]) -> list[Result]:
    """Many commands at the same time."""
    return [running.wait() for running in [fork(room, *words) for words in lines]]


def killed(room: Room, words: tuple[str, ...], after: float) -> bool:
    """Whether the command was killed, so many seconds after it began, before its end."""
    running = fork(room, *words)
    time.sleep(after)
    return running.kill()
