"""Is the morning well? What is due, what of it is there, and how fresh the stories are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from digest.app.approval import needs_approval
from digest.model import BuiltIssue, Edition, Newsroom
from digest.select import last_issue_date

if TYPE_CHECKING:
    from digest.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionStatus:
    """The latest issue of an edition that is due; ``issue`` is what the ledger has of it."""

    edition: str
    date: date
    issue: BuiltIssue | None
    approved: bool | None = None  # None where the edition asks for no approval

    @property
    def built(self) -> bool:
        return self.issue is not None

    @property
    def sent(self) -> bool:
        return self.issue is not None and self.issue.sent_at is not None

    def missing(self, needs: str) -> bool:
        """Whether the issue is not as far as a monitor needs it: ``built``, ``approved`` or ``sent``."""
        if needs == "sent":
            return not self.sent
        return not self.built or (needs == "approved" and self.approved is False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsroomStatus:
    """Every edition's latest due issue, and when the newest story was published and first seen."""

    editions: tuple[EditionStatus, ...]
    newest_story: datetime | None


def status(newsroom: Newsroom, store: Store, now: datetime, grace: timedelta) -> NewsroomStatus:
    """What is due at ``now``: an issue counts once its cutoff is ``grace`` ago."""
    newest = store.search(limit=1)
    return NewsroomStatus(
        editions=tuple(
            _of(newsroom, store, edition, now - grace)
            for edition in newsroom.editions
            if edition.cadence != "on_demand"
        ),
        newest_story=newest[0].time if newest else None,
    )


def _of(newsroom: Newsroom, store: Store, edition: Edition, due_at: datetime) -> EditionStatus:
    day = last_issue_date(edition, newsroom.publication.zone, due_at)
    built = store.built(edition.name, day)
    asked = edition.approval == "required"
    approved = built is not None and not needs_approval(store, edition, built) if asked else None
    return EditionStatus(edition=edition.name, date=day, issue=built, approved=approved)
