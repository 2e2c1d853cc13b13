"""What came of an act at the desk, and the name under which the history takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from digest.errors import CommandError
from digest.model import Approval, FileChange, IssueNote, Mark, StoryEdit


class EditConflict(CommandError):
    """Somebody else changed the same thing since the page was opened. ``theirs`` is what stands now."""

    def __init__(self, text: str, theirs: Mapping[str, str]) -> None:
        super().__init__(text)
        self.theirs = dict(theirs)


@dataclass(frozen=True, slots=True)
class ActResult:
    """What was done, in words; ``undo`` is its key, empty where nothing can be taken back. ``at`` is a place of the
    page."""

    text: str
    undo: str = ""
    at: str = ""


def key_of(row: Mark | StoryEdit | IssueNote | Approval | FileChange) -> str:
    """A name for one row of the history, to take it back by."""
    kind = type(row).__name__
    return f"{kind}:{sha256(repr(row).encode()).hexdigest()[:24]}"
