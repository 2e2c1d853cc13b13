"""Line items that run in one issue or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.model.ads import LineItem


def companion_groups(line_items: Sequence[LineItem]) -> list[tuple[str, ...]]:
    """The ids of line items that hang together as companions, in file order; one alone is a group."""
    leaders = {item.id: item.id for item in line_items}

    def leader_of(line_item: str) -> str:
        while leaders[line_item] != line_item:
            leaders[line_item] = line_item = leaders[leaders[line_item]]
        return line_item

    for item in line_items:
        for companion in item.companions:
            if companion in leaders:
                leaders[leader_of(companion)] = leader_of(item.id)
    groups: dict[str, list[str]] = {}
    for line_item in leaders:
        groups.setdefault(leader_of(line_item), []).append(line_item)
    return [tuple(group) for group in groups.values()]
