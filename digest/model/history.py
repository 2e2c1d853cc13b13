"""What the ledger remembers, as the pure stages read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from digest.model.stories import Story, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIssue:
    """An issue as recorded. ``sequence`` grows with each first build; ``content`` is the manifest as written."""

    edition: str
    date: date
    revision: int
    sequence: int
    window: Window
    first_built_at: datetime  # when revision 1 was built
    built_at: datetime
    sent_at: datetime | None = None
    delivered: int | None = None
    manifest: str = ""
    expected_sends: int | None = None  # the edition's figure when it was built

    @property
    def manifest_sha256(self) -> str:
        """By what receipts and approvals know this very revision; read it where the manifest came along."""
        return sha256(self.manifest.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStory:
    """A story that ran, with what is needed to recognise another telling of its event."""

    edition: str
    date: date
    story: Story
    section: str = ""
    position: int = 0
    also: tuple[str, ...] = ()  # ids of the event's other tellings: they ran with it


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAd:
    """An ad that ran. ``sends`` is the mailer's receipt, else what the edition expected, else ``None``."""

    edition: str
    date: date
    line_item: str
    creative: str
    advertiser: str | None
    tier: str
    slot: str
    gap: int
    section: str | None = None
    sends: int | None = None
    delivered: bool = False  # whether `sends` is the mailer's receipt
    neighbours: tuple[str, ...] = ()  # titles of the stories next to it
    sequence: int = 0  # of its issue: orders two issues of one date
    readers: int | None = None  # of an audience, those whose issue has it; then ``sends`` says nothing of it
    opens: int | None = None  # of its issue
    clicks: int | None = None  # on it; None where the mailer told none
    clicks_kind: str = ""  # unique | total
    ran_as: str = ""  # the id its booking had then, where that was another

    @property
    def elsewhere(self) -> str:
        """The publication that ran it, where it is another one that shares the booking; else empty."""
        return self.edition.rpartition("/")[0]
