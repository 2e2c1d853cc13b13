"""Issues of an edition on demand: which one of its day is meant, and when its window ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from digest.app.status import handed_over
from digest.errors import CommandError
from digest.model import BuiltIssue, Edition, Newsroom
from digest.model.counts import counted
from digest.model.issue_date import MOST, day_of, number_of, numbered
from digest.select import until

if TYPE_CHECKING:
    from digest.publish import Outbox
    from digest.store import Store


def special_now(store: Store, edition: Edition, day: date, outbox: Outbox | None = None) -> date:
    """The special of a day that is worked on: the last one, or the next once that one left the house.

    A folder of ``outbox`` with a receipt was sent, whatever the ledger knows.
    """
    last = max(store.issues(edition.name, day), key=lambda issue: issue.date, default=None)
    number = number_of(last.date) + has_left(store, last) if last else 1
    dates = outbox.dates(edition.name) if outbox else []
    sent = [date for date in dates if outbox and outbox.is_sent(edition.name, date)]
    taken = max((number_of(date) for date in sent if day_of(date) == day_of(day)), default=0)
    return numbered(day, min(max(number, taken + 1), MOST))


def has_left(store: Store, issue: BuiltIssue) -> bool:
    """Whether a special was sent or handed over to the mailer."""
    handed = handed_over(store.campaign_notes(issue.edition, issue.date))
    return issue.sent_at is not None or bool(handed and handed.there)


def check_number(store: Store, edition: Edition, day: date) -> None:
    """Raises ``CommandError`` for a special whose number leaves one out."""
    last = max((number_of(issue.date) for issue in store.issues(edition.name, day)), default=0)
    if number_of(day) > last + 1:
        raise CommandError(
            f"{edition.name} has {counted(last, 'issue') if last else 'no issue'} of {day_of(day)} so far. The next is "
            f"{numbered(day, last + 1)}."
        )


def with_cutoff(newsroom: Newsroom, store: Store, edition: Edition, day: date, now: datetime) -> Edition:
    """An edition with the cutoff of one issue. Of one on demand that is when the issue is first built, or, of a day
    gone by or to come, the day's end; any other has its own."""
    if edition.cadence != "on_demand":
        return edition
    if store.built(edition.name, day):
        return as_first_built(newsroom, store, edition, day)
    return until_now(newsroom, edition, day, now)


def until_now(newsroom: Newsroom, edition: Edition, day: date, now: datetime) -> Edition:
    """The same for an issue that was never built."""
    zone = newsroom.publication.zone
    if edition.cadence != "on_demand":
        return edition
    if day_of(day) == now.astimezone(zone).date():
        return until(edition, now, zone)
    return replace(edition, cutoff=time.max)


def as_first_built(newsroom: Newsroom, store: Store, edition: Edition, day: date) -> Edition:
    """An edition on demand whose issue is in the ledger keeps the end of its window, however late it is built again."""
    current = store.built(edition.name, day) if edition.cadence == "on_demand" else None
    return until(edition, current.window.end, newsroom.publication.zone) if current else edition
