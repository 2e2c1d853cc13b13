"""Whether an issue may be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.model import Approval, BuiltIssue, Edition

if TYPE_CHECKING:
    from digest.store import Store


def approval_of(store: Store, built: BuiltIssue) -> Approval | None:
    """The yes to this very revision of an issue; one to an earlier revision does not count.

    ``built`` comes with its manifest (see ``Store.built``).
    """
    approval = store.approval(built.edition, built.date)
    if approval is None or approval.revision != built.revision:
        return None
    return approval if approval.manifest == built.manifest_sha256 else None


def needs_approval(store: Store, edition: Edition, built: BuiltIssue) -> bool:
    """Whether the edition asks for a yes that this revision does not have yet."""
    return edition.approval == "required" and approval_of(store, built) is None
