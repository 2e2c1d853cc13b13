"""Stories, and the lineup chosen from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from digest.model.issue_date import day_of

Day = date  # Mark has a field of that name
_EMPTY: Mapping[str, float] = MappingProxyType({})
_AS_IT_CAME: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A story's picture; width and height in pixels where known. ``alt`` says what it shows, ``caption`` stands below
    it, ``credit`` names whose it is."""

    url: str
    width: int | None = None
    height: int | None = None
    alt: str = ""
    caption: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One article. Title and summary are plain text; ``sections`` are the source's categories as they came.

    ``as_sourced`` holds what the source says where an editor changed it: of title, summary, image, section.
    """

    id: str
    url: str
    title: str
    summary: str = ""
    sections: tuple[str, ...] = ()
    source: str = ""
    author: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    image: Image | None = None
    popularity: Mapping[str, float] = field(default_factory=lambda: _EMPTY)
    tags: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    priority: float = 0.0  # 0..10
    embargo_until: datetime | None = None
    expires_at: datetime | None = None
    language: str = ""
    first_seen: datetime
    as_sourced: Mapping[str, str] = field(default_factory=lambda: _AS_IT_CAME)

    @property
    def sponsored(self) -> bool:
        """Whether it is a post that somebody paid for."""
        return "sponsored" in self.flags

    @property
    def time(self) -> datetime:
        """The later of publication and embargo; without a publication time, when it was first seen."""
        at = self.published_at or self.first_seen
        return max(at, self.embargo_until) if self.embargo_until else at

    @property
    def searched(self) -> tuple[str, ...]:
        """The texts in which an editor's search looks."""
        return (self.title, self.summary, self.author, *self.tags)


def means(dated: date | None, edition: str | None, day: date) -> bool:
    """Whether a date that an editor gave speaks of the issue of ``day``."""
    return dated is None or dated == day or (edition is None and dated == day_of(day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an editor decided: ``action`` is pin, hold or kill. ``None`` means every edition, section, date.

    ``date`` without an edition is a day with all its issues; with one it is that very issue.

    ``until`` is the last issue date on which it counts; ``position`` the place in its section, from 1, that a pin
    asks for.

    Two more actions speak of two stories, ``story`` and ``other``: split says that they tell two events, join that
    they tell one.
    """

    story: str
    action: str
    edition: str | None = None
    section: str | None = None
    date: Day | None = None
    until: Day | None = None
    position: int | None = None
    note: str = ""
    by: str = ""
    at: datetime
    other: str | None = None

    def counts_for(self, edition: str, day: Day) -> bool:
        return (
            self.edition in (None, edition)
            and means(self.date, self.edition, day)
            and (self.until is None or day_of(day) <= self.until)
        )


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The half-open interval [start, end) of publication time that an issue covers; both UTC."""

    start: datetime
    end: datetime

    def __contains__(self, at: object) -> bool:
        return isinstance(at, datetime) and self.start <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A story at its place in the lineup. ``flags`` are the story's own and those of its other tellings."""

    position: int  # 1..n in reading order over all sections
    story: Story
    section: str
    score: float
    signals: Mapping[str, float] = field(default_factory=lambda: _EMPTY)
    also: tuple[str, ...] = ()  # ids of other tellings of the event
    flags: frozenset[str] = frozenset()
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of an issue with at least one story."""

    id: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineup:
    """The stories chosen for an issue."""

    sections: tuple[Section, ...] = ()

    def __iter__(self) -> Iterator[Entry]:
        return (entry for section in self.sections for entry in section.entries)

    def __len__(self) -> int:
        return sum(len(section.entries) for section in self.sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A candidate that does not run; ``why`` starts with the rule: ``"no_repeat: ran 2026-01-21"``.

    ``score``, ``signals`` and ``section`` are set where the story was scored, for ``explain``.
    """

    story: Story
    why: str
    section: str | None = None
    score: float | None = None
    signals: Mapping[str, float] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The lineup, every candidate that is not in it with the reason, and how many candidates there were."""

    lineup: Lineup
    left_out: tuple[LeftOut, ...] = ()  # sorted by story id
    candidates: int = 0
    notes: tuple[str, ...] = ()  # thin sections and the like, for people
