"""A line item with ``sections`` runs only in openings of these sections; an opening at the top has none."""

from collections.abc import Iterator
from functools import partial

from digest.place.facts import Fact, Refusal
from digest.place.scene import Scene

STAGE, ORDER = "openings", 30
OPTIONS = ("line_items.sections",)


def facts(scene: Scene) -> Iterator[Fact]:
    for number, item in enumerate(scene.items):
        if item.sections is None:
            continue
        inside = 0
        for name in item.sections:
            inside |= scene.by_section.get(name, 0)
        yield Refusal(number, scene.everywhere & ~inside, partial(_why, scene, item.sections))


def _why(scene: Scene, sections: tuple[str, ...], opening: int) -> str:
    here = scene.openings[opening].section
    return (
        f"it wants {', '.join(sections) or 'no section'}; {scene.place(opening)} is in {here or 'no section'}"
    )
