"""A line item runs only in the editions it is booked for; by default in all."""

from collections.abc import Iterator

from digest.place.delivery import runs_in
from digest.place.facts import EVERYWHERE, Fact, Refusal, always
from digest.place.scene import Scene

STAGE, ORDER = "today", 30
OPTIONS = ("line_items.editions",)


def facts(scene: Scene) -> Iterator[Fact]:
    for number, item in enumerate(scene.items):
        if not runs_in(item, scene.edition):
            booked = ", ".join(item.editions or ()) or "no edition"
            why = f"it is booked for {booked}, not for {scene.edition.name}"
            yield Refusal(number, EVERYWHERE, always(why))
