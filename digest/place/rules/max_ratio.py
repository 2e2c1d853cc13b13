"""An issue of n stories holds at most floor(n * ``max_ratio``) ads, house ads included."""

from collections.abc import Iterator
from math import floor

from digest.place.facts import EVERYWHERE, AtMost, Fact
from digest.place.scene import Scene

STAGE, ORDER = "plan", 30
OPTIONS = ("policy.max_ratio",)


def facts(scene: Scene) -> Iterator[Fact]:
    ratio = scene.policy.max_ratio
    most = max(0, floor(ratio * scene.stories))
    yield AtMost(
        most,
        EVERYWHERE,
        EVERYWHERE,
        lambda item, others: (
            f"the issue has {len(others)} ads and {scene.stories} stories allow {most} (max_ratio {ratio})"
        ),
    )
