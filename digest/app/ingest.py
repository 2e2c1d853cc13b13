"""Sources into the store: every source its own report, none stops the others."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digest.app.readings import SourceReport, Tally
from digest.app.side_by_side import Overdue, side_by_side
from digest.errors import CommandError, DigestError
from digest.model import Newsroom, Reading, SourceSpec, Story, Validators
from digest.model.pictures import UNSHOWN, kind_of
from digest.model.urls import url_key

if TYPE_CHECKING:
    from digest.likeness import Reader
    from digest.sources import Batch, Before, Known
    from digest.store import Store

_TYPES = {".xml": "rss", ".rss": "rss", ".atom": "rss", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
_SHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")
_AT_ONCE = 256
_SECONDS = 23.0  # for all sources that are read at once; one has 20
_GRACE = 1.0  # for what came at the last moment
_OF_USE = timedelta(days=14)  # since a story appeared: no issue built now looks back further

Progress = Callable[[int], None]


def chosen(newsroom: Newsroom, names: Sequence[str]) -> tuple[SourceSpec, ...]:
    """The sources a command names: by name, or as a file. Raises ``CommandError``."""
    return tuple(_source(newsroom, word) for word in names) if names else newsroom.sources


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
        if path.suffix.lower() in _SHEETS and _is_file(path):
            raise CommandError(f'"{word[:200]}" is a spreadsheet. Save it as CSV, and read that file.')
        if kind is not None:
            raise CommandError(
                f'there is no file "{word[:200]}", and no source of that name (there are: {names}).'
            )
        raise CommandError(
            f'"{word[:200]}" is neither a source of digest.yaml (there are: {names}) '
            f"nor a file that can be read ({', '.join(_TYPES)})."
        )
    return SourceSpec(name=path.stem, type=kind, url=str(path))


def _path(newsroom: Newsroom, word: str) -> Path:
    """A file from where one is, or else as digest.yaml would name it."""
    with suppress(RuntimeError):  # no home of that name
        path = Path(word).expanduser().absolute()
        if _is_file(path):
            return path
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
    fresh: list[tuple[str, str]] = []  # headlines, and whose
    since = now - _OF_USE
    before = store.readings()  # once: a house with many sources has many of them

    def seen(batch: Batch) -> None:
        if reader is not None:
            fresh.extend((story.title, story.source) for story in batch.stories if story.time > since)

    known = _known(newsroom, store, specs, now, before)
    for spec, state, batch in _read(newsroom, specs, known, now, was_read):
        earlier = before.get(spec.name, ())
        if batch is None:
            for part in _store_portions(newsroom, store, spec, now, state, earlier, progress):
                if isinstance(part, SourceReport):
                    reports.append(part)
                else:
                    seen(part)
            if was_read is not None:
                was_read(1)
        elif isinstance(batch, str):
            store.remember_reading(Reading(source=spec.name, at=now, error=batch))
            reports.append(SourceReport(spec.name, error=batch))
        else:
            with store.writing():  # one wait for the disk, not seven
                reports.append(_store(newsroom, store, spec, batch, now, earlier, progress))
            seen(batch)
    if reader is not None:
        from digest.select import plain_title

        reader.read(plain_title(title, source) for title, source in fresh)
    return reports


def _read(
    newsroom: Newsroom,
    specs: Sequence[SourceSpec],
    known: Sequence[Known],
    now: datetime,
    was_read: Progress | None,
) -> Iterator[tuple[SourceSpec, Known, Batch | str | None]]:
    """What every source yields, or why nothing, in the order of the sources whatever comes first.

    Nobody waits for a file: it is read when its turn comes, however long its making into stories takes. ``None`` stands
    for a file of lines, which is read while it is stored.
    """
    away = sum(not _is_local(spec) for spec in specs)
    until = time.monotonic() + _SECONDS * math.ceil(away / _AT_ONCE)
    readings = [
        partial(_reading, newsroom, spec, now, earlier, math.inf if _is_local(spec) else until, was_read)
        for spec, earlier in zip(specs, known, strict=True)
    ]
    waits = [reading for spec, reading in zip(specs, readings, strict=True) if not _is_local(spec)]
    results = side_by_side(waits, at_once=_AT_ONCE, until=until + _GRACE)
    started = next(results, None)  # the first asks for all of them
    for spec, state, reading in zip(specs, known, readings, strict=True):
        if _is_local(spec):
            yield spec, state, None if _is_long(spec) else reading()
            continue
        result, started = started or next(results), None
        try:
            yield spec, state, result()
        except Overdue:
            yield spec, state, f"{spec.name}: it was not read, for the time for all sources was over."


def _is_local(spec: SourceSpec) -> bool:
    return spec.type in _TYPES.values() and "://" not in spec.url


def _is_long(spec: SourceSpec) -> bool:
    from digest.sources import is_long

    return is_long(spec)


def _known(
    newsroom: Newsroom,
    store: Store,
    specs: Sequence[SourceSpec],
    now: datetime,
    readings: Mapping[str, Sequence[Reading]],
) -> list[Known]:
    """What is remembered of each source. A file that is no source of digest.yaml has no first reading."""
    from digest.sources import Known
    from digest.sources._settings import recheck

    known = []
    for spec in specs:
        validators = store.validators(spec.name, spec.url)
        first = (
            spec in newsroom.sources
            and validators is None
            and not any(not reading.error for reading in readings.get(spec.name, ()))
        )
        since = recheck(spec.type, spec.options)
        items = store.items_since(spec.name, now - since) if since else {}
        known.append(Known(validators=validators, first=first, items=items))
    return known


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
    batch: Batch,
    now: datetime,
    before: Sequence[Reading],
    progress: Progress | None,
) -> SourceReport:
    """A source that was read at once."""
    try:
        counts = store.upsert(
            batch.stories, now, progress=progress, trust_ids=bool(batch.items), republish=batch.republish
        )
    except DigestError:  # the store's own trouble
        raise
    except Exception as error:
        return SourceReport(spec.name, error=_failure(spec, error))
    withdrawn = _remember(store, spec, batch, now)
    tally = Tally(newsroom)
    tally.add(batch, _unshown(newsroom, spec, batch.stories).values())
    report = tally.report(spec.name, counts, withdrawn=withdrawn)
    store.remember_reading(tally.reading(report, before, now))
    return report


def _store_portions(
    newsroom: Newsroom,
    store: Store,
    spec: SourceSpec,
    now: datetime,
    known: Known,
    before: Sequence[Reading],
    progress: Progress | None,
) -> Iterator[Batch | SourceReport]:
    """A file of any length, a portion at a time: each portion, when it is stored, and at last what came of all."""
    intake = store.intake(now, progress)
    tally, error = Tally(newsroom), ""
    late: list[Batch] = []  # what is said of the times of stories that wait for the end
    for batch in _portions(newsroom, spec, now, known, intake):
        if isinstance(batch, str):
            error = batch
            break
        intake.trust = replace(intake.trust, republish=batch.republish)
        stories = dict(zip(batch.keys, batch.stories, strict=True))
        unshown = _unshown(newsroom, spec, batch.stories)
        prints = {
            key: 0 if story.url in unshown else print_
            for (key, story), print_ in zip(stories.items(), batch.prints, strict=True)
        }
        waiting = intake.put(stories, prints, batch.same)
        if _times_of(store, batch, now) and waiting:
            late.append(_only(batch, waiting))
        tally.add(batch, unshown.values())
        yield batch
    counts = intake.finish()
    for batch in late:
        _times_of(store, batch, now)
    tally.folded += intake.folded
    report = tally.report(spec.name, counts, error=error)
    if not error:
        store.remember_validators(spec.name, spec.url, Validators())
    store.remember_reading(tally.reading(report, before, now))
    yield report


def _portions(
    newsroom: Newsroom, spec: SourceSpec, now: datetime, known: Known, before: Before
) -> Iterator[Batch | str]:
    """The portions of a file; where it cannot be read on, why."""
    from digest.sources import portions

    publication = newsroom.publication
    try:
        yield from portions(
            spec, now=now, zone=publication.zone, locale=publication.locale, known=known, before=before
        )
    except DigestError as error:
        yield str(error)
    except Exception as error:
        yield _failure(spec, error)


def _only(batch: Batch, keys: Collection[str]) -> Batch:
    """What a portion tells of the times of some of its stories."""
    return replace(
        batch,
        stories=tuple(story for key, story in zip(batch.keys, batch.stories, strict=True) if key in keys),
        untimed=tuple(story for story in batch.untimed if url_key(story.url) in keys),
        remarks=(),
        same=(),
    )


def _unshown(newsroom: Newsroom, spec: SourceSpec, stories: Sequence[Story]) -> dict[str, str]:
    """Pictures of kinds that mail programs do not show, and no image service makes into others; by story's address."""
    remarks = {}
    for story in () if newsroom.images.resize else stories:
        kind = kind_of(story.image.url) if story.image else ""
        if kind in UNSHOWN:
            remarks[story.url] = (
                f"{spec.name}: its picture is {kind}, which mail programs do not show; the story runs without it"
            )
    return remarks


def _remember(store: Store, spec: SourceSpec, batch: Batch, now: datetime) -> int:
    """What the source told besides its stories; how many it withdrew."""
    store.remember_validators(spec.name, spec.url, batch.validators or Validators())
    if batch.not_modified:
        return 0
    _times_of(store, batch, now)
    if not batch.items and not batch.withdrawn:
        return 0
    known = store.items_since(spec.name, datetime.min.replace(tzinfo=UTC))
    withdrawn = {known[item.item]: item.why for item in batch.withdrawn if item.item in known}
    for item in known.keys() - {item.item for item in batch.withdrawn}:  # the same story by another item
        withdrawn.pop(known[item], None)
    store.remember_items(spec.name, {item.item: item.url for item in batch.items})
    store.returned(item.url for item in batch.items)
    fresh = {
        id: reason
        for id, reason in withdrawn.items()
        if not store.withheld().get(id, "").startswith("withdrawn")
    }
    store.withdraw(fresh, now)
    return len(fresh)


def _times_of(store: Store, batch: Batch, now: datetime) -> bool:
    """Remember which stories have no time that can be used, and which have one now; whether there are any such."""
    if batch.untimed:
        store.note_untimed({item.url: item.why for item in batch.untimed}, now)
    return store.timed(story.url for story in batch.stories if story.published_at is not None)
