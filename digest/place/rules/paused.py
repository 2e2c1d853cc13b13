"""A line item paused for this build does not run in it."""

from collections.abc import Iterator

from digest.place.facts import EVERYWHERE, Fact, Refusal, always
from digest.place.scene import Scene

STAGE, ORDER = "today", 10
OPTIONS = ()


def facts(scene: Scene) -> Iterator[Fact]:
    for name in scene.request.overrides.pause:
        if name in scene.index:
            yield Refusal(scene.index[name], EVERYWHERE, always("paused by hand for this build"))
