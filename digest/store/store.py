"""The store as the rest of the house sees it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from types import TracebackType
from typing import Self

from digest.model import BuiltIssue, Counts, Mark, RunAd, RunStory, Story, Validators
from digest.store import desk, ledger, locks, sources, stories
from digest.store.database import Database

WAIT = 30.0  # seconds for the lock


class Store:
    """Stories, the desk and the ledger of one newsroom. Times in and out are aware; out they are UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._locked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    # Stories

    def upsert(
        self, stories_in: Iterable[Story], now: datetime, progress: Callable[[int], None] | None = None
    ) -> Counts:
        """Put stories in by canonical URL; ``progress`` is told how many more are done.

        See :func:`digest.store.stories.upsert` for what becomes of ids.
        """
        return stories.upsert(self._database, stories_in, now, progress)

    def candidates(self, start: datetime, end: datetime, ids: Collection[str] = ()) -> list[Story]:
        """Stories with a time in [start, end), newest first, equal times by id.

        Also those of that time which an embargo moved later, those an editor pinned, and those of ``ids``:
        an issue that may not have them can say why.
        """
        pinned = {mark.story for mark in self.marks() if mark.action == "pin"}
        return stories.candidates(self._database, start, end, pinned | set(ids))

    def stories(self, ids: Iterable[str]) -> dict[str, Story]:
        """The stories of ``ids`` that are there, by id."""
        return stories.by_ids(self._database, ids)

    def search(
        self,
        *,
        words: Sequence[str] = (),
        span: tuple[datetime, datetime] | None = None,
        match: frozenset[str] | None = None,
        limit: int = 50,
    ) -> list[Story]:
        """Stories newest first: with all ``words`` in the title (any case, parts of words too), a time in
        ``span`` (half-open), and a category among ``match`` (casefolded names)."""
        wanted = stories.Search(tuple(words), span, match)
        return stories.search(self._database, wanted, limit)

    # The desk

    def mark(self, mark: Mark) -> None:
        """Remember an editor's decision. Raises ``CommandError`` for an unknown story."""
        desk.add(self._database, mark)

    def marks(self) -> list[Mark]:
        """The decisions that stand, oldest first."""
        return desk.current(self._database)

    def marks_of(self, story: str) -> list[Mark]:
        """Every decision about a story, releases too, oldest first."""
        return desk.history(self._database, story)

    def release(
        self, ids: Iterable[str], edition: str | None = None, *, at: datetime, by: str = "", note: str = ""
    ) -> int:
        """Take back what was decided about stories, or only what was said for one edition; how many were."""
        return desk.release(self._database, ids, edition=edition, at=at, by=by, note=note)

    # The ledger

    def built(self, edition: str, day: date) -> BuiltIssue | None:
        """The newest revision of an issue, with its manifest."""
        return ledger.built(self._database, edition, day)

    def previous(self, edition: str, day: date) -> BuiltIssue | None:
        """The last issue of an edition dated before ``day``; without its manifest."""
        return ledger.previous(self._database, edition, day)

    def issues(self, edition: str | None = None) -> list[BuiltIssue]:
        """What was built, by date and order of building; without manifests."""
        return ledger.every(self._database, edition)

    def ran_stories(self, first: date, last: date, edition: str | None = None) -> list[RunStory]:
        """The stories of issues dated ``first``..``last``, both inclusive."""
        return ledger.ran(self._database, first, last, edition)

    def ran_ads(self, before: date | None = None, line_items: Iterable[str] | None = None) -> list[RunAd]:
        """The ads of issues dated before ``before``, of some line items; of all where ``None``."""
        return ledger.ads(self._database, before, line_items)

    def record(self, issue: BuiltIssue, ran: Sequence[RunStory], ads: Sequence[RunAd]) -> BuiltIssue:
        """Remember an issue and what ran in it, all or nothing; returns it with its sequence.

        Raises ``AlreadySent``, ``DigestError``.
        """
        return ledger.record(self._database, issue, ran, ads)

    def mark_sent(self, edition: str, day: date, at: datetime, delivered: int | None = None) -> None:
        """The mailer's receipt. Raises ``CommandError`` for an issue that was never built."""
        ledger.mark_sent(self._database, edition, day, at, delivered)

    # Around it

    def validators(self, name: str, url: str) -> Validators | None:
        """What the server of a source said last time."""
        return sources.validators(self._database, name, url)

    def remember_validators(self, name: str, url: str, validators: Validators) -> None:
        sources.remember(self._database, name, url, validators)

    @contextmanager
    def lock(self, wait: float = WAIT) -> Iterator[None]:
        """Hold the store for a build; others wait. Raises ``Unreachable`` after ``wait`` seconds."""
        if self._locked:
            yield
            return
        with locks.lock(self._database, wait):
            self._locked += 1
            try:
                yield
            finally:
                self._locked -= 1
