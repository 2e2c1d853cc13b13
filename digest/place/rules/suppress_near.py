"""No paid ad stands next to a story with one of the policy's ``suppress_near`` flags.

House ads keep away from ``no_ads`` only, where the policy lists it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from digest.place.facts import Fact, Refusal
from digest.place.scene import Scene

STAGE, ORDER = "openings", 50
OPTIONS = ("policy.suppress_near", "policy.adjacency_radius")


def facts(scene: Scene) -> Iterator[Fact]:
    paid = _suppressed(scene, scene.policy.suppress_near)
    house = {story: flag for story, flag in paid.items() if "no_ads" in scene.flags[story]}
    house = dict.fromkeys(house, "no_ads") if "no_ads" in scene.policy.suppress_near else {}
    for number, item in enumerate(scene.items):
        hits = house if item.is_house else paid
        if hits:
            yield Refusal(number, scene.next_to(hits), partial(_why, scene, hits))


def _suppressed(scene: Scene, names: tuple[str, ...]) -> dict[int, str]:
    return {
        story: next(name for name in names if name in flags)
        for story, flags in enumerate(scene.flags)
        if any(name in flags for name in names)
    }


def _why(scene: Scene, hits: dict[int, str], opening: int) -> str:
    story = next(s for s in hits if scene.near[s] >> opening & 1)
    return f"{scene.place(opening)} is next to {scene.story(story)} ({scene.flag(story, hits[story])})"
