"""What reading a source yields besides stories."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is no story: where it stands (``stories.jsonl:12``) and why it was left out."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of its answer, to be asked again only for something newer."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What an upsert did: stories new, changed, and as they were."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.new + other.new, self.updated + other.updated, self.unchanged + other.unchanged)
