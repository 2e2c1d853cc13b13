"""``sent.json``: that an issue was sent, kept beside its files. Where it lies nothing is ever overwritten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.publish.manifest import stamp

NAME = "sent.json"
SCHEMA = "digest.sent/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReceipt:
    """What was sent: the revision, when, how many copies (where known), the SHA-256 of its manifest."""

    revision: int
    sent_at: datetime
    delivered: int | None
    manifest: str

    def to_bytes(self) -> bytes:
        """UTF-8 JSON, keys in a fixed order, ending in a newline."""
        record = {
            "schema": SCHEMA,
            "revision": self.revision,
            "sent_at": stamp(self.sent_at),
            "delivered": self.delivered,
            "manifest": self.manifest,
        }
        return (json.dumps(record, indent=1) + "\n").encode()


def sent_receipt_of(data: bytes) -> SentReceipt | None:
    """A receipt as it was written; ``None`` for anything else."""
    try:
        record = json.loads(data)
        delivered = record["delivered"]
        return SentReceipt(
            revision=int(record["revision"]),
            sent_at=datetime.fromisoformat(record["sent_at"]).astimezone(UTC),
            delivered=None if delivered is None else int(delivered),
            manifest=str(record["manifest"]),
        )
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
