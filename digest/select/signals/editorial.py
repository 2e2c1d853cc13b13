"""The newsroom's own priority: 0 to 10 becomes 0 to 1."""

from __future__ import annotations

import math

from digest.model import Story
from digest.select.signals import Measure, View


def measure(view: View) -> Measure:
    def editorial(story: Story) -> float:
        return 0.0 if math.isnan(story.priority) else min(max(story.priority, 0.0), 10.0) / 10

    return editorial
