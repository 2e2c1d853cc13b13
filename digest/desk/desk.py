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
    from digest.desk.links import Links
    from digest.desk.outcome import Done
    from digest.desk.views.words import Words
    from digest.store import Store

T = TypeVar("T")
_KEPT = 40  # answers that take a moment
_TOLD = 100  # acts that a page can still speak of


@dataclass(frozen=True, slots=True)
class Seen:
    """The issue a page is about, and the newsroom it belongs to."""

    room: Newsroom
    edition: Edition
    day: date


@dataclass(slots=True)
class Desk:
    """``who`` stands in the history of every act; without ``may_act`` there is none.

    ``token`` is in every form of this run: a page of another site does not know it.
    """

    proofs: Proofs
    links: Links
    who: str = ""
    may_act: bool = True
    token: str = field(default_factory=token_urlsafe)
    told: dict[str, Done] = field(default_factory=dict)  # what was done last, by a name of its own
    background: Background = field(default_factory=Background)
    _kept: dict[str, tuple[str, Any]] = field(default_factory=dict)
    _words: tuple[Newsroom, Words] | None = None
    _lock: Lock = field(default_factory=Lock)

    def now(self) -> datetime:
        return self.proofs.clock()

    def seen(self, asked: dict[str, str]) -> Seen:
        """The issue that ``edition`` and ``date`` of an address mean. Raises ``DigestError``."""
        from digest.desk.proofs import parse_day

        room = self.proofs.newsroom()
        return Seen(room, *self.proofs.which(room, asked.get("edition"), parse_day(asked.get("date"))))

    def today(self, seen: Seen) -> date:
        """The date of the calendar's today: the publication's, or the day that the command was asked for."""
        return self.proofs.asked.day or self.now().astimezone(seen.room.publication.zone).date()

    def around(self, seen: Seen) -> tuple[date | None, date | None]:
        """The issues before and after this one: planned ones, or, of an edition on demand, those that were built."""
        if seen.edition.cadence != "on_demand":
            return seen.edition.calendar.before(seen.day), seen.edition.calendar.after(seen.day)
        with self.reading(seen.room) as store:
            built = [one.date for one in store.issues(seen.edition.name)]
        before = max((day for day in built if day < seen.day), default=None)
        return before, min((day for day in built if day > seen.day), default=None)

    def tell(self, done: Done) -> str:
        """A name under which the next page finds what was done."""
        name = token_urlsafe(8)
        self.told[name] = done
        for old in list(self.told)[:-_TOLD]:
            del self.told[old]
        return name

    @contextmanager
    def reading(self, room: Newsroom) -> Iterator[Store]:
        """The store to read from; nothing that is written to it lasts."""
        from digest.store import open_store

        with open_store(room.store, room.publication, rehearse=True) as store:
            yield store

    def kept(self, name: str, seen: Seen, make: Callable[[], T]) -> T:
        """What takes a moment to work out, made again when something on disk that it is made from has changed."""
        version = f"{self.proofs.version(seen.room, None, None)} {self.today(seen)}"
        with self._lock:
            found = self._kept.get(name)
            if found is None or found[0] != version:
                found = self._kept[name] = (version, make())
                for old in list(self._kept)[:-_KEPT]:
                    del self._kept[old]
            made: T = found[1]
            return made

    def words(self, room: Newsroom) -> Words:
        """What puts reasons into the words of people."""
        if self._words is None or self._words[0] is not room:
            from digest.desk.views.words import Words

            self._words = room, Words(room)
        return self._words[1]
