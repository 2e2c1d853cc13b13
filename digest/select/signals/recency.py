"""How new the story is at the window's end: 1 for that moment, one half a ``half_life`` earlier."""

from __future__ import annotations

from digest.model import Story
from digest.select.signals import Measure, View


def measure(view: View) -> Measure:
    end, half_life = view.window.end, max(view.ranking.half_life.total_seconds(), 1.0)

    def recency(story: Story) -> float:
        age = (end - story.time).total_seconds()
        return 1.0 if age <= 0 else float(0.5 ** min(age / half_life, 1000.0))

    return recency
