"""What two stories have in common, in a few shares; ``match.py`` weighs them."""

from __future__ import annotations

from datetime import timedelta
from math import fsum
from typing import NamedTuple

from digest.select.events.features import StoryFeatures
from digest.select.events.synonyms import synonymy
from digest.select.events.vocabulary import OPPOSITES, PLACE_NAMES
from digest.select.events.word_weights import Profile, WordWeights

DAY = timedelta(days=1)
NAMES_ENOUGH = 4.0  # weight of shared names beyond which more tell no more


class Similarity(NamedTuple):
    """In [0, 1] unless covered otherwise. Words weigh by weights; what a share is of stands behind it."""

    title_cosine: float
    title_jaccard: float
    title_contained: float  # of the title with less to say
    text_cosine: float  # title and summary
    crossed: float  # title words that stand anywhere in the other telling
    names: float  # weight of the shared names, at most ``NAMES_ENOUGH``
    names_agree: float
    rarest: float  # weight of the three rarest words in both titles
    rarest_all: float  # of the four rarest words in both tellings
    numbers_differ: float  # 1 where both titles have numbers and share none
    numbers_shared: float  # how many
    numbers_left: float  # 1 where both titles have numbers that the other has not
    numbers_near: float  # of such numbers, the least part that one is of another
    places_differ: float  # 1 where both titles name places and share none
    places_left: float  # 1 where both titles name places that the other does not
    places_shared: float  # 1 where they share one
    opposed: float  # 1 where one says the opposite of the other
    meaning: float  # of both titles, what the other says in the same or like words
    meaning_most: float  # of the title that is covered more fully by the other
    meaning_least: float  # of the one that is covered less fully
    plain: float  # of all words as they stand, those in both titles
    plain_most: float  # of the shorter title
    plain_least: float  # of the longer title
    gap: float  # time between them, a week and more is 1
    pairs: float  # neighbouring words of the shorter title that are neighbours in the other


def similarity_of(a: StoryFeatures, b: StoryFeatures, weights: WordWeights) -> Similarity:
    """What the two have in common."""
    one, other = weights.profile(a), weights.profile(b)
    return Similarity._make(
        (
            *_words(a, b, weights, one, other),
            *_numbers(a, b),
            *_places(a.title & PLACE_NAMES, b.title & PLACE_NAMES),
            _opposed(a.title, b.title),
            *_meaning(a, b, weights, one.title, other.title),
            *_plain(one.plain, other.plain),
            min(abs(a.time - b.time) / DAY, 7.0) / 7,
            len(a.pairs & b.pairs) / max(1, min(len(a.pairs), len(b.pairs))),
        )
    )


def _words(
    a: StoryFeatures, b: StoryFeatures, weights: WordWeights, one: Profile, other: Profile
) -> tuple[float, ...]:
    weigh = weights.__getitem__
    title = sorted(map(weigh, a.title & b.title), reverse=True)
    text = sorted(map(weigh, a.words & b.words), reverse=True)
    of_title, named = sum(title), weights.of(a.names & b.names)
    least_named = min(one.names, other.names)
    crossed = part(weights.of(a.title & b.words), one.title) + part(
        weights.of(b.title & a.words), other.title
    )
    return (
        part(_square(title), one.title_length * other.title_length),
        part(of_title, one.title + other.title - of_title),
        part(of_title, min(one.title, other.title)),
        part(_square(text), one.text_length * other.text_length),
        crossed / 2,
        min(named, NAMES_ENOUGH),
        named / least_named if least_named > 0 else 0.3,
        sum(title[:3]),
        sum(text[:4]),
    )


def _numbers(a: StoryFeatures, b: StoryFeatures) -> tuple[float, float, float, float]:
    """What holds letters and digits (A7, Q3) counts as a number the other has not, too."""
    left, right = a.digits - b.digits, b.digits - a.digits
    both = a.numbers & b.numbers
    near = [min(x, y) / max(x, y, 1.0) for x in _values(left) for y in _values(right)]
    return (
        float(bool(a.numbers and b.numbers) and not both),
        float(len(both)),
        float(bool(left and right)),
        max(near, default=0.0),
    )


def _values(numbers: frozenset[str]) -> list[float]:
    """Those that are plain numbers, and no other signs for digits."""
    return [float(n) for n in numbers if n.isascii() and n.replace(".", "", 1).isdigit()]


def _places(a: frozenset[str], b: frozenset[str]) -> tuple[float, float, float]:
    if not (a and b):
        return (0.0, 0.0, 0.0)
    both = a & b
    return (float(not both), float(bool(a - b and b - a)), float(bool(both)))


def _opposed(a: frozenset[str], b: frozenset[str]) -> float:
    left, right = a - b, b - a
    return float(any(not right.isdisjoint(OPPOSITES[word]) for word in left & OPPOSITES.keys()))


def _meaning(
    a: StoryFeatures, b: StoryFeatures, weights: WordWeights, one: float, other: float
) -> tuple[float, float, float]:
    covered, again = _covered(a.title, b.title, weights), _covered(b.title, a.title, weights)
    parts = part(covered, one), part(again, other)
    return (part(covered + again, one + other), max(parts), min(parts))


def _covered(words: frozenset[str], others: frozenset[str], weights: WordWeights) -> float:
    """The weight of the words that the others say as well, in the measure in which they do."""
    return fsum(weights[word] * synonymy(word, others) for word in words)


def _plain(a: frozenset[str], b: frozenset[str]) -> tuple[float, float, float]:
    both, least, most = len(a & b), min(len(a), len(b)), max(len(a), len(b))
    return (both / max(least + most - both, 1), both / max(least, 1), both / max(most, 1))


def _square(weights: list[float]) -> float:
    return sum(weight * weight for weight in weights)


def part(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0
