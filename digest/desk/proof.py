"""One issue as a build would make it now. The store only rehearses, so that nothing lasts."""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.errors import AlreadySent, ConfigurationError, DigestError
from digest.model import Edition, Newsroom, Overrides
from digest.model.environment import cache_folder

if TYPE_CHECKING:
    from digest.app.pipeline import BuildContext, Outcome
    from digest.app.readings import SourceReport
    from digest.likeness import Reader
    from digest.render import CompiledTheme
    from digest.store import Store

_SHOWN = 10  # rejected stories of a source


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is known of one issue. Without ``files`` there is none, and ``error`` says why.

    ``notes`` are what a build would tell of its sources; ``state`` how this issue stands to what was built.
    """

    edition: Edition
    day: date
    files: dict[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    state: str = ""
    error: DigestError | None = None

    @property
    def manifest(self) -> Any:
        """The manifest as values; ``None`` where there is none."""
        return json.loads(self.files["manifest.json"]) if "manifest.json" in self.files else None


def proof(
    newsroom: Newsroom,
    edition: Edition,
    day: date,
    *,
    before: Sequence[Edition],
    outbox: Path,
    now: datetime,
    reader: Reader | None = None,
    themes: MutableMapping[str, CompiledTheme] | None = None,
) -> Proof:
    """The proof of one issue; editions of ``before`` are built first, as a build of all of them would.
    ``themes`` are kept from one proof to the next.

    Raises ``ConfigurationError`` for what is wrong in templates; any other trouble is the proof's ``error``.
    """
    from digest.app.pipeline import BuildContext
    from digest.render import load_theme
    from digest.store import open_store

    theme = load_theme(newsroom, cache_folder(newsroom.root), remember=False, known=themes)
    notes: tuple[str, ...] = ()
    try:
        with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
            notes = tuple(read_sources(newsroom, store, now))
            context = BuildContext(newsroom, store, theme, reader)
            _rehearse(context, before, day, now)
            return _composed(context, edition, day, notes, outbox, now)
    except ConfigurationError:
        raise
    except DigestError as error:
        return Proof(edition=edition, day=day, notes=notes, error=error)


def _rehearse(context: BuildContext, editions: Sequence[Edition], day: date, now: datetime) -> None:
    from digest.app.pipeline import rehearse

    for edition in editions:
        with suppress(DigestError):
            rehearse(context, edition, day, now=now, overrides=Overrides())


def _composed(
    context: BuildContext, edition: Edition, day: date, notes: tuple[str, ...], outbox: Path, now: datetime
) -> Proof:
    from digest.app.pipeline import compose
    from digest.app.specials import until_now

    try:
        outcome = compose(context, until_now(context.newsroom, edition, day, now), day, Overrides())
    except AlreadySent as sent:
        return _sent(context.store, edition, day, sent, outbox)
    if files := _personal(context.store, edition, day, outcome, outbox):
        revision = json.loads(files["manifest.json"])["revision"]
        state = f"Built as revision {revision} with its audience, and the issue for everybody has not changed since."
        return Proof(edition=edition, day=day, files=files, notes=notes, state=state)
    return Proof(edition=edition, day=day, files=outcome.files, notes=notes, state=_state(outcome))


def _personal(store: Store, edition: Edition, day: date, outcome: Outcome, outbox: Path) -> dict[str, bytes]:
    """The files of an issue that was built with an audience, if the issue for everybody still is as it was built.

    The desk knows no readers: without this every personal issue would look as if it had changed.
    """
    from digest.publish import Outbox

    built = store.built(edition.name, day)
    if built is None or "audience" not in json.loads(built.manifest):
        return {}
    with suppress(DigestError):
        files = Outbox(outbox).recorded(edition.name, day, built.manifest.encode()) or {}
        if all(files.get(name) == outcome.files.get(name) for name in ("index.html", "index.txt")):
            return files
    return {}


def _state(outcome: Outcome) -> str:
    if outcome.status == "unchanged":
        return f"Built as revision {outcome.revision}, and nothing has changed since."
    if outcome.current:
        return f"Built as revision {outcome.current.revision}; a build now would make revision {outcome.revision}."
    return "Not built yet."


def _sent(store: Store, edition: Edition, day: date, sent: AlreadySent, outbox: Path) -> Proof:
    """The issue that left the house: its files from the outbox, if they are the ones the ledger knows."""
    from digest.publish import Outbox

    built = store.built(edition.name, day)
    manifest = built.manifest.encode() if built else b"{}"
    with suppress(DigestError):
        if files := Outbox(outbox).recorded(edition.name, day, manifest):
            return Proof(edition=edition, day=day, files=files, state=f"This is what left the house: {sent}")
    return Proof(edition=edition, day=day, files={"manifest.json": manifest}, error=sent)


def read_sources(newsroom: Newsroom, store: Store, now: datetime) -> Iterator[str]:
    """Read all sources; yields what a build would say of them."""
    if not newsroom.sources:
        return
    from digest.app.ingest import ingest

    for report in ingest(newsroom, store, newsroom.sources, now=now):
        yield from _remarks(report)


def _remarks(report: SourceReport) -> Iterator[str]:
    if report.error:
        yield f"{report.error} Going on without {report.name}, with what the store has."
    if report.broken:
        yield f"{report.name}: {report.broken}"
    if report.rejected:
        yield f"{report.name}: {len(report.rejected)} rejected"
    for rejection in report.rejected[:_SHOWN]:
        yield f"{report.name}, {rejection.where}: {rejection.why}"
