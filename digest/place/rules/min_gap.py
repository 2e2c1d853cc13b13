"""Between any two ads lie at least ``min_gap`` stories, house ads included; 0 is no limit."""

from __future__ import annotations

from collections.abc import Iterator

from digest.place.facts import EVERYWHERE, AtMost, Candidate, Fact
from digest.place.scene import Scene, counted

STAGE, ORDER = "plan", 10
OPTIONS = ("policy.min_gap",)


def facts(scene: Scene) -> Iterator[Fact]:
    least = scene.policy.min_gap
    if least > 0:
        yield AtMost(1, EVERYWHERE, EVERYWHERE, lambda item, others: _why(scene, others), span=least)


def _why(scene: Scene, others: tuple[Candidate, ...]) -> str:
    near = ", ".join(f"{scene.items[i].id} at gap {scene.openings[o].gap}" for i, o in others)
    return f"fewer than {counted(scene.policy.min_gap, 'story', 'stories')} from {near}"
