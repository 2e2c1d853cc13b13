"""What readers clicked before: earlier stories of the same section and source, corrected for where they stood.

Off unless ``ranking.weights`` names it. A rate of 1 (as its places explain it) is one half; twice that, two thirds. A
story of a section and source that nobody has clicked yet stands in the middle.
"""

from __future__ import annotations

from digest.model import Story
from digest.select.signals import Measure, View


def measure(view: View) -> Measure:
    def clicks(story: Story) -> float:
        rate = view.click_rates.get(story.id, 1.0)
        return rate / (1 + rate)

    return clicks
