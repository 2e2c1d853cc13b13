"""A line item runs only where one of its creatives fits: by its size, or without image in a native slot."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest.model import LineItem
from digest.place.facts import Fact, Refusal
from digest.place.scene import Scene

STAGE, ORDER = "openings", 20
OPTIONS = ("line_items.creatives", "slots.sizes", "slots.native")


def facts(scene: Scene) -> Iterator[Fact]:
    for number, item in enumerate(scene.items):
        yield Refusal(
            number,
            scene.everywhere & ~scene.fitting_slots(item),
            partial(_why, scene, item),
        )


def _why(scene: Scene, item: LineItem, opening: int) -> str:
    slot = scene.slots[scene.openings[opening].slot]
    has = [f"{one.id} ({one.size or 'no size' if one.image else 'no image'})" for one in item.creatives]
    takes = [*slot.sizes, *(["native ads"] if slot.native else [])]
    return (
        f"{slot.id} takes {' and '.join(takes) or 'nothing'}, and none of its creatives fits: "
        f"{', '.join(has) or 'it has none'}"
    )
