"""How popular the story is inside its own source and this issue's candidates, as a percentile.

Sources of different size compare fairly this way, and yesterday's hits do not linger. With several fields, the mean
of their percentiles. A source without any figures stands in the middle, as a lone story does; a story without a
figure in a source that has them counts as zero.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence

from digest.model import Story
from digest.select.signals import Measure, View
from digest.select.signals._view import source_of


def measure(view: View) -> Measure:
    fields = view.ranking.popularity or tuple(sorted({name for s in view.stories for name in s.popularity}))
    ladders: dict[tuple[str, str], list[float]] = defaultdict(list)
    told: set[tuple[str, str]] = set()
    for story in view.stories:
        for name in fields:
            key = (source_of(story), name)
            ladders[key].append(_figure(story, name))
            if name in story.popularity and math.isfinite(story.popularity[name]):
                told.add(key)
    for ladder in ladders.values():
        ladder.sort()

    def popularity(story: Story) -> float:
        source = source_of(story)
        known = [name for name in fields if (source, name) in told]
        if not known:
            return 0.5
        shares = [_percentile(ladders[source, name], _figure(story, name)) for name in known]
        return math.fsum(shares) / len(shares)

    return popularity


def _figure(story: Story, name: str) -> float:
    value = story.popularity.get(name, 0.0)
    return max(value, 0.0) if math.isfinite(value) else 0.0


def _percentile(ladder: Sequence[float], value: float) -> float:
    """The share below ``value``, equals counted half."""
    return (bisect_left(ladder, value) + bisect_right(ladder, value)) / (2 * len(ladder))
