"""What two stories have in common, counted in things: one name is one thing, however many words it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import fsum

from digest.select.events.features import StoryFeatures, could_be_news
from digest.select.events.synonyms import synonymy
from digest.select.events.vocabulary import CALENDAR
from digest.select.events.word_weights import WordWeights

LEAST_WEIGHT = 0.3  # a word that many stories hold tells next to nothing,
LEAST_IN_SOURCE = 0.2  # nor does one that every fifth headline of a source holds,
LEAST_BELOW = 0.6  # least of all where only the summaries hold it
ENOUGH, ENOUGH_SHORT = 1.4, 2.0  # things that two stories must share; short headlines more
_BELOW, _SYNONYM, _PLAIN = 0.5, 0.8, 0.5


def common_ground(
    a: StoryFeatures, b: StoryFeatures, weights: WordWeights, things: Sequence[frozenset[str]]
) -> float:
    """What the two share, in ``things``: what is only in both summaries, or only said in like words, is one at most."""
    if not things:
        return 0.0
    shared = frozenset().union(*things)
    below = sum(
        weights[word] >= LEAST_BELOW for word in (a.summary & b.summary) - shared if could_be_news(word)
    )
    like = fsum(synonymy(word, b.title) for word in a.news_words - b.words)
    plain = sum(
        weights[word] >= LEAST_WEIGHT and not weights.is_boilerplate(word) and word not in CALENDAR
        for word in (a.title & b.title) - shared - _beside(a, shared) - _beside(b, shared)
    )
    return len(things) + _BELOW * min(below, 2) + min(_SYNONYM * like, 1.0) + _PLAIN * plain


def shared_things(a: StoryFeatures, b: StoryFeatures, weights: WordWeights) -> list[frozenset[str]]:
    """Words of one headline that stand anywhere in the other story, those of one name together."""
    shared = (a.news_words & b.words) | (b.news_words & a.words)
    names_a, names_b = _names(a, shared), _names(b, shared)
    words_by_name: dict[tuple[int, int], set[str]] = {}
    for word in sorted(
        shared, key=lambda w: (w not in names_a or w not in names_b, w)
    ):  # those of both first
        i, j = names_a.get(word, 0), names_b.get(word, 0)
        key = next((k for k in words_by_name if _one_name(k, i, j)), (i, j))
        words_by_name.setdefault(key, set()).add(word)
    groups = list(words_by_name.values())
    if not (a.line.mixed and b.line.mixed):
        groups = _in_runs(groups, a, b)
    return [frozenset(words) for words in groups if _tells(words, weights, a.source, b.source)]


def _in_runs(groups: list[set[str]], a: StoryFeatures, b: StoryFeatures) -> list[set[str]]:
    """Where the capitals of a headline do not tell how far a name goes, those of the other do. Where neither tells,
    words that stand side by side in both are one thing: Riverside Community College District."""
    told = {
        pair
        for story in (a, b)
        for pair, (i, j) in zip(pairwise(story.line.words), pairwise(story.line.names), strict=True)
        if i == j
    }
    runs: list[set[str]] = []
    for pair in sorted(a.pairs & b.pairs & told if a.line.mixed or b.line.mixed else a.pairs & b.pairs):
        joined = [run for run in runs if not run.isdisjoint(pair)]
        runs = [run for run in runs if run not in joined] + [set(pair).union(*joined)]
    for run in runs:
        touched = [group for group in groups if not group.isdisjoint(run)]
        if touched:
            groups = [group for group in groups if group not in touched] + [run.union(*touched)]
    return groups


def _beside(story: StoryFeatures, shared: frozenset[str]) -> frozenset[str]:
    """The other words of names that hold shared ones: Judge Croft, the University of Dover."""
    words, names = story.line.words, story.line.names
    held = {name for word, name in zip(words, names, strict=True) if word in shared}
    return frozenset(word for word, name in zip(words, names, strict=True) if name in held)


def _one_name(known: tuple[int, int], i: int, j: int) -> bool:
    """Whether a word of one headline alone belongs to a name that is known."""
    return bool((not j and i and known[0] == i) or (not i and j and known[1] == j))


def _tells(words: Iterable[str], weights: WordWeights, *sources: str) -> bool:
    """Whether one of the words is rare, among all stories and in the sources of both."""
    return any(
        not weights.is_boilerplate(word)
        and weights[word] >= LEAST_WEIGHT
        and min(weights.in_source(word, source) for source in sources) >= LEAST_IN_SOURCE
        for word in words
    )


def _names(story: StoryFeatures, shared: frozenset[str]) -> dict[str, int]:
    """The number of the name that each shared word of the headline is part of, of the longest if of several."""
    length = Counter(story.line.names)
    return {
        word: name
        for word, name in sorted(
            zip(story.line.words, story.line.names, strict=True), key=lambda pair: length[pair[1]]
        )
        if word in shared
    }
