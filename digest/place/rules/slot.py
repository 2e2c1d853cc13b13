"""A line item runs only in the openings of the slots it is booked for."""

from collections.abc import Iterator
from functools import partial

from digest.model import LineItem
from digest.place.facts import EVERYWHERE, Fact, Refusal
from digest.place.scene import Scene, counted

STAGE, ORDER = "openings", 10
OPTIONS = ("line_items.slots", "slots.position", "slots.first_after")


def facts(scene: Scene) -> Iterator[Fact]:
    for number, item in enumerate(scene.items):
        yield Refusal(number, scene.everywhere & ~scene.in_slots(item.slots), partial(_why, scene, item))


def _why(scene: Scene, item: LineItem, opening: int) -> str:
    booked = ", ".join(item.slots) or "no slot"
    if opening == EVERYWHERE:
        return f"this issue of {counted(scene.stories, 'story', 'stories')} has no opening of {booked}"
    return f"it is booked for {booked}, not for {scene.openings[opening].slot}"
