"""What reading a source yields besides stories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is no story: where it stands (``stories.jsonl:12``) and why it was left out."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Validators:
    """What a source said of its answer, to be asked again only for something newer.

    ``cursor`` is a source's own: how far it was read.
    """

    etag: str = ""
    last_modified: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What an upsert did: stories new, changed, and as they were.

    ``renamed`` of the new ones have another id than they came with, for that is another story's.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    renamed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.new + other.new, self.updated + other.updated, self.unchanged + other.unchanged,
            self.renamed + other.renamed,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AsItWas:
    """A story whose line in a file is the one it came from last time: what is known of it, without reading it.

    ``key`` stands for its address, ``print`` for the line, ``number`` for its row in the store.
    """

    key: str
    print: int
    number: int
    sections: tuple[str, ...]
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading of a source: how many items it had and what became of them.

    ``newest`` is the time of its newest story. ``whole_since``: from then on nothing can have been missed between
    this reading and those before it; ``None`` where that is not known. ``remarks`` are counted by what they say.
    """

    source: str
    at: datetime
    items: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    newest: datetime | None = None
    whole_since: datetime | None = None
    remarks: Mapping[str, int] = field(default_factory=lambda: _NONE)
    error: str = ""
