"""Sources into the store: every source its own report, none stops the others."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from digest.app.readings import counted, reading_of, unmatched
from digest.app.side_by_side import Overdue, side_by_side
from digest.errors import CommandError, DigestError
from digest.model import Newsroom, Reading, SourceSpec, Story, Validators
from digest.model.pictures import UNSHOWN, kind_of

if TYPE_CHECKING:
    from digest.likeness import Reader
    from digest.sources import Batch, Known, Rejected
    from digest.store import Store

_TYPES = {".xml": "rss", ".rss": "rss", ".atom": "rss", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
_AT_ONCE = 256
_SECONDS = 23.0  # for all sources that are read at once; one has 20
_GRACE = 1.0  # for what came at the last moment
_OF_USE = timedelta(days=14)  # since a story appeared: no issue built now looks back further

_NONE: Mapping[str, int] = MappingProxyType({})

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What came of one source; ``error`` is empty, or why it could not be read.

    ``remarks`` tell of values that were dropped or mended in stories that are in; ``broken``, one of them, that the
    source could be read in part only.
    """

    name: str
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: tuple[Rejected, ...] = ()
    remarks: tuple[str, ...] = ()
    error: str = ""
    broken: str = ""
    withdrawn: int = 0
    folded: int = 0
    unmatched: Mapping[str, int] = field(default_factory=lambda: _NONE)

    @property
    def counts(self) -> dict[str, int]:
        """What was left out, mended or guessed, by what was said of it."""
        return counted((*self.remarks, *(f"{one.where}: {one.why}" for one in self.rejected)))


def chosen(newsroom: Newsroom, words: Sequence[str]) -> tuple[SourceSpec, ...]:
    """The sources a command names: by name, or as a file. Raises ``CommandError``."""
    return tuple(_source(newsroom, word) for word in words) if words else newsroom.sources


def _source(newsroom: Newsroom, word: str) -> SourceSpec:
    for spec in newsroom.sources:
        if spec.name == word:
            return spec
    path = _path(newsroom, word)
    for spec in newsroom.sources:
        if spec.url == str(path):
            return spec
    kind = _TYPES.get(path.suffix.lower())
    if kind is None or not _is_file(path):
        names = ", ".join(spec.name for spec in newsroom.sources) or "none"
        raise CommandError(
            f'"{word[:200]}" is neither a source of digest.yaml (there are: {names}) '
            f"nor a file that can be read ({', '.join(_TYPES)})."
        )
    return SourceSpec(name=path.stem, type=kind, url=str(path))


def _path(newsroom: Newsroom, word: str) -> Path:
    """A file from where one is, or else as digest.yaml would name it."""
    with suppress(RuntimeError):  # no home of that name
        here = Path(word).expanduser().absolute()
        if _is_file(here):
            return here
    return newsroom.root / word


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long for any file
        return False


def ingest(
    newsroom: Newsroom,
    store: Store,
    specs: Sequence[SourceSpec],
    *,
    now: datetime,
    progress: Progress | None = None,
    was_read: Progress | None = None,
    reader: Reader | None = None,
) -> list[SourceReport]:
    """Read the sources and put their stories into the store, in the order given.

    Sources are read side by side, since most of the time is waiting; ``was_read`` is told of each that was, and
    ``progress`` how many stories were stored. A source that cannot be reached is a report with an ``error``. A
    ``reader`` reads the headlines of what an issue may still bring, so that a build need not.
    """
    reports = []
    fresh: list[Story] = []
    before = store.readings()  # once: a house with many sources has many of them
    for spec, batch in _read(newsroom, store, specs, now, before, was_read):
        reports.append(_store(newsroom, store, spec, batch, now, before.get(spec.name, ()), progress))
        if reader is not None and not isinstance(batch, str):
            fresh += (story for story in batch.stories if now - story.time < _OF_USE)
    if reader is not None:
        from digest.select import plain_title

        reader.read(plain_title(story.title, story.source) for story in fresh)
    return reports


def _read(
    newsroom: Newsroom,
    store: Store,
    specs: Sequence[SourceSpec],
    now: datetime,
    before: Mapping[str, Sequence[Reading]],
    was_read: Progress | None,
) -> Iterator[tuple[SourceSpec, Batch | str]]:
    """What every source yields, or why nothing, in the order of the sources whatever comes first.

    Nobody waits for a file: it is read when its turn comes, however long its making into stories takes.
    """
    known = _known(newsroom, store, specs, now, before)
    away = sum(not _is_local(spec) for spec in specs)
    until = time.monotonic() + _SECONDS * math.ceil(away / _AT_ONCE)
    readings = [
        partial(_reading, newsroom, spec, now, earlier, math.inf if _is_local(spec) else until, was_read)
        for spec, earlier in zip(specs, known, strict=True)
    ]
    waits = [reading for spec, reading in zip(specs, readings, strict=True) if not _is_local(spec)]
    results = side_by_side(waits, at_once=_AT_ONCE, until=until + _GRACE)
    started = next(results, None)  # the first asks for all of them
    for spec, reading in zip(specs, readings, strict=True):
        if _is_local(spec):
            yield spec, reading()
            continue
        result, started = started or next(results), None
        try:
            yield spec, result()
        except Overdue:
            yield spec, f"{spec.name}: it was not read, for the time for all sources was over."


def _is_local(spec: SourceSpec) -> bool:
    return spec.type in _TYPES.values() and "://" not in spec.url


def _known(
    newsroom: Newsroom,
    store: Store,
    specs: Sequence[SourceSpec],
    now: datetime,
    read: Mapping[str, Sequence[Reading]],
) -> list[Known]:
    """What is remembered of each source. A file that is no source of digest.yaml has no first reading."""
    from digest.sources import Known
    from digest.sources._settings import recheck

    found = []
    for spec in specs:
        validators = store.validators(spec.name, spec.url)
        first = (
            spec in newsroom.sources
            and validators is None
            and not any(not one.error for one in read.get(spec.name, ()))
        )
        since = recheck(spec.type, spec.options)
        items = store.items_since(spec.name, now - since) if since else {}
        found.append(Known(validators=validators, first=first, items=items))
    return found


def _reading(
    newsroom: Newsroom,
    spec: SourceSpec,
    now: datetime,
    known: Known,
    until: float,
    was_read: Progress | None,
) -> Batch | str:
    """One source. Whatever it raises is its own error, and stops no other."""
    from digest.sources import read
    from digest.store.queries import rows

    publication = newsroom.publication
    try:
        return read(
            spec,
            now=now,
            zone=publication.zone,
            locale=publication.locale,
            known=known,
            until=until,
            rows=partial(rows, newsroom.root),
        )
    except DigestError as error:
        return str(error)
    except Exception as error:
        return _failure(spec, error)
    finally:
        if was_read is not None:
            was_read(1)


def _failure(spec: SourceSpec, error: Exception) -> str:
    what = " ".join(str(error).split())[:200]
    return f"{spec.name}: what it sends cannot be read ({type(error).__name__}{': ' if what else ''}{what})."


def _store(
    newsroom: Newsroom,
    store: Store,
    spec: SourceSpec,
    batch: Batch | str,
    now: datetime,
    before: Sequence[Reading],
    progress: Progress | None,
) -> SourceReport:
    if isinstance(batch, str):
        store.remember_reading(Reading(source=spec.name, at=now, error=batch))
        return SourceReport(spec.name, error=batch)
    try:
        counts = store.upsert(
            batch.stories, now, progress=progress, trust_ids=bool(batch.items), republish=batch.republish
        )
    except DigestError:  # the store's own trouble
        raise
    except Exception as error:
        return SourceReport(spec.name, error=_failure(spec, error))
    withdrawn = _remember(store, spec, batch, now)
    report = SourceReport(
        spec.name,
        counts.new,
        counts.updated,
        counts.unchanged,
        batch.rejected,
        remarks=(
            *(f"{one.where}: {one.what}" for one in batch.remarks),
            *_unshown(newsroom, spec, batch.stories),
        ),
        broken=next((one.what for one in batch.remarks if one.broken), ""),
        withdrawn=withdrawn,
        folded=batch.folded,
        unmatched=unmatched(newsroom, batch.stories),
    )
    store.remember_reading(reading_of(report, batch, before, now))
    return report


def _unshown(newsroom: Newsroom, spec: SourceSpec, stories: Sequence[Story]) -> Iterator[str]:
    """Pictures of kinds that mail programs do not show, and no image service makes into others."""
    if newsroom.images.resize:
        return
    for story in stories:
        kind = kind_of(story.image.url) if story.image else ""
        if kind in UNSHOWN:
            yield f"{spec.name}: its picture is {kind}, which mail programs do not show; the story runs without it"


def _remember(store: Store, spec: SourceSpec, batch: Batch, now: datetime) -> int:
    """What the source told besides its stories; how many it withdrew."""
    store.remember_validators(spec.name, spec.url, batch.validators or Validators())
    if batch.not_modified:
        return 0
    store.note_untimed({one.url: one.why for one in batch.untimed}, now)
    store.timed(story.url for story in batch.stories if story.published_at is not None)
    if not batch.items and not batch.withdrawn:
        return 0
    known = store.items_since(spec.name, datetime.min.replace(tzinfo=UTC))
    gone = {known[one.item]: one.why for one in batch.withdrawn if one.item in known}
    store.remember_items(spec.name, {one.item: one.url for one in batch.items})
    store.returned(one.url for one in batch.items)
    fresh = {id: why for id, why in gone.items() if not store.withheld().get(id, "").startswith("withdrawn")}
    store.withdraw(fresh, now)
    return len(fresh)
