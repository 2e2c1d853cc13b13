"""The store as the rest of the house sees it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self

from digest.model import (
    Approval,
    BuiltIssue,
    Counts,
    FileChange,
    IssueNote,
    Mark,
    Reading,
    RunAd,
    RunStory,
    Story,
    StoryEdit,
    Validators,
)
from digest.model.mail import CampaignNote, IssueReceipt
from digest.model.urls import url_key
from digest.store import (
    care,
    desk,
    editing,
    files,
    intake,
    issues,
    ledger,
    locks,
    mail,
    publications,
    ran,
    readings,
    sources,
    stories,
)
from digest.store.care import Pruned
from digest.store.database import Database

WAIT = 30.0  # seconds for the lock


class Store:
    """Stories, the desk and the ledger of one publication. Times in and out are aware; out they are UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._locked: dict[str, Callable[[], None]] = {}  # by edition: what raises where the lock was lost

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
        self,
        stories_in: Iterable[Story],
        now: datetime,
        progress: Callable[[int], None] | None = None,
        *,
        trust_ids: bool = False,
        republish: bool = False,
    ) -> Counts:
        """Put stories in by canonical URL; ``progress`` is told how many more are done.

        See :func:`digest.store.intake.upsert` for what becomes of ids and times.
        """
        trust = intake.Trust(trust_ids, republish)
        return intake.upsert(self._database, stories_in, now, progress, trust)

    def intake(self, now: datetime, progress: Callable[[int], None] | None = None) -> intake.Intake:
        """The same for stories that come in portions, from a file of any length."""
        return intake.Intake(self._database, now, progress)

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
        """Stories newest first: with all ``words`` (:mod:`digest.model.search`) in title, summary, author or tags, a
        time in ``span`` (half-open), and a category among ``match`` (casefolded names)."""
        wanted = stories.StorySearch(tuple(words), span, match)
        return stories.search(self._database, wanted, limit)

    def count(
        self,
        *,
        words: Sequence[str] = (),
        span: tuple[datetime, datetime] | None = None,
        match: frozenset[str] | None = None,
    ) -> int:
        """How many stories :meth:`search` finds without a limit."""
        with self._database.reading():
            return stories.StorySearch(tuple(words), span, match).count(self._database)

    @property
    def has_index(self) -> bool:
        """Whether words are looked for in an index; else every story is read."""
        return self._database.indexed

    # The desk

    def mark(self, mark: Mark) -> None:
        """Remember an editor's decision. Raises ``CommandError`` for an unknown story."""
        desk.add(self._database, mark)

    def marks(self) -> list[Mark]:
        """The decisions that stand, oldest first."""
        return desk.current(self._database)

    def marks_of(self, story: str | None = None) -> list[Mark]:
        """Every decision about a story, or about any, releases too, oldest first."""
        return desk.history(self._database, story)

    def undo(self, decision: Mark | StoryEdit | IssueNote, *, at: datetime, by: str = "") -> None:
        """Take one decision back; all others stand as before. Raises ``CommandError`` where it stands no more."""
        if isinstance(decision, Mark):
            desk.undo(self._database, decision, at=at, by=by)
        elif isinstance(decision, StoryEdit):
            editing.undo_edit(self._database, decision, at=at, by=by)
        else:
            editing.undo_note(self._database, decision, at=at, by=by)

    def release(
        self, ids: Iterable[str], edition: str | None = None, *, at: datetime, by: str = "", note: str = ""
    ) -> int:
        """Take back what was decided about stories, or only what was said for one edition; how many were."""
        return desk.release(self._database, ids, edition=edition, at=at, by=by, note=note)

    def edit(self, edit: StoryEdit) -> None:
        """Remember an editor's words for a story. Raises ``CommandError`` for an unknown story."""
        editing.edit(self._database, edit)

    def edits(self, story: str | None = None) -> list[StoryEdit]:
        """Every edit ever made, in order; of one story, or of all."""
        return editing.edits_of(self._database, story)

    def write_note(self, note: IssueNote) -> None:
        """Remember the editor's note of an issue; an empty one takes it back."""
        editing.note(self._database, note)

    def notes(self, edition: str, day: date) -> list[IssueNote]:
        """Every note of an issue, in the order they were written."""
        return editing.notes_of(self._database, edition, day)

    def note(self, edition: str, day: date) -> IssueNote | None:
        """The note that stands for an issue."""
        notes = editing.notes_of(self._database, edition, day)
        return notes[-1] if notes and notes[-1] else None

    def remember(self, change: FileChange) -> None:
        """Remember a change of a file of the newsroom."""
        files.add(self._database, change)

    def file_changes(self) -> list[FileChange]:
        """Every change of a file that was made at the desk, in order."""
        return files.every(self._database)

    def approve(self, approval: Approval) -> None:
        """Remember somebody's yes to one revision of an issue; with an empty ``manifest``, that it was withdrawn."""
        editing.approve(self._database, approval)

    def approvals(self, edition: str, day: date) -> list[Approval]:
        """Every approval of an issue, and every withdrawal, in the order they were given."""
        return editing.approvals_of(self._database, edition, day)

    def approval(self, edition: str, day: date) -> Approval | None:
        """The latest approval of an issue, of whichever revision; ``None`` where it was withdrawn."""
        approvals = self.approvals(edition, day)
        return approvals[-1] if approvals and approvals[-1].manifest else None

    def approved(self) -> dict[tuple[str, date], int]:
        """The revision of each issue that was approved last."""
        last = {
            (approval.edition, approval.date): approval for approval in editing.approvals_of(self._database)
        }
        return {issue: approval.revision for issue, approval in last.items() if approval.manifest}

    # The ledger

    def built(self, edition: str, day: date, revision: int | None = None) -> BuiltIssue | None:
        """An issue with its manifest: the revision that was sent, else the newest; or the one asked for."""
        return issues.built(self._database, edition, day, revision)

    def previous(self, edition: str, day: date) -> BuiltIssue | None:
        """The last issue of an edition before the one of ``day``; without its manifest."""
        return issues.previous(self._database, edition, day)

    def issues(self, edition: str | None = None, day: date | None = None) -> list[BuiltIssue]:
        """What was built, of one day or ever, by date and order of building; without manifests."""
        return issues.every(self._database, edition, day)

    def ran_stories(self, first: date, last: date, edition: str | None = None) -> list[RunStory]:
        """The stories of issues dated ``first``..``last``, both inclusive."""
        return ran.stories(self._database, first, last, edition)

    def ran_ads(
        self,
        before: date | None = None,
        line_items: Iterable[str] | None = None,
        now: Mapping[str, str] = {},
        shared: Mapping[str, tuple[str, ...]] = {},
    ) -> list[RunAd]:
        """The ads of issues dated before ``before``, of some line items; of all where ``None``.

        ``now`` says what old ids are called today: their ads are those of the booking of today, ``ran_as`` the old id.
        ``shared`` says which publications share a line item: theirs follow, their edition named ``bay-news/daily``.
        """
        own = ran.ads(self._database, before, line_items, now)
        wanted = (
            shared
            if line_items is None
            else {name: by for name, by in shared.items() if now.get(name, name) in set(line_items)}
        )
        return own + ran.ads_elsewhere(self._database, before, wanted, now)

    def record(
        self,
        issue: BuiltIssue,
        run: Sequence[RunStory],
        ads: Sequence[RunAd],
        files: Mapping[str, bytes] = {},
    ) -> BuiltIssue:
        """Remember an issue, what ran in it and its files, all or nothing; returns it with its sequence.

        Raises ``AlreadySent``, ``DigestError``.
        """
        with self._writing(issue.edition):
            return ledger.record(self._database, issue, run, ads, files)

    def files(self, edition: str, day: date, revision: int | None = None) -> dict[str, bytes]:
        """The files of an issue as they were built; empty where they were not kept."""
        return issues.files_of(self._database, edition, day, revision)

    def is_sent(self, edition: str, day: date) -> bool:
        issue = self.built(edition, day)
        return issue is not None and issue.sent_at is not None

    def to_be_sent(self, edition: str, day: date, revision: int | None = None) -> BuiltIssue:
        """The issue that a receipt may speak of. Raises ``CommandError`` where there is none."""
        return issues.to_be_sent(self._database, edition, day, revision)

    def mark_sent(
        self,
        edition: str,
        day: date,
        at: datetime,
        delivered: int | None = None,
        *,
        revision: int | None = None,
        by: str = "",
    ) -> None:
        """The mailer's receipt; :func:`digest.app.sending.mark_sent` tells the outbox too.

        Raises ``CommandError`` for an issue or a revision that was never built, or a count that cannot be.
        """
        with self._writing(edition):
            issues.mark_sent(self._database, edition, day, at, delivered, revision, by)

    def undo_sent(self, edition: str, day: date, at: datetime, by: str = "") -> None:
        """Take a receipt back. Raises ``CommandError`` where the edition's next issue is built already."""
        with self._writing(edition):
            issues.undo_sent(self._database, edition, day, at, by)

    def history(self, edition: str, day: date) -> list[dict[str, Any]]:
        """What happened to an issue, oldest first; see :func:`digest.store.issues.history`."""
        return issues.history(self._database, edition, day)

    def writing(self) -> AbstractContextManager[None]:
        """One transaction around several calls, whole or not at all."""
        return self._database.writing()

    @contextmanager
    def _writing(self, edition: str) -> Iterator[None]:
        """A transaction of one who holds the edition's lock, if it was taken at all."""
        with self._database.writing():
            self._locked.get(edition, lambda: None)()
            yield

    # The mailer

    def campaign_notes(self, edition: str, day: date) -> list[CampaignNote]:
        """What is remembered of the campaign of an issue, oldest first."""
        return mail.notes(self._database, edition, day)

    def note_campaign(self, note: CampaignNote) -> None:
        """One more note, kept for good before this returns."""
        with self._writing(note.edition):
            mail.add_note(self._database, note)

    def handed_over(self, since: date) -> list[tuple[str, date]]:
        """The issues dated ``since`` or later of which there is a campaign, by date."""
        return mail.handed_over(self._database, since)

    def add_receipt(self, receipt: IssueReceipt) -> None:
        """What the mailer tells of an issue; it takes the place of what it told before."""
        with self._writing(receipt.edition):
            mail.add_receipt(self._database, receipt)

    def receipts(
        self, *, first: date | None = None, last: date | None = None, edition: str | None = None
    ) -> list[IssueReceipt]:
        """What the mailer told of the issues dated ``first``..``last``, both inclusive, by date and edition."""
        return mail.receipts(self._database, first=first, last=last, edition=edition)

    # Around it

    def validators(self, name: str, url: str) -> Validators | None:
        """What the server of a source said last time."""
        return sources.validators(self._database, name, url)

    def remember_validators(self, name: str, url: str, validators: Validators) -> None:
        sources.remember(self._database, name, url, validators)

    def prune(self, *, before: date, seen_before: datetime, line_items: Collection[str]) -> Pruned:
        """Forget what is old; see :func:`digest.store.care.prune`."""
        return care.prune(
            self._database,
            before=before,
            seen_before=seen_before,
            line_items=line_items,
        )

    def shrink(self) -> None:
        """Give the room of what was forgotten back to the disk."""
        care.shrink(self._database)

    def remember_reading(self, reading: Reading) -> None:
        """One more reading of a source."""
        readings.remember(self._database, reading)

    def readings(self) -> dict[str, list[Reading]]:
        """The last readings of each source, oldest first."""
        return readings.of_sources(self._database)

    def remember_items(self, source: str, addresses: Mapping[str, str]) -> None:
        """What a source calls the stories at these addresses: item -> address."""
        readings.remember_items(self._database, source, addresses)

    def items_since(self, source: str, since: datetime) -> dict[str, str]:
        """What a source is known to have from ``since`` on: item -> id of the story."""
        return readings.items_since(self._database, source, since)

    def note_untimed(self, whys: Mapping[str, str], at: datetime) -> None:
        """Stories (address -> why) whose time cannot be used run in no issue until they have one."""
        undated = readings.undated(self._database, whys)
        by_id = {id: whys[url] for url in whys if (id := undated.get(url_key(url)))}
        readings.note(self._database, "untimed", by_id, at)

    def timed(self, urls: Iterable[str]) -> bool:
        """The stories at these addresses have a time now; whether there were any without."""
        if not readings.any_noted(self._database, "untimed"):
            return False
        readings.forget(self._database, "untimed", readings.ids_at(self._database, urls).values())
        return True

    def withdraw(self, whys: Mapping[str, str], at: datetime) -> None:
        """Stories (id -> why) that their source took back run in no issue again."""
        readings.note(self._database, "withdrawn", whys, at)

    def returned(self, urls: Iterable[str]) -> None:
        """The stories at these addresses are published after all."""
        readings.forget(self._database, "withdrawn", readings.ids_at(self._database, urls).values())

    def withheld(self) -> dict[str, str]:
        """Stories that cannot run for what their source told of them, by id, with the rule first."""
        return readings.noted(self._database)

    def publications(self) -> dict[str, str]:
        """The names of the publications that share this store, by id."""
        return publications.names(self._database)

    def others_reading(self, addresses: Collection[tuple[str, str]]) -> list[str]:
        """The ids of other publications with issues that have read all of these sources (name and address); none where
        this one has issues itself."""
        return sources.others_reading(self._database, addresses)

    @contextmanager
    def lock(self, *editions: str, wait: float = WAIT) -> Iterator[None]:
        """Hold editions for a build; others wait. Raises ``Unreachable`` after ``wait`` seconds for one of them."""
        names = tuple(sorted(set(editions) - self._locked.keys()))
        with locks.locks(self._database, names, wait) as held:
            self._locked |= dict(zip(names, held, strict=True))
            try:
                yield
            finally:
                for name in names:
                    del self._locked[name]
