"""The newsroom as configured in ``digest.yaml``: what is published, when, from which sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from digest.model.ads import AdBook

_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """The masthead's picture; width and height in CSS pixels."""

    url: str
    width: int
    height: int


def slug(name: str) -> str:
    """A name as an id: ``The Harbor Post`` is ``the-harbor-post``; one without Latin letters is a hash of it."""
    plain = normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    found = "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-")
    return found or f"p-{blake2b(name.encode(), digest_size=6).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The brand."""

    name: str
    url: str
    timezone: str = "UTC"
    locale: str = "en_US"
    address: str = ""
    logo: Logo | None = None
    id: str = ""  # whose rows a store holds; by default made from the name

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", slug(self.name))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def clock(self, at: datetime) -> str:
        """A moment as people of the house read it, such as ``2026-01-23 06:00``: on their own clocks."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """Where stories come from. ``type`` names a file of ``digest/sources``; ``weight`` in [0, 1] feeds ranking.

    ``url`` is an http(s) URL, or a path already resolved against the newsroom.
    """

    name: str
    type: str
    url: str
    weight: float = 0.5
    options: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionSpec:
    """An ordered block of the newsletter. ``match`` holds source categories, compared without case."""

    id: str
    title: str
    top: int = 5
    min: int = 1
    match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A newsletter product with a cadence. ``weekday`` counts from Monday = 0 (weekly only)."""

    name: str
    cadence: str = "daily"  # daily | weekly
    weekday: int | None = None
    cutoff: time = time(6, 0)
    sections: tuple[str, ...] = ()  # section ids in this edition's reading order
    subject: str = "{lead}"
    preheader: str = "{sections}"
    sender: str = ""  # the key `from`
    expected_sends: int | None = None
    catch_up: timedelta = timedelta(days=3)
    late: timedelta = timedelta(hours=24)
    no_repeat: str = "edition"  # edition | publication | none
    no_repeat_for: timedelta = timedelta(days=7)
    theme: str = ""  # empty: the newsroom's look decides

    def has_issue(self, day: date) -> bool:
        """Whether this edition has an issue dated ``day``."""
        return self.cadence == "daily" or day.weekday() == self.weekday

    @property
    def period(self) -> timedelta:
        """Local days an issue covers."""
        return timedelta(days=7 if self.cadence == "weekly" else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The declared score: the sum of weight x signal over the names in ``weights``."""

    half_life: timedelta = timedelta(hours=12)
    weights: Mapping[str, float] = field(default_factory=lambda: _EMPTY)
    popularity: tuple[str, ...] = ()  # the popularity fields that count; empty: all
    max_per_source: int | None = None  # stories of one source in a section
    max_per_event_day: int | None = None
    diversity: float = 0.0  # 0 none ... 1 strong: how much a repeated source costs


@dataclass(frozen=True, slots=True, kw_only=True)
class Thin:
    """What happens on a day with few stories."""

    widen: timedelta = timedelta(hours=72)
    min_stories: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Parameters added to links; values may hold ``{edition}`` and ``{date}``."""

    parameters: Mapping[str, str] = field(default_factory=lambda: _EMPTY)  # utm_source -> "{edition}"
    link_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The theme and what the brand sets in it. ``colors`` and ``fonts`` are by the theme's names."""

    theme: str = "lively"
    density: str = "comfortable"  # comfortable | compact
    colors: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    fonts: Mapping[str, str] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """Everything configured, valid and resolved."""

    root: Path
    publication: Publication
    store: str  # a SQLAlchemy URL, SQLite paths already absolute
    mailer: str
    sources: tuple[SourceSpec, ...]
    sections: tuple[SectionSpec, ...]
    editions: tuple[Edition, ...]  # in file order
    ranking: Ranking
    thin: Thin
    links: Links
    size_budget: int
    look: Look
    ads: AdBook
    inputs: Mapping[str, str]  # file name -> sha256 of its bytes
    language_model: str = ""  # a file of ``digest/likeness/models`` that helps to find events; empty: none

    def edition(self, name: str) -> Edition | None:
        return next((edition for edition in self.editions if edition.name == name), None)

    def sections_of(self, edition: Edition) -> tuple[SectionSpec, ...]:
        """The sections of an edition in its reading order (all of them when it names none)."""
        by_id = {section.id: section for section in self.sections}
        return tuple(by_id[name] for name in edition.sections) if edition.sections else self.sections
