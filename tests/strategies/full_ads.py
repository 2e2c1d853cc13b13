"""Issues full of ads: every second gap or more, with sections sold alone, labels kept apart and companions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from digest.place import PlaceRequest
from tests.strategies.many_ads import crowded

FULL = ("identical", "rate card", "pairs", "companions", "sections", "no rates")


def full(seed: int, kind: str, stories: int = 30, items: int = 18, most: int = 12) -> PlaceRequest:
    """An issue of the ``kind`` in which ``most`` ads may run; labels keep three stories apart."""
    request = crowded(seed, kind, stories, items, most)
    policy = replace(
        request.ads.policy, max_ratio=Fraction(1, 2), min_gap=1 + seed % 2, competitive_exclusion=3
    )
    return replace(request, ads=replace(request.ads, policy=policy))
