"""Companions run together in an issue, all of them or none; being a companion is symmetric and transitive."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest.place.facts import EVERYWHERE, Fact, Refusal, Together, always, bits
from digest.place.scene import Scene

STAGE, ORDER = "plan", 70
OPTIONS = ("line_items.companions",)


def facts(scene: Scene) -> Iterator[Fact]:
    for group in dict.fromkeys(scene.groups):
        if group & (group - 1):
            yield Together(group, partial(_others, scene, group))
    for number, item in enumerate(scene.items):
        unknown = [name for name in item.companions if name not in scene.index]
        if unknown:
            yield Refusal(number, EVERYWHERE, always(f"there is no line item {unknown[0]} to run with"))


def _others(scene: Scene, group: int, item: int) -> str:
    return ", ".join(scene.items[other].id for other in bits(group & ~(1 << item)))
