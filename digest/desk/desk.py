"""What every request works with: the newsroom as its files are now, its store, and who sits at the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from secrets import token_urlsafe
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from digest.desk.background import Background
from digest.desk.proofs import Proofs
from digest.model import Edition, Newsroom

if TYPE_CHECKING:
    from digest.desk.links import PageLinks
    from digest.desk.outcome import ActResult
    from digest.desk.views.words import PlainReasons
    from digest.store import Store

T = TypeVar("T")
_KEPT = 40  # answers that take a moment
_RECENT_ACTS = 100  # acts that a page can still speak of


@dataclass(frozen=True, slots=True)
class CurrentIssue:
    """The issue a page is about, and the newsroom it belongs to."""

    newsroom: Newsroom
    edition: Edition
    day: date


@dataclass(slots=True)
class Desk:
    """``who`` stands in the history of every act; without ``may_act`` there is none.

    ``token`` is in every form of this run: a page of another site does not know it.
    """

    proofs: Proofs
    links: PageLinks
    who: str = ""
    may_act: bool = True
    token: str = field(default_factory=token_urlsafe)
    recent_acts: dict[str, ActResult] = field(
        default_factory=dict
    )  # what was done last, by a name of its own
    background: Background = field(default_factory=Background)
    _kept: dict[str, tuple[str, Any]] = field(default_factory=dict)
    _plain_reasons: tuple[Newsroom, PlainReasons] | None = None
    _lock: Lock = field(default_factory=Lock)

    def now(self) -> datetime:
        return self.proofs.clock()

    def current_issue(self, query: dict[str, str]) -> CurrentIssue:
        """The issue that ``edition`` and ``date`` of an address mean. Raises ``DigestError``."""
        from digest.desk.proofs import parse_day

        newsroom = self.proofs.newsroom()
        return CurrentIssue(
            newsroom, *self.proofs.which(newsroom, query.get("edition"), parse_day(query.get("date")))
        )

    def today(self, current: CurrentIssue) -> date:
        """The date of the calendar's today: the publication's, or the day that the command was asked for."""
        return self.proofs.options.day or self.now().astimezone(current.newsroom.publication.zone).date()

    def around(self, current: CurrentIssue) -> tuple[date | None, date | None]:
        """The issues before and after this one: planned ones, or, of an edition on demand, those that were built."""
        if current.edition.cadence != "on_demand":
            return current.edition.calendar.before(current.day), current.edition.calendar.after(current.day)
        with self.reading(current.newsroom) as store:
            built = [issue.date for issue in store.issues(current.edition.name)]
        before = max((day for day in built if day < current.day), default=None)
        return before, min((day for day in built if day > current.day), default=None)

    def remember(self, done: ActResult) -> str:
        """A name under which the next page finds what was done."""
        name = token_urlsafe(8)
        self.recent_acts[name] = done
        for old in list(self.recent_acts)[:-_RECENT_ACTS]:
            del self.recent_acts[old]
        return name

    @contextmanager
    def reading(self, newsroom: Newsroom) -> Iterator[Store]:
        """The store to read from; nothing that is written to it lasts."""
        from digest.store import open_store

        with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
            yield store

    def kept(self, name: str, current: CurrentIssue, make: Callable[[], T]) -> T:
        """What takes a moment to work out, made again when something on disk that it is made from has changed."""
        version = f"{self.proofs.version(current.newsroom, None, None)} {self.today(current)}"
        with self._lock:
            entry = self._kept.get(name)
            if entry is None or entry[0] != version:
                entry = self._kept[name] = (version, make())
                for old in list(self._kept)[:-_KEPT]:
                    del self._kept[old]
            value: T = entry[1]
            return value

    def plain_reasons(self, newsroom: Newsroom) -> PlainReasons:
        """What puts reasons into the words of people."""
        if self._plain_reasons is None or self._plain_reasons[0] is not newsroom:
            from digest.desk.views.words import PlainReasons

            self._plain_reasons = newsroom, PlainReasons(newsroom)
        return self._plain_reasons[1]
