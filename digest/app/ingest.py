"""Sources into the store: every source its own report, none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import CommandError, Unreachable
from digest.model import Newsroom, SourceSpec, Story

if TYPE_CHECKING:
    from digest.likeness import Reader
    from digest.sources import Batch, Rejected
    from digest.store import Store

_TYPES = {".xml": "rss", ".rss": "rss", ".atom": "rss", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
_AT_ONCE = 8
_OF_USE = timedelta(days=14)  # since a story appeared: no issue built now looks back further

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
    reader: Reader | None = None,
) -> list[SourceReport]:
    """Read the sources and put their stories into the store, in the order given.

    Sources are read side by side, since most of the time is waiting; ``progress`` is told how many
    stories were stored. A source that cannot be reached is a report with an ``error``. A ``reader`` reads the
    headlines of what an issue may still bring, so that a build need not.
    """
    reports = []
    fresh: list[Story] = []
    for spec, batch in _read(newsroom, store, specs, now):
        reports.append(_store(store, spec, batch, now, progress))
        if reader is not None and not isinstance(batch, str):
            fresh += (story for story in batch.stories if now - story.time < _OF_USE)
    if reader is not None:
        from digest.select import plain_title

        reader.read(plain_title(story.title, story.source) for story in fresh)
    return reports


def _read(
    newsroom: Newsroom, store: Store, specs: Sequence[SourceSpec], now: datetime
) -> Iterator[tuple[SourceSpec, Batch | str]]:
    from digest.sources import read

    zone = newsroom.publication.zone
    known = [store.validators(spec.name, spec.url) for spec in specs]

    def one(index: int) -> Batch | str:
        try:
            return read(specs[index], now=now, zone=zone, validators=known[index])
        except Unreachable as error:
            return str(error)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from zip(specs, pool.map(one, range(len(specs))), strict=True)


def _store(
    store: Store, spec: SourceSpec, batch: Batch | str, now: datetime, progress: Progress | None
) -> SourceReport:
    if isinstance(batch, str):
        return SourceReport(spec.name, error=batch)
    counts = store.upsert(batch.stories, now, progress=progress)
    if batch.validators is not None:
        store.remember_validators(spec.name, spec.url, batch.validators)
    return SourceReport(
        spec.name,
        counts.new,
        counts.updated,
        counts.unchanged,
        batch.rejected,
        remarks=tuple(f"{one.where}: {one.what}" for one in batch.remarks),
        broken=next((one.what for one in batch.remarks if one.broken), ""),
    )
