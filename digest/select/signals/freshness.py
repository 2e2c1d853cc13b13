"""How new the event is: a story on something first told hours ago stands behind one that has just broken.

The age is that of the event's first story among the candidates, and counts down like recency with ``half_life``.
"""

from __future__ import annotations

from digest.model import Story
from digest.select.signals import Measure, View


def measure(view: View) -> Measure:
    end, half_life = view.window.end, max(view.ranking.half_life.total_seconds(), 1.0)

    def freshness(story: Story) -> float:
        first = min(other.time for other in view.same_event(story))
        age = (end - first).total_seconds()
        return 1.0 if age <= 0 else float(0.5 ** min(age / half_life, 1000.0))

    return freshness
