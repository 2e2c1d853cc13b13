"""How popular the story is among this issue's candidates, as a percentile inside its own source.

Sources of different size compare fairly this way, and yesterday's hits do not linger. A source with few stories says
little about its own scale: its percentile is shrunk towards that of all candidates, wholly for a lone story, half for
``HALF`` stories more. With several fields, the mean of their percentiles. A plain number counts whatever
``ranking.popularity`` names. A source without any figures stands in the middle; a story without a figure in a source
that has them counts as zero.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

from digest.model import Story
from digest.select.signals import Measure, View
from digest.select.signals._view import source_of

PLAIN = "popularity"  # the field of a plain number
HALF = 3  # stories beside the first from which the source's own percentile counts half


def measure(view: View) -> Measure:
    fields = _fields(view)
    known = {(source_of(story), name) for story in view.stories for name in fields if _has(story, name)}
    of_source: dict[tuple[str, str], list[float]] = defaultdict(list)
    of_all: dict[str, list[float]] = defaultdict(list)
    for story in view.stories:
        for name in _counted(story, fields, known):
            of_source[source_of(story), name].append(_figure(story, name))
            of_all[name].append(_figure(story, name))
    for figures in (*of_source.values(), *of_all.values()):
        figures.sort()

    def popularity(story: Story) -> float:
        names = _counted(story, fields, known)
        if not names:
            return 0.5
        shares = [
            _shrunk(_figure(story, name), of_source[source_of(story), name], of_all[name]) for name in names
        ]
        return math.fsum(shares) / len(shares)

    return popularity


def _fields(view: View) -> tuple[str, ...]:
    every = {name for story in view.stories for name in story.popularity}
    if not view.ranking.popularity:
        return tuple(sorted(every))
    return tuple(dict.fromkeys((*view.ranking.popularity, *({PLAIN} & every))))


def _counted(story: Story, fields: Iterable[str], told: set[tuple[str, str]]) -> list[str]:
    """The fields that count for a story: those its source tells, and a plain number where it stands for them."""
    source = source_of(story)
    known = [name for name in fields if (source, name) in told]
    if PLAIN in known and len(known) > 1:
        return [name for name in known if (name == PLAIN) == _has(story, PLAIN)]
    return known


def _has(story: Story, name: str) -> bool:
    return name in story.popularity and math.isfinite(story.popularity[name])


def _figure(story: Story, name: str) -> float:
    value = story.popularity.get(name, 0.0)
    return max(value, 0.0) if math.isfinite(value) else 0.0


def _shrunk(value: float, of_source: Sequence[float], of_all: Sequence[float]) -> float:
    own = (len(of_source) - 1) / (len(of_source) - 1 + HALF)
    return own * _percentile(of_source, value) + (1 - own) * _percentile(of_all, value)


def _percentile(figures: Sequence[float], value: float) -> float:
    """The share below ``value``, equals counted half."""
    return (bisect_left(figures, value) + bisect_right(figures, value)) / (2 * len(figures))
