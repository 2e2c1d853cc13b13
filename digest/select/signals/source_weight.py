"""How much the newsroom trusts the source: its ``weight``, one half where none is set."""

from __future__ import annotations

from digest.model import Story
from digest.select.signals import Measure, View


def measure(view: View) -> Measure:
    weights = {name.strip().casefold(): weight for name, weight in view.source_weights.items()}

    def source_weight(story: Story) -> float:
        return weights.get(story.source.strip().casefold(), 0.5)

    return source_weight
