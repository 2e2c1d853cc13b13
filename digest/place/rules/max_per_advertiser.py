"""An issue holds at most ``max_per_advertiser`` ads of one advertiser, its house ads included."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from digest.place.facts import EVERYWHERE, AtMost, Candidate, Fact
from digest.place.scene import Scene

STAGE, ORDER = "plan", 40
OPTIONS = ("policy.max_per_advertiser", "line_items.advertiser")


def facts(scene: Scene) -> Iterator[Fact]:
    masks: dict[str, int] = defaultdict(int)
    for number, item in enumerate(scene.items):
        if item.advertiser is not None:
            masks[item.advertiser] |= 1 << number
    most = max(0, scene.policy.max_per_advertiser)
    for name, mask in masks.items():
        yield AtMost(most, mask, EVERYWHERE, partial(_why, scene, name, most))


def _why(scene: Scene, name: str, most: int, item: int, others: tuple[Candidate, ...]) -> str:
    placed = ", ".join(scene.items[i].id for i, _ in others)
    listed = f" ({placed})" if placed else ""
    return f"advertiser {name} has {len(others)} in the issue{listed} and may have {most}"
