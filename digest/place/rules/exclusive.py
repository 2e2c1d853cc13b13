"""An exclusive line item keeps paid ads of other advertisers out of its issue or its section.

Its companions may stay, and house ads are not touched. In an opening without a section, ``exclusive: section``
keeps out nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest.place.facts import EVERYWHERE, AtMost, Candidate, Fact, bits
from digest.place.scene import Scene

STAGE, ORDER = "plan", 60
OPTIONS = ("line_items.exclusive", "line_items.companions")


def facts(scene: Scene) -> Iterator[Fact]:
    for number in bits(scene.paid):
        item = scene.items[number]
        if item.exclusive == "none":
            continue
        areas = [mask for name, mask in scene.by_section.items() if name is not None]
        others = [
            1 << number | 1 << other
            for other in bits(scene.paid & ~scene.groups[number])
            if scene.items[other].advertiser != item.advertiser
        ]
        why = partial(_why, scene, number)
        for area in areas if item.exclusive == "section" else [EVERYWHERE]:
            for pair in others:
                yield AtMost(1, pair, area, why)


def _why(scene: Scene, owner: int, item: int, others: tuple[Candidate, ...]) -> str:
    other, opening = others[0]
    at = scene.openings[opening]
    where = "the issue" if scene.items[owner].exclusive == "issue" else f"section {at.section}"
    if owner == item:
        return f"it wants {where} to itself, and {scene.items[other].id} is there at gap {at.gap}"
    return f"{scene.items[owner].id} at gap {at.gap} has {where} to itself"
