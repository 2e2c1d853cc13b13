"""What may be forgotten: issues and stories of long ago, as far as nothing to come needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from digest.errors import CommandError
from digest.model import Newsroom
from digest.model.counts import counted
from digest.publish import Outbox

if TYPE_CHECKING:
    from digest.store import Store
    from digest.store.care import Pruned


_LEAST = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneResult:
    """What went: folders of the outbox by edition and date, and rows of the store; ``kept`` folders nobody recorded.
    ``audiences``: folders at ``audience.output``, of old issues and of revisions that later ones replaced."""

    folders: tuple[tuple[str, date], ...]
    kept: tuple[tuple[str, date], ...]
    rows: Pruned
    audiences: tuple[str, ...] = ()


def prune(
    store: Store, outbox: Outbox, newsroom: Newsroom, before: date, now: datetime, *, dry_run: bool
) -> PruneResult:
    """Forget what is dated before ``before``. Raises ``CommandError`` for a date that issues to come still need.

    Whoever calls this holds the locks of all editions. A folder that the ledger does not know stays.
    """
    zone = newsroom.publication.zone
    latest = now.astimezone(zone).date() - needed(newsroom)
    if before > latest:
        raise CommandError(
            f"issues to come may look back {counted(needed(newsroom).days, 'day')}; give --before {latest} or an "
            "earlier date."
        )
    issues = store.issues()
    known = {(issue.edition, issue.date) for issue in issues}
    revisions = {(issue.edition, str(issue.date)): (issue.date, issue.revision) for issue in issues}
    old = [(name, day) for name in outbox.editions() for day in outbox.dates(name) if day < before]
    folders = tuple(issue for issue in old if issue in known)
    rows = store.prune(
        before=before,
        seen_before=datetime.combine(before, time(), zone),
        line_items={item.id for item in newsroom.ads.line_items} | newsroom.ads.now.keys(),
    )
    if not dry_run:
        for name, day in folders:
            outbox.remove(name, day)
    kept = tuple(issue for issue in old if issue not in known)
    audiences = tuple(_audiences(newsroom, revisions, before, dry_run=dry_run))
    return PruneResult(folders=folders, kept=kept, rows=rows, audiences=audiences)


def _audiences(
    newsroom: Newsroom, revisions: Mapping[tuple[str, str], tuple[date, int]], before: date, *, dry_run: bool
) -> Iterator[str]:
    """What is of no use any more at ``audience.output``; what the ledger does not know stays."""
    from digest.audience.output import OutputStore, output_of

    if not (base := output_of(newsroom)):
        return
    output = OutputStore(base)
    for (edition, day), (dated, current) in sorted(revisions.items()):
        for name in output.names(f"{edition}/{day}"):
            if name.isdigit() and (dated < before or int(name) < current):
                if not dry_run:
                    output.remove(f"{edition}/{day}/{name}")
                yield f"{edition}/{day}/{name}"


def needed(newsroom: Newsroom) -> timedelta:
    """Whole days that an issue of tomorrow may look back: its window, late stories, thin days, repeats; two months at
    the least, for days off lengthen a window."""
    spans = [
        max(
            edition.calendar.period + edition.catch_up + edition.late + newsroom.thin.widen,
            edition.no_repeat_for,
        )
        for edition in newsroom.editions
    ]
    return timedelta(days=max(max(spans).days + 2, _LEAST))
