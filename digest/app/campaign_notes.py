"""What the ledger's notes tell of a campaign: its issue, what it held last, whether an answer is missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Protocol

from digest.model.mail import CampaignNote, Message

LATE = timedelta(minutes=15)  # how long a mailer may take to list what it has made


class Ledger(Protocol):
    """What is remembered of campaigns, oldest first."""

    def campaign_notes(self, edition: str, day: date) -> list[CampaignNote]:
        """Every note of one issue."""

    def note_campaign(self, note: CampaignNote) -> None:
        """One more note, kept for good before this returns."""


def issue_noted(name: str, day: date) -> tuple[str, date]:
    """The edition and date of a campaign that is named ``daily 2026-01-23 harbor-post``."""
    return name.split(" ", 1)[0], day


def is_variant(name: str) -> bool:
    """Whether a campaign is one of a variant: its name is its issue's and the variant's."""
    return name.count(" ") == 3


def notes_of(notes: Iterable[CampaignNote], name: str) -> list[CampaignNote]:
    """The notes of one campaign: of a variant's those of its name, of an issue's all that are no variant's."""
    if is_variant(name):
        return [note for note in notes if note.name == name]
    return [note for note in notes if not is_variant(note.name)]


def content_of(message: Message) -> str:
    """What a campaign holds, as a hash: the ledger keeps that, not the text."""
    return content_hash(message.subject, message.html)


def content_hash(subject: str | None, html: str) -> str:
    """SHA-256 of subject and HTML, in hexadecimal digits."""
    return sha256(f"{subject}\0{html}".encode()).hexdigest()


def last_content(notes: Iterable[CampaignNote], campaign: str) -> CampaignNote | None:
    """The newest note that says what this campaign holds."""
    return next((note for note in reversed(list(notes)) if note.content and note.campaign == campaign), None)


def unanswered(notes: list[CampaignNote], now: datetime) -> bool:
    """Whether the last thing known is that a campaign was about to be made, a short while ago."""
    return bool(notes) and notes[-1].event == "intended" and now - notes[-1].at < LATE


def delivery_event(notes: list[CampaignNote], target: str) -> str:
    """The last that is known of one target: delivered | intended | failed, or empty."""
    return next((note.event for note in reversed(notes) if note.campaign == target), "")
