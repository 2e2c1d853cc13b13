"""An issue holds at most ``max_ads`` ads, house ads included."""

from collections.abc import Iterator

from digest.place.facts import EVERYWHERE, AtMost, Fact
from digest.place.scene import Scene, counted

STAGE, ORDER = "plan", 20
OPTIONS = ("policy.max_ads",)


def facts(scene: Scene) -> Iterator[Fact]:
    most = max(0, scene.policy.max_ads)
    yield AtMost(
        most,
        EVERYWHERE,
        EVERYWHERE,
        lambda item, others: f"the issue has {counted(len(others), 'ad', 'ads')} and may have {most}",
    )
