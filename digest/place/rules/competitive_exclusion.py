"""Paid ads of different advertisers that share a label are kept apart: in an issue, or within some stories."""

from __future__ import annotations

from collections.abc import Iterator

from digest.place.facts import EVERYWHERE, AtMost, Candidate, Fact, bits
from digest.place.scene import Scene, counted

STAGE, ORDER = "plan", 50
OPTIONS = ("policy.competitive_exclusion", "advertisers.labels")


def facts(scene: Scene) -> Iterator[Fact]:
    policy = scene.policy.competitive_exclusion
    span = policy if isinstance(policy, int) else None
    if policy == "none" or (span is not None and span <= 0):
        return
    labelled = [number for number in bits(scene.paid) if _labels(scene, number)]
    for at, one in enumerate(labelled):
        for other in labelled[at + 1 :]:
            if _compete(scene, one, other):
                yield AtMost(
                    1, 1 << one | 1 << other, EVERYWHERE, lambda i, others: _why(scene, i, others), span=span
                )


def _labels(scene: Scene, number: int) -> frozenset[str]:
    advertiser = scene.request.ads.advertisers.get(scene.items[number].advertiser or "")
    return advertiser.labels if advertiser else frozenset()


def _compete(scene: Scene, one: int, other: int) -> bool:
    if scene.items[one].advertiser == scene.items[other].advertiser:
        return False
    return not _labels(scene, one).isdisjoint(_labels(scene, other))


def _why(scene: Scene, item: int, others: tuple[Candidate, ...]) -> str:
    rivals = []
    for other, opening in others:
        shared = ", ".join(sorted(_labels(scene, item) & _labels(scene, other)))
        rivals.append(f"{scene.items[other].id} at gap {scene.openings[opening].gap} ({shared})")
    policy = scene.policy.competitive_exclusion
    where = (
        f"fewer than {counted(policy, 'story', 'stories')} from"
        if isinstance(policy, int)
        else "in one issue with"
    )
    return f"{where} its competitor {', '.join(rivals)}"
