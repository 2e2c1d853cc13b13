"""The message a campaign is made of, its name at the mailer, and when it goes out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import CommandError
from digest.model.issue_date import day_of
from digest.model.mail import MailerSpec, Message

if TYPE_CHECKING:
    from digest.model import BuiltIssue, Edition, Newsroom


def name_of(edition: str, day: date, publication: str) -> str:
    """How a campaign is named, and found: ``daily 2026-01-23 harbor-post``."""
    return f"{edition} {day.isoformat()} {publication}"


def variant_of(message: Message, name: str, files: dict[str, bytes], subject: str, preheader: str) -> Message:
    """The message of a variant of the issue that ``message`` is."""
    return replace(
        message,
        name=f"{message.name} {name}",
        subject=subject,
        preheader=preheader,
        html=files["index.html"].decode("utf-8"),
        text=files["index.txt"].decode("utf-8"),
        eml=files["message.eml"],
        files=files,
    )


def message_of(
    newsroom: Newsroom,
    edition: Edition,
    built: BuiltIssue,
    files: dict[str, bytes],
    folder: Path,
    spec: MailerSpec,
    publication: str,
) -> Message:
    """The issue in the outbox as a mailer gets it. Raises ``ConfigurationError`` for a ``from`` that is no address."""
    from digest.publish.message import sender

    manifest = json.loads(built.manifest)
    who, address = sender(edition.sender, newsroom.publication)
    return Message(
        name=name_of(built.edition, built.date, publication),
        publication=newsroom.publication.name,
        edition=built.edition,
        date=built.date,
        revision=built.revision,
        subject=str(manifest["subject"]),
        preheader=str(manifest["preheader"]),
        sender_name=who,
        sender_address=address,
        reply_to=getattr(edition, "reply_to", "") or "",
        html=files["index.html"].decode("utf-8"),
        text=files["index.txt"].decode("utf-8"),
        eml=files["message.eml"],
        lists=tuple(spec.lists.get(built.edition, ())),
        folder=folder,
        files=files,
    )


def due(words: str, day: date, newsroom: Newsroom) -> datetime:
    """``06:30`` on the issue's date, or ``2026-01-23T06:30``, on the publication's clocks.

    An hour that a change of clocks skips is read with the offset before it; of two, the first. Raises ``CommandError``.
    """
    text = words.strip()
    try:
        at = datetime.fromisoformat(
            text if "-" in text[5:] or "T" in text or " " in text else f"{day_of(day)}T{text}"
        )
    except ValueError:
        raise CommandError(
            f'"{words}" is no time; write it as 06:30 (on the issue\'s date) or {day_of(day)}T06:30.'
        ) from None
    return (at.replace(tzinfo=newsroom.publication.zone) if at.tzinfo is None else at).astimezone(UTC)


def check_due(at: datetime, now: datetime, newsroom: Newsroom) -> None:
    """Raises ``CommandError`` for a time that has passed."""
    if at <= now:
        clock = newsroom.publication.clock
        raise CommandError(
            f"{clock(at)} ({newsroom.publication.timezone}) has passed; it is {clock(now)}. "
            "Give a later --at, send with --now, or leave a draft with --draft."
        )
