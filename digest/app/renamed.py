"""A publication under a new name is another one to the store, unless its id is written down: its history is empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from digest.errors import Unreachable
from digest.model import Newsroom
from digest.publish import Outbox

if TYPE_CHECKING:
    from digest.store import Store

_LATEST = 10  # issues of each edition that are looked at
_HEAD = 2000  # bytes of a manifest that name its publication
_ID = re.compile(rb'"publication_id"\s*:\s*"([^"\\]{1,200})"')


def renamed(newsroom: Newsroom, store: Store, outbox: Outbox) -> str:
    """What to say where the outbox holds issues that the store knows under another publication's id; else nothing."""
    publication = newsroom.publication
    others = {id: name for id, name in store.publications().items() if id != publication.id}
    before = next((id for id in _ids(newsroom, outbox) if id in others), None) if others else None
    if before is None:
        return ""
    return (
        f'the issues in the outbox are those of "{others[before]}", which the store knows as {before}; to it '
        f'"{publication.name}" is another publication, {publication.id}, without that history: what ran, goals, caps '
        f"and what was sent. If it is the same under a new name, write `publication: {{id: {before}}}` in digest.yaml "
        "and run: digest store rename"
    )


def _ids(newsroom: Newsroom, outbox: Outbox) -> Iterator[str]:
    """Whose the latest issues in the outbox are, as their manifests say."""
    for edition in newsroom.editions:
        try:
            for day in outbox.dates(edition.name)[-_LATEST:]:
                if match := _ID.search((outbox.manifest(edition.name, day) or b"")[:_HEAD]):
                    yield match[1].decode("utf-8", "replace")
        except Unreachable:  # an outbox that cannot be read is told by what needs it
            return
