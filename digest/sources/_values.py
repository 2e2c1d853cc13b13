"""What a source's plugin is given and what it finds, value by value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from digest.model import AsItWas, Rejected, SourceSpec, Story, Validators

Row = Mapping[str, Any]
_NO_ITEMS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Remark:
    """Something of a story that was left out or mended, while the story stays.

    ``broken``: it is said of the source as a whole, which could be read in part only.
    """

    where: str
    what: str
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Untimed:
    """A story that names no time which can be used: it runs in no issue, and ``why`` is said there.

    ``passing``: tomorrow it may be right, so the source is read again even if it says that nothing changed.
    """

    url: str
    why: str
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """What the source itself calls the story at an address: an id that stays when the address changes."""

    url: str
    item: str


class LineKey(NamedTuple):
    """What the line of the next story is known by: the story's address (its key), and 64 bits, or 0 for nothing."""

    key: str
    print: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An item of the source, known from earlier, that it does not show any more."""

    item: str
    why: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the source was read, in its own words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is remembered of earlier readings. ``items``: what the source was known to have; item -> story."""

    validators: Validators | None = None
    first: bool = False
    items: Mapping[str, str] = field(default_factory=lambda: _NO_ITEMS)


class Before(Protocol):
    """Which lines of a file became a story when it was read last, and are the same."""

    def near(self, prints: Sequence[int]) -> Mapping[int, AsItWas]:
        """Those that follow the line that was found last, as the lines of a file do; by print."""

    def at(self, lines: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], AsItWas]:
        """Those of these addresses (their keys) with these prints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a plugin knows besides the bytes: ``file`` names them for people, ``base`` completes short addresses.

    ``charset`` is what the server said of the text, or empty. ``locale`` decides between 1/2 and 2/1. ``first``: the
    source was never read before. ``web`` and ``rows`` ask over the network and in databases; ``before`` tells which
    lines of a file are as they were.
    """

    spec: SourceSpec
    now: datetime
    zone: ZoneInfo
    file: str
    base: str = ""
    charset: str = ""
    locale: str = "en_US"
    first: bool = False
    cursor: str = ""
    items: Mapping[str, str] = field(default_factory=lambda: _NO_ITEMS)
    web: Any = None  # digest.sources._network.Web
    rows: Callable[..., Iterator[Row]] | None = None  # digest.store.query
    before: Before | None = None


Found = Story | AsItWas | LineKey | Rejected | Remark | Untimed | Item | Withdrawn | Cursor


@dataclass(frozen=True, slots=True)
class Batch:
    """What one reading of a source yields, or a portion of it. Of several stories with one address the last is kept.

    ``keys`` are those of the stories' addresses, ``prints`` what their lines are known by, or 0. ``same``: stories that
    are as they were.
    """

    stories: tuple[Story, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    validators: Validators | None = None  # what to ask with next time
    not_modified: bool = False
    remarks: tuple[Remark, ...] = ()
    untimed: tuple[Untimed, ...] = ()
    items: tuple[Item, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    folded: int = 0  # stories that had the address of another
    republish: bool = False
    keys: tuple[str, ...] = ()
    prints: tuple[int, ...] = ()
    same: tuple[AsItWas, ...] = ()
