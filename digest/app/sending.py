"""An issue was sent: the outbox and the ledger both remember it, and either can be made again from the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from digest.app.history import audience_ads
from digest.errors import AlreadySent, Unreachable
from digest.model import BuiltIssue, Publication, RunAd, RunStory, Story, Window
from digest.model.issue_date import issue_date
from digest.publish import Outbox, SentReceipt

if TYPE_CHECKING:
    from digest.store import Store


def mark_sent(
    store: Store,
    outbox: Outbox,
    edition: str,
    day: date,
    *,
    at: datetime,
    delivered: int | None = None,
    revision: int | None = None,
    by: str = "",
) -> BuiltIssue:
    """Remember that an issue was sent, in the ledger and in its folder; returns the ledger's row.

    ``revision`` is the one that was sent (default: the one that counts now). Calling it again corrects
    ``delivered``; the first call says when it was sent. A folder that is gone comes back from the store; where that
    did not keep the files there is no receipt beside them. Whoever calls this holds the edition's lock. A kill leaves
    both, neither, or the folder's receipt alone, which :func:`adopt` reads.

    Raises ``CommandError`` for an issue or a revision that was never built, or a count that cannot be;
    ``AlreadySent`` where the folder says that something else was sent; ``Unreachable``.
    """
    with store.writing():
        store.mark_sent(edition, day, at, delivered, revision=revision, by=by)
        built = store.to_be_sent(edition, day)
        if _write_receipt(store, outbox, built):
            outbox.confirm(edition, day, receipt_for(built))
    return built


def undo_sent(
    store: Store, outbox: Outbox, edition: str, day: date, *, at: datetime, by: str = ""
) -> BuiltIssue:
    """Take back that an issue was sent. Raises ``CommandError`` where the edition's next issue is built already."""
    with store.writing():
        store.undo_sent(edition, day, at, by)
        outbox.unconfirm(edition, day)
        return store.to_be_sent(edition, day)


def receipt_for(built: BuiltIssue) -> SentReceipt:
    """The receipt of an issue that the ledger knows as sent."""
    assert built.sent_at is not None
    digest = built.manifest_sha256
    return SentReceipt(
        revision=built.revision, sent_at=built.sent_at, delivered=built.delivered, manifest=digest
    )


def _write_receipt(store: Store, outbox: Outbox, built: BuiltIssue) -> bool:
    """Let the sent revision lie in the outbox; whether it does: a store of before did not keep files.

    What somebody changed in its files may be what was sent: it stays.
    """
    edition, day = built.edition, built.date
    if outbox.manifest(edition, day) == built.manifest.encode():
        return True
    if outbox.is_sent(edition, day):
        raise AlreadySent(
            f"{outbox.place(edition, day)} holds another issue with a receipt than the ledger's revision "
            f"{built.revision}. Run: digest recover"
        )
    files = store.files(edition, day, built.revision)
    if files:
        outbox.publish(outbox.stage(edition, day, files))
    return bool(files)


def restore(store: Store, outbox: Outbox, edition: str, day: date) -> str:
    """Write an issue's files again from the store, its receipt too: ``there`` already, ``completed`` or ``restored``.

    Raises ``CommandError`` for an issue that was never built, ``AlreadySent`` where a folder with a receipt holds
    other files, ``Unreachable`` where the store did not keep them.
    """
    built = store.to_be_sent(edition, day)
    files = store.files(edition, day, built.revision)
    if not files:
        raise Unreachable(
            f"the store does not keep the files of {edition} {day}: it was built by an earlier version of digest, or "
            "they were pruned."
        )
    if built.sent_at:
        files |= {"sent.json": receipt_for(built).to_bytes()}
    if not outbox.is_sent(edition, day):
        if outbox.files(edition, day, files) == files:
            return "there"
        outbox.publish(outbox.stage(edition, day, files))
        return "restored"
    present = outbox.files(edition, day, files)
    changed = sorted(name for name, data in present.items() if data != files[name])
    if changed:
        raise AlreadySent(
            f"{outbox.place(edition, day)} has a receipt, and its {', '.join(changed)} "
            f"{'is' if len(changed) == 1 else 'are'} not what was built. It was left as it is; move it away first."
        )
    missing = {name: data for name, data in files.items() if name not in present}
    outbox.add(edition, day, missing)
    return "completed" if missing else "there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What became of one folder. ``status``: known | recorded | sent (its receipt was new) | unreadable."""

    edition: str
    date: date
    revision: int | None
    status: str
    why: str = ""
    sent: bool = False


def recover(store: Store, outbox: Outbox, publication: Publication, edition: str) -> Iterator[Recovered]:
    """Bring an edition's issues and receipts from the outbox into the ledger, oldest first.

    Folders of other publications are passed over. Whoever calls this holds the edition's lock.
    """
    for day in outbox.dates(edition):
        recovered = adopt(store, outbox, publication, edition, day)
        if recovered is not None:
            yield recovered


def adopt(
    store: Store, outbox: Outbox, publication: Publication, edition: str, day: date
) -> Recovered | None:
    """Bring one issue and its receipt into the ledger; ``None`` for a folder that is not this publication's."""
    is_sent, receipt = outbox.is_sent(edition, day), outbox.receipt(edition, day)
    files = outbox.read(edition, day)
    if files is None:
        reason = "a file is missing, or the manifest cannot be read"
        return _unreadable(edition, day, is_sent, reason) if is_sent else None
    try:
        issue = _ManifestReader(json.loads(files["manifest.json"]), files["manifest.json"].decode())
        if not issue.belongs_to(publication, edition, day):
            return None
        if is_sent and receipt is None:
            return _unreadable(edition, day, True, "sent.json cannot be understood")
        return _adopt_issue(store, issue, files, receipt, outbox.built_at(edition, day))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        reason = f"its manifest does not tell all ({type(error).__name__}: {error})"
        return _unreadable(edition, day, is_sent, reason)


def _unreadable(edition: str, day: date, sent: bool, reason: str) -> Recovered:
    return Recovered(edition=edition, date=day, revision=None, status="unreadable", why=reason, sent=sent)


def _adopt_issue(
    store: Store,
    manifest: _ManifestReader,
    files: dict[str, bytes],
    receipt: SentReceipt | None,
    built_at: datetime,
) -> Recovered:
    issue = manifest.issue(built_at)
    edition, day, status = issue.edition, issue.date, "known"
    with store.writing():
        known = store.built(edition, day)
        if known is None or (known.sent_at is None and known.revision < issue.revision):
            store.record(issue, manifest.stories(), manifest.ads(issue.expected_sends), files)
            status = "recorded"
        if receipt is not None:
            now = store.built(edition, day)
            assert now is not None
            if now.sent_at is None:
                same = store.built(edition, day, receipt.revision)
                revision = receipt.revision if same else None
                store.mark_sent(edition, day, receipt.sent_at, receipt.delivered, revision=revision)
                status = "sent"
    return Recovered(
        edition=edition, date=day, revision=issue.revision, status=status, sent=receipt is not None
    )


class _ManifestReader:
    """What a manifest tells of its issue, as the ledger keeps it."""

    def __init__(self, record: dict[str, Any], text: str) -> None:
        self.record, self.text = record, text
        self.edition, self.day = record["edition"], issue_date(record["date"])

    def belongs_to(self, publication: Publication, edition: str, day: date) -> bool:
        record = self.record
        ours = record.get("publication_id", publication.id) == publication.id
        named = "publication_id" in record or record["publication"] == publication.name
        return ours and named and (self.edition, self.day) == (edition, day)

    def issue(self, built_at: datetime) -> BuiltIssue:
        window = Window(_time(self.record["window"]["start"]), _time(self.record["window"]["end"]))
        at = max(built_at, window.end)  # a copied folder may be as old as it likes
        return BuiltIssue(
            edition=self.edition,
            date=self.day,
            revision=self.record["revision"],
            sequence=0,
            window=window,
            first_built_at=at,
            built_at=at,
            manifest=self.text,
            expected_sends=self.record.get("expected_sends"),
        )

    def stories(self) -> list[RunStory]:
        return [
            RunStory(
                edition=self.edition,
                date=self.day,
                story=_story(story),
                section=section["id"],
                position=story["position"],
                also=tuple(story["also"]),
            )
            for section in self.record["sections"]
            for story in section["stories"]
        ]

    def ads(self, sends: int | None) -> list[RunAd]:
        if self.record.get("audience"):
            return audience_ads(self.edition, self.day, self.record["audience"])
        titles = {
            story["position"]: story["title"]
            for section in self.record["sections"]
            for story in section["stories"]
        }
        names = ("line_item", "creative", "advertiser", "tier", "slot", "gap", "section")
        return [
            RunAd(
                edition=self.edition,
                date=self.day,
                sends=sends,
                neighbours=tuple(titles[at] for at in (ad["gap"], ad["gap"] + 1) if at in titles),
                **{name: ad[name] for name in names},
            )
            for ad in self.record["ads"]["placed"]
        ]


def _story(record: dict[str, Any]) -> Story:
    at = _time(record["published_at"])
    return Story(
        id=record["id"],
        url=record["url"],
        title=record["title"],
        summary=record.get("summary", ""),
        source=record.get("source", ""),
        language=record.get("language", ""),
        published_at=at,
        first_seen=at,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
