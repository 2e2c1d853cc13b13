"""Is the morning well? What is due, what of it is there, and how fresh the stories are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from digest.app.approval import needs_approval
from digest.app.campaign_notes import is_variant
from digest.app.history import audience_of
from digest.model import BuiltIssue, Edition, Newsroom
from digest.model.issue_date import day_of
from digest.select import last_issue_date

if TYPE_CHECKING:
    from digest.model.mail import CampaignNote
    from digest.store import Store

_STATES = {
    "intended": "unanswered", "created": "draft", "updated": "draft", "cancelled": "draft", "scheduled": "scheduled",
    "sending": "sending", "delivered": "sent", "sent": "sent", "failed": "failed",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What the ledger knows of an issue at its mailer.

    ``state``: draft | scheduled | sending | sent, or unanswered | failed, where the last run did not get so far.
    ``revision`` is the one the mailer has, ``due`` what it is scheduled for. Of an issue that goes by variants it is
    the state of the one that is least far; ``variants`` are how many it has, ``campaigns`` how many of them the mailer.
    """

    mailer: str
    state: str
    campaign: str
    revision: int
    at: datetime
    due: datetime | None
    variants: int = 0
    campaigns: int = 0

    @property
    def there(self) -> bool:
        return self.state not in ("unanswered", "failed")

    @property
    def whole(self) -> bool:
        """Whether the mailer has it, with all its variants."""
        return self.there and self.campaigns == self.variants


NEEDS = ("built", "approved", "handed-over", "sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionStatus:
    """The latest issue of an edition that is due; ``issue`` is what the ledger has of it."""

    edition: str
    date: date
    issue: BuiltIssue | None
    approved: bool | None = None  # None where the edition asks for no approval
    due: bool = True  # False of a special of another day: nobody waits for it
    handed_over: HandedOver | None = None  # None where it was never tried

    @property
    def built(self) -> bool:
        return self.issue is not None

    @property
    def sent(self) -> bool:
        return self.issue is not None and self.issue.sent_at is not None

    def missing(self, needs: str) -> bool:
        """Whether the issue is not as far as a monitor needs it, one of ``NEEDS``."""
        if not self.due:
            return False
        if needs == "sent" or self.sent:
            return not self.sent
        if needs == "handed-over":
            return not (self.issue and self.handed_over and self.handed_over.whole) or self.outdated
        return not self.built or (needs == "approved" and self.approved is False)

    @property
    def outdated(self) -> bool:
        """Whether the mailer has an earlier revision than the outbox."""
        handed = self.handed_over
        return bool(handed and handed.there and self.issue and 0 < handed.revision < self.issue.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsroomStatus:
    """Every edition's latest due issue (of one on demand the last there is), and when the newest story was published
    and first seen."""

    editions: tuple[EditionStatus, ...]
    newest_story: datetime | None


def status(newsroom: Newsroom, store: Store, now: datetime, grace: timedelta) -> NewsroomStatus:
    """What is due at ``now``: an issue counts once its cutoff is ``grace`` ago."""
    newest = store.search(limit=1)
    return NewsroomStatus(
        editions=tuple(
            state
            for edition in newsroom.editions
            if (state := _of(newsroom, store, edition, now - grace)) is not None
        ),
        newest_story=newest[0].time if newest else None,
    )


def _of(newsroom: Newsroom, store: Store, edition: Edition, due_at: datetime) -> EditionStatus | None:
    """``None`` where there is nothing to tell: no special was built so far."""
    today = due_at.astimezone(newsroom.publication.zone).date()
    if edition.cadence == "on_demand":
        last = store.previous(edition.name, date.max)
        if last is None:
            return None
        day, due = last.date, day_of(last.date) == today and last.window.end <= due_at
    else:
        day, due = last_issue_date(edition, newsroom.publication.zone, due_at), True
    built = store.built(edition.name, day)
    is_required = edition.approval == "required"
    approved = built is not None and not needs_approval(store, edition, built) if is_required else None
    notes = store.campaign_notes(edition.name, day) if built else []
    return EditionStatus(
        edition=edition.name,
        date=day,
        issue=built,
        approved=approved,
        due=due,
        handed_over=handed_over(notes, audience_of(built).get("variants", 0)),
    )


def handed_over(notes: Sequence[CampaignNote], variants: int = 0) -> HandedOver | None:
    """What the notes of an issue come to, oldest first; ``variants`` is how many it has."""
    if not notes:
        return None
    if is_variant(notes[-1].name):
        return _by_variants(notes, variants)
    return _campaign(notes)


def _campaign(notes: Sequence[CampaignNote]) -> HandedOver:
    last = notes[-1]
    return HandedOver(
        mailer=last.mailer,
        state=_STATES[last.event],
        campaign=next((note.campaign for note in reversed(notes) if note.campaign), ""),
        revision=next((note.revision for note in reversed(notes) if note.content), 0),
        at=last.at,
        due=last.due if last.event == "scheduled" else None,
    )


_LEAST_FAR = ("failed", "unanswered", "draft", "scheduled", "sending", "sent")


def _by_variants(notes: Sequence[CampaignNote], variants: int) -> HandedOver:
    """The least far of the campaigns of one revision: those of variants that are no more do not count."""
    by_name: dict[str, list[CampaignNote]] = {}
    for note in notes:
        if is_variant(note.name):
            by_name.setdefault(note.name, []).append(note)
    every = [_campaign(own) for own in by_name.values()]
    newest = max(campaign.revision for campaign in every)
    now = [campaign for campaign in every if campaign.revision == newest]
    least = min(now, key=lambda campaign: _LEAST_FAR.index(campaign.state))
    return replace(least, campaign="", variants=variants, campaigns=sum(campaign.there for campaign in now))
