"""Fits the weights of the second look (``digest/select/events/classifier.py``) on the pairs that were judged by hand.

    DIGEST_DATA=FOLDER python -m scripts.second_look

It prints the weights, and how good the events of each day are with weights fitted on all the other days; both once more
with likeness of meaning, where the extra ``newsroom-digest[embedding]`` is installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench import embedding, quality
from digest.likeness import Reader
from digest.model import Likeness
from digest.select.events import match
from digest.select.events.classifier import LogisticModel
from digest.select.events.features import features_of
from digest.select.events.second_look import SecondLook
from digest.select.events.word_weights import WordWeights

Judged: TypeAlias = list[tuple[SecondLook, bool]]
Day: TypeAlias = tuple[str, str]
RIDGE = 100.0  # of weights of features that are brought to one spread
EASIER = 0.25  # what is added to the logit: a chance of 0.44 is enough
ROUNDS = 30


def main() -> None:
    """Print weights and figures."""
    days = quality.judged_days()
    _print(dict.fromkeys(days), "SECOND_LOOK")
    if find_spec(embedding.PACKAGE):
        reader = Reader(embedding.MODEL, Path("var/cache"), remember=True)
        print("\nwith likeness of meaning")
        _print(
            {day: embedding.read(reader, quality.stories_of(*day)) for day in days},
            "SECOND_LOOK_WITH_LIKENESS",
        )


def _print(likeness: dict[Day, Likeness | None], model: str) -> None:
    """``model`` is the name in ``match`` of the weights that are fitted."""
    looked = {day: _looked_at(*day, alike) for day, alike in likeness.items()}
    fitted = fit([pair for judged in looked.values() for pair in judged])
    print(f"base           {fitted.base:6.2f}")
    for name, weight in zip(SecondLook._fields, fitted.weights, strict=True):
        print(f"{name:<15}{weight:6.2f}")
    print("\nevents of a day, weights fitted on the other days")

    def measure(name: str, day: str) -> quality.Verdicts:
        others = [pair for other, judged in looked.items() if other != (name, day) for pair in judged]
        setattr(match, model, fit(others))
        return quality.judged_together(name, day, likeness[name, day])

    quality.lines_of_judged(measure)


def _looked_at(name: str, day: str, likeness: Likeness | None) -> Judged:
    """The judged pairs of a day that get a second look."""
    features = {story.id: features_of(story) for story in quality.stories_of(name, day)}
    weights = WordWeights(features.values())
    looked = (
        (match.first_look(features[a], features[b], weights, likeness and likeness.between(a, b)), verdict)
        for a, b, verdict in quality.judged_pairs(name, day)
    )
    return [(look, verdict) for look, verdict in looked if isinstance(look, SecondLook)]


def fit(judged: Sequence[tuple[SecondLook, bool]]) -> LogisticModel:
    """Logistic regression with a ridge, by Newton's method."""
    given: NDArray[np.float64] = np.array([look for look, _ in judged], dtype=np.float64)
    mean, spread = given.mean(axis=0), given.std(axis=0)
    spread[spread == 0] = 1.0
    x = np.column_stack([np.ones(len(given)), (given - mean) / spread])
    y = np.array([verdict for _, verdict in judged], dtype=np.float64)
    ridge = np.diag([0.0] + [RIDGE] * given.shape[1])
    w = np.zeros(x.shape[1])
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-(x @ w)))
        w -= np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]) + ridge, x.T @ (p - y) + ridge @ w)
    weights = w[1:] / spread
    return LogisticModel(
        round(float(w[0] - weights @ mean) + EASIER, 2), SecondLook(*(round(float(v), 2) for v in weights))
    )


if __name__ == "__main__":
    main()
