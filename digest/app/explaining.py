"""Why a booking is where it is in a built issue, or is not in it, and exactly what the best plan with it would lose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from digest.app.pipeline import placing_again
from digest.errors import CommandError
from digest.model import Newsroom, Overrides
from digest.model.issue_date import issue_date
from digest.place import Explanation, explain
from digest.store import Store


def explain_booking(
    newsroom: Newsroom, store: Store, manifest: Mapping[str, Any], line_item: str
) -> tuple[Explanation, bool]:
    """The explanation against the issue as it would be built now, and whether that is still the built one.

    It may take a search of its own: ask it for one booking, on demand. Raises ``CommandError`` for an edition or a line
    item that the newsroom does not have (any more).
    """
    edition = newsroom.edition(manifest["edition"])
    if edition is None:
        raise CommandError(f'there is no edition "{manifest["edition"]}" in digest.yaml any more.')
    by_hand = manifest["overrides"]
    overrides = Overrides(pin=tuple(by_hand["pin"]), pause=tuple(by_hand["pause"]))
    request = placing_again(newsroom, store, edition, issue_date(manifest["date"]), overrides)
    now = [(entry.story.id, entry.section) for entry in request.lineup]
    then = [(story["id"], section["id"]) for section in manifest["sections"] for story in section["stories"]]
    same = now == then and manifest["inputs"]["adslots.yaml"] == newsroom.inputs.get("adslots.yaml", "")
    return explain(request, line_item), same
