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
    """What to say where the outbox, or the store, shows this publication under another id; else nothing."""
    publication = newsroom.publication
    others = {id: name for id, name in store.publications().items() if id != publication.id}
    if not others:
        return ""
    if before := next((id for id in _ids(newsroom, outbox) if id in others), ""):
        shown = f'the issues in the outbox are those of "{others[before]}", which the store knows as {before}'
    elif before := _reading_the_same(newsroom, store):
        shown = f'the store has no issue of {publication.id}, and "{others[before]}" ({before}) reads the same sources'
    else:
        return ""
    return (
        f'{shown}; to it "{publication.name}" is another publication, {publication.id}, without that history: what '
        f"ran, goals, caps and what was sent. If it is the same under a new name, write "
        f"`publication: {{id: {before}}}` in digest.yaml and run: digest store rename"
    )


def _reading_the_same(newsroom: Newsroom, store: Store) -> str:
    """The one other publication that has issues and all of this one's sources; nothing where this has issues too.

    Where several read the same, as papers with one wire do, none of them is named.
    """
    if not newsroom.sources:
        return ""
    ids = store.others_reading([(source.name, source.url) for source in newsroom.sources])
    return ids[0] if len(ids) == 1 else ""


def _ids(newsroom: Newsroom, outbox: Outbox) -> Iterator[str]:
    """Whose the latest issues in the outbox are, as their manifests say."""
    for edition in newsroom.editions:
        try:
            for day in outbox.dates(edition.name)[-_LATEST:]:
                if match := _ID.search((outbox.manifest(edition.name, day) or b"")[:_HEAD]):
                    yield match[1].decode("utf-8", "replace")
        except Unreachable:  # an outbox that cannot be read is told by what needs it
            return
