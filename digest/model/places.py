"""Where a slot stands, as ad operations say it."""

from __future__ import annotations

from collections import Counter
from typing import Final

from digest.model.newsroom import Newsroom

POSITIONS: Final = {
    "top": "Top of the issue",
    "section_start": "Section opener",
    "between_stories": "Between stories",
    "section_end": "Section closer",
    "end": "End of the issue",
}


def place_names(newsroom: Newsroom) -> dict[str, str]:
    """Every slot as a reader meets it; with its own name where two stand at the same position."""
    alike = Counter(slot.position for slot in newsroom.ads.slots)
    return {
        slot.id: POSITIONS[slot.position] + (f": {_spoken(slot.id)}" if alike[slot.position] > 1 else "")
        for slot in newsroom.ads.slots
    }


def _spoken(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")
