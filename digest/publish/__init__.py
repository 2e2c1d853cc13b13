"""An issue becomes a folder of the outbox: complete or absent, the same bytes on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.publish.manifest import manifest, stamp
from digest.publish.outbox import Outbox, Staged
from digest.publish.receipt import SentReceipt, sent_receipt_of

if TYPE_CHECKING:
    from digest.model import Issue, Publication

__all__ = ["Outbox", "SentReceipt", "Staged", "files_of", "manifest", "sent_receipt_of", "stamp"]


def files_of(issue: Issue, publication: Publication, revision: int) -> dict[str, bytes]:
    """The four files of an issue, by name, and the newsroom's pictures below ``images/``.

    Pure: the same issue and revision give the same bytes.
    """
    from digest.publish.message import message

    files = {
        "index.html": issue.rendered.html,
        "index.txt": issue.rendered.text,
        "message.eml": message(issue, publication=publication, revision=revision),
        **{f"images/{name}": data for name, data in issue.rendered.images.items()},
    }
    return {
        **files,
        "manifest.json": manifest(issue, publication=publication, revision=revision, files=files),
    }
