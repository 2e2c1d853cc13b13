"""How many other sources tell the event: 0 for none, 1/2 for four, near 1 for very many."""

from __future__ import annotations

from digest.model import Story
from digest.select.signals import Measure, View
from digest.select.signals._view import source_of

HALF = 4


def measure(view: View) -> Measure:
    def coverage(story: Story) -> float:
        others = {source_of(telling) for telling in view.tellings(story)} - {source_of(story)}
        return len(others) / (len(others) + HALF)

    return coverage
