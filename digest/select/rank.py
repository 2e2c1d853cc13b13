"""The declared score: a weighted sum of named signals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from digest import registry
from digest.errors import CommandError
from digest.model import Story
from digest.select.signals import Measure, View

SIGNALS = "digest.select.signals"
# Tuned on real engagement hidden from the ranker (docs/decisions/ranking.md): being told by others counts most; being
# new counts little inside a window that is a day long.
DEFAULT_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"recency": 0.1, "coverage": 3.0, "prominence": 3.0, "popularity": 2.0, "editorial": 4.0}
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A story's score and the signals it is made of, rounded to 6 decimals so that all machines agree."""

    score: float
    signals: Mapping[str, float]


def signal_names() -> tuple[str, ...]:
    """The names that ``ranking.weights`` may hold."""
    return registry.names(SIGNALS)


def scores(view: View, stories: Iterable[Story]) -> dict[str, Scored]:
    """The score of each story by id. Raises CommandError for a weight that names no signal."""
    weights = view.ranking.weights or DEFAULT_WEIGHTS
    measures = {name: _measure(name, view) for name in weights}
    return {story.id: _scored(story, weights, measures) for story in stories}


def _measure(name: str, view: View) -> Measure:
    if name not in signal_names():
        raise CommandError(f"ranking.weights: there is no signal {name!r}. Use {', '.join(signal_names())}.")
    measure: Measure = registry.load(SIGNALS, name).measure(view)
    return measure


def _scored(story: Story, weights: Mapping[str, float], measures: Mapping[str, Measure]) -> Scored:
    signals = {name: round(min(max(measure(story), 0.0), 1.0), 6) for name, measure in measures.items()}
    return Scored(round(math.fsum(weights[name] * value for name, value in signals.items()), 6), signals)
