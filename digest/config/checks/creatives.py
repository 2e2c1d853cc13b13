"""Every creative can be shown somewhere: its size, or its being native, suits one of the booked slots."""

from __future__ import annotations

from collections.abc import Iterator

from digest.config import tree as t
from digest.config.checks.configuration import Configuration, is_valid, problem
from digest.config.checks.flights import length
from digest.config.validation import ReadFile
from digest.errors import Problem
from digest.model import Creative, LineItem, Slot
from digest.model.calendar import DateSet
from digest.model.keys.words import did_you_mean


def warn(config: Configuration) -> Iterator[Problem]:
    """Creatives that fit none of the slots of their line item."""
    if config.ads is None:
        return
    slots = {slot.id: slot for slot in config.book.slots}
    for index, item in enumerate(config.book.line_items):
        yield from _never_shown(config.ads, ("line_items", index), item)
        booked_as_written = is_valid(config.ads, ("line_items", index), "slots")
        if not booked_as_written or not all(
            name in slots and is_valid(config.ads, ("slots",), name) for name in item.slots
        ):
            continue  # an unknown or broken slot is reported already, and might have fitted
        booked = [slots[name] for name in item.slots]
        for number, creative in enumerate(item.creatives):
            if not any(fits(creative, slot) for slot in booked):
                path: t.Path = ("line_items", index, "creatives", number)
                if creative.size:
                    path = (*path, "size")
                yield problem(config.ads, path, _says(creative, item), _cure(creative, booked))


def _never_shown(file: ReadFile, path: t.Path, item: LineItem) -> Iterator[Problem]:
    """Creatives whose dates lie outside the flight."""
    if item.flight is None:
        return
    span = item.flight.span
    for number, creative in enumerate(item.creatives):
        dates = creative.dates
        if not dates.is_open and span.meet(DateSet(dates.start, dates.end)).is_empty and not span.is_empty:
            says = f"is never shown: it is for dates {dates}, and the flight is {length(item)}."
            yield problem(file, (*path, "creatives", number, "dates"), says, "Write dates of the flight.")


def fits(creative: Creative, slot: Slot) -> bool:
    """Its size is among the slot's sizes, or it has no image and the slot is native."""
    return creative.size in slot.sizes if creative.image else slot.native


def _says(creative: Creative, item: LineItem) -> str:
    slots = ", ".join(item.slots)
    if creative.size:
        return f"fits none of the slots {slots}: it is {creative.size}."
    return f"fits none of the slots {slots}: it has no image, and none of them is native."


def _cure(creative: Creative, booked: list[Slot]) -> str:
    sizes = sorted({size for slot in booked for size in slot.sizes})
    if not creative.size:
        return (
            f"Give it an image of {' or '.join(sizes)}, or book a native slot."
            if sizes
            else "Book a native slot."
        )
    if not sizes:
        return "Its slots take no image; book another slot."
    near = did_you_mean(creative.size, sizes)
    return near if near.startswith("Did") else f"They take {', '.join(sizes)}."
