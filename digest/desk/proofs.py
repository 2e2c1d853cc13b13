"""The proofs of a newsroom: one is made at a time, and again when what it is made from has changed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from digest.desk.proof import Proof, proof
from digest.errors import CommandError
from digest.model import Edition, Newsroom
from digest.model.issue_date import issue_date

if TYPE_CHECKING:
    from digest.likeness import Reader
    from digest.render import CompiledTheme
    from digest.store import Store

_FILE = re.compile(r"sqlite(?:\+\w+)?:///([^?]+)")
_KEPT = 12  # proofs
_PATIENCE = 10.0  # seconds for a proof that is being made at the end
_STALE = timedelta(
    minutes=1
)  # after this, what cannot be watched (feeds on the network, servers) is read again


@dataclass(frozen=True, slots=True)
class DeskOptions:
    """What the command was asked for: ``edition`` and ``day`` are what the first page shows."""

    root: Path
    outbox: Path
    edition: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class _CachedProof:
    proof: Proof
    version: str
    at: datetime


class Proofs:
    """Safe to be asked by several threads. ``clock`` gives the time, aware."""

    def __init__(self, options: DeskOptions, clock: Callable[[], datetime]) -> None:
        self.options, self.clock = options, clock
        self._lock = Lock()  # one proof at a time
        self._reading = Lock()  # so that a page can begin while a proof is made
        self._room: tuple[str, Newsroom] | None = None
        self._reader: tuple[str, Reader] | None = None
        self._made: dict[tuple[str, date], _CachedProof] = {}
        self._themes: dict[str, CompiledTheme] = {}

    def newsroom(self) -> Newsroom:
        """The newsroom as its files are now. Raises ``ConfigurationError``."""
        with self._reading:
            return self._newsroom()

    def which(self, newsroom: Newsroom, name: str | None, day: date | None) -> tuple[Edition, date]:
        """The issue meant: what is not said is what the command was asked for, or else the last cutoff's.

        Raises ``CommandError`` for an unknown edition, or a day on which it has no issue.
        """
        from digest.app.pipeline import editions_of
        from digest.select import window_of

        wanted_name = name or self.options.edition
        wanted_day = day or self.options.day
        if wanted_name:
            (edition,) = editions_of(newsroom, None, (wanted_name,))
        else:
            edition = next(
                (e for e in newsroom.editions if wanted_day is None or e.has_issue(wanted_day)),
                newsroom.editions[0],
            )
        if day is None and wanted_day and (name is None or edition.has_issue(wanted_day)):
            day = wanted_day
        zone = newsroom.publication.zone
        day = day or self._due(newsroom, edition)
        window_of(edition, day, zone)
        return edition, day

    def _due(self, newsroom: Newsroom, edition: Edition) -> date:
        """The issue of the last cutoff; of an edition on demand, the special that is worked on today."""
        from digest.app.specials import special_now
        from digest.select import last_issue_date
        from digest.store import open_store

        day = last_issue_date(edition, newsroom.publication.zone, self.clock())
        if edition.cadence != "on_demand":
            return day
        with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
            return special_now(store, edition, day)

    def proof(self, newsroom: Newsroom, edition: Edition, day: date) -> Proof:
        """The proof of an issue, as everything is now. Raises ``ConfigurationError``."""
        with self._lock:
            version, now = self.version(newsroom, edition, day), self.clock()
            cached = self._made.get((edition.name, day))
            if cached and cached.version == version and (_watched(newsroom) or now - cached.at < _STALE):
                return cached.proof
            fresh = proof(
                newsroom,
                edition,
                day,
                before=self._before(newsroom, edition, day, now),
                outbox=self.options.outbox,
                now=now,
                reader=self._headlines(newsroom),
                themes=self._themes,
            )
            for theme in list(self._themes)[:-_KEPT]:
                del self._themes[theme]
            self._made.pop((edition.name, day), None)
            self._made[edition.name, day] = _CachedProof(fresh, version, now)
            for old in list(self._made)[:-_KEPT]:
                del self._made[old]
            return fresh

    def version(self, newsroom: Newsroom | None, edition: Edition | None, day: date | None) -> str:
        """Changes when anything on disk that an issue is made from changes; nothing is read but names and times."""
        paths = [*_files(self.options.root), *(_places(newsroom) if newsroom else ())]
        if edition and day:
            paths.append(self.options.outbox / edition.name / day.isoformat() / "manifest.json")
        state = "\n".join([*map(_stamp, paths), edition.name if edition else "", str(day)])
        return sha256(state.encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def read_into(self, store: Store, newsroom: Newsroom) -> None:
        """Read all sources into a store that rehearses, as a proof does."""
        from digest.desk.proof import read_sources

        for _ in read_sources(newsroom, store, self.clock()):
            pass

    def close(self) -> None:
        """Let a proof that is being made be finished, so that the store is left in order; no other is begun."""
        self._lock.acquire(timeout=_PATIENCE)

    def _newsroom(self) -> Newsroom:
        from digest.config import load

        stamp = "".join(map(_stamp, _configuration(self.options.root)))
        if self._room is None or self._room[0] != stamp:
            self._room = stamp, load(self.options.root, remember=False)
        return self._room[1]

    def _headlines(self, newsroom: Newsroom) -> Reader | None:
        """What reads headlines, where the newsroom names a language model; what was read is known until the end."""
        if not newsroom.language_model:
            return None
        if self._reader is None or self._reader[0] != newsroom.language_model:
            from digest.likeness import open_reader

            self._reader = newsroom.language_model, open_reader(newsroom)
        return self._reader[1]

    def _before(self, newsroom: Newsroom, edition: Edition, day: date, now: datetime) -> list[Edition]:
        """The editions that a build of the whole cadence makes before this one; none if one was asked for by name."""
        from digest.select import window_of

        def open_(edition: Edition) -> bool:
            return window_of(edition, day, newsroom.publication.zone).end > now

        if self.options.edition:
            return []
        earlier = newsroom.editions[: newsroom.editions.index(edition)]
        same = [other for other in earlier if other.cadence == edition.cadence and other.has_issue(day)]
        return [other for other in same if open_(edition) or not open_(other)]


def parse_day(text: str | None) -> date | None:
    """A date of an address. Raises ``CommandError``."""
    if not text:
        return None
    try:
        return issue_date(text)
    except ValueError:
        raise CommandError(f'"{text[:40]}" is not a date; write it as YYYY-MM-DD.') from None


def _watched(newsroom: Newsroom) -> bool:
    """Whether all that an issue is made from lies in files."""
    return bool(_FILE.fullmatch(newsroom.store)) and not any("://" in spec.url for spec in newsroom.sources)


def _configuration(root: Path) -> tuple[Path, Path]:
    return root / "digest.yaml", root / "adslots.yaml"


def _files(root: Path) -> Iterator[Path]:
    yield from _configuration(root)
    yield from sorted((root / "templates").rglob("*"))


def _places(newsroom: Newsroom) -> Iterator[Path]:
    """Where stories come from and the store lies, with what is not yet written into it."""
    yield from (Path(spec.url) for spec in newsroom.sources if "://" not in spec.url)
    if store := _FILE.fullmatch(newsroom.store):
        yield from (Path(store[1]), Path(f"{store[1]}-wal"))


def _stamp(path: Path) -> str:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return f"{path}: none"
    if path.name.endswith("-wal") and not status.st_size:
        return f"{path}: none"  # as good as no log at all
    return f"{path}: {status.st_ino} {status.st_size} {status.st_mtime_ns}"
