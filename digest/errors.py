"""Every error a user can meet, each with the exit code of the command line.

::

    DigestError              1  a defect of ours; nothing a user did
    |-- BrokenPlugin         1  a file of a catalogue that is no whole plugin
    |-- ConfigurationError   2  the newsroom's files, all problems at once
    |-- CommandError         2  the command's words: an unknown id, a wrong date
    |-- NothingToSend        3  a thin day; nothing was written
    |-- Unreachable          4  a source, the store or the outbox
    `-- AlreadySent          5  the issue was sent and is never rebuilt

One handler in ``digest.cli`` prints them and sets the exit code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from digest.redaction import redacted


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a file of the newsroom, and how to mend it.

    ``line`` and ``column`` count from 1. ``cure`` is a sentence, or empty.
    """

    file: str
    line: int
    column: int
    message: str
    cure: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", redacted(self.message))
        object.__setattr__(self, "cure", redacted(self.cure))

    def __str__(self) -> str:
        tail = f" {self.cure}" if self.cure else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{tail}"


class DigestError(Exception):
    """The root: shown as one message without secrets, never as a traceback (unless ``--debug``)."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *words: object) -> None:
        super().__init__(*(redacted(word) if isinstance(word, str) else word for word in words))


class BrokenPlugin(DigestError):
    """A plugin whose file lacks what every plugin of its catalogue has."""


class ConfigurationError(DigestError):
    """Everything wrong in the newsroom's files, reported at once."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ConfigurationError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)  # from one process to another


class CommandError(DigestError):
    """The words of the command ask for something that is not there or not allowed."""

    exit_code = 2


class NothingToSend(DigestError):
    """The issue would be too thin to send; nothing was written."""

    exit_code = 3


class Unreachable(DigestError):
    """A source, the store or the outbox cannot be reached, or a lock is held too long."""

    exit_code = 4


class AlreadySent(DigestError):
    """The issue was sent; a sent issue is never rebuilt."""

    exit_code = 5


def did_you_mean(name: str, known: Sequence[str], *, otherwise: str = "") -> str:
    """`` Did you mean "x"?`` with the nearest of the ``known`` names, a space before it; else ``otherwise``."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, 1)
    return f' Did you mean "{close[0]}"?' if close else otherwise
