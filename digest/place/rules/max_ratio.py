"""An issue of n stories holds at most floor(n * ``max_ratio``) ads, house ads included."""

from collections.abc import Iterator
from math import floor

from digest.place.facts import EVERYWHERE, AtMost, Fact
from digest.place.scene import Scene, counted

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
            f"the issue has {counted(len(others), 'ad', 'ads')} and "
            f"{counted(scene.stories, 'story allows', 'stories allow')} {most} (max_ratio {ratio})"
        ),
    )
