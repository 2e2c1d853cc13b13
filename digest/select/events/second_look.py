"""A second look at what the classifier takes for one event, or nearly: two reports of one happening, or two turns of
one affair?

Turns of an affair (a quarrel, a trial, a tournament) share people, subject and words. What parts them: words that all
stories of the affair share tell nothing; who or what a headline begins with and the other story never names, what is
done, a headline that asks, comments or advises, and one source that tells both. An address often keeps an earlier
headline.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from math import fsum, sqrt
from typing import NamedTuple

from digest.select.events.features import StoryFeatures
from digest.select.events.names import WORD
from digest.select.events.similarity import DAY, part
from digest.select.events.synonyms import synonymy
from digest.select.events.tokens import form_of
from digest.select.events.vocabulary import COMMENTING
from digest.select.events.word_weights import WordWeights

LEAST = -1.5  # a first logit below which no second look is worth its time
_FIRST_MOST, _GROUND_MOST, _COMMENTING_MOST, _ABSENT_MOST = 8.0, 6.0, 3, 4
_LEAD = 3  # words that a headline begins with
_GAP_MOST = 2.0  # days
_OPINION = re.compile(r"opinion|comment|editorial|analysis|column|blog|explain")  # in an address
_ADDRESS_WORD = re.compile(r"[a-z]{4,}")
_NO_WORDS = frozenset({"html", "news", "article", "story"})  # of an address


class SecondLook(NamedTuple):
    """Shares in [0, 1] unless told otherwise. Each story has its figure: "more" takes the higher, "less" the lower."""

    first: float  # the classifier's logit
    ground: float  # what they share, in things
    commenting: float  # words of both headlines that comment, advise or preview
    crossed_least: float  # of the headline covered less, the weight of words that stand in the other story
    same_source: float
    absent_names: float  # names of a headline that the other story does not hold, more
    done: float  # of a headline's words that are no names, what the other headline says in like words, more
    lead_least: float  # of the words a headline begins with, the weight of those in the other story, less
    gap: float  # days between them, two and more are 2
    asking: float  # questions, and opinion by its address
    only_theirs: float  # cosine of their words, each as far as the stories around them do not hold it
    addressed: float  # of the words of an address, the weight of those in the other story, mean
    alike: float  # how alike the headlines are in meaning, where that is known, else 0


def second_look(
    a: StoryFeatures,
    b: StoryFeatures,
    weights: WordWeights,
    first: float,
    ground: float,
    alike: float | None = None,
) -> SecondLook:
    """``first`` is the classifier's logit, ``ground`` what ``common_ground`` counts, ``alike`` likeness of meaning."""
    return SecondLook(
        first=min(first, _FIRST_MOST),
        ground=min(ground, _GROUND_MOST),
        commenting=float(_commenting(a) + _commenting(b)),
        crossed_least=min(_held(a.title, b, weights), _held(b.title, a, weights)),
        same_source=float(a.source == b.source),
        absent_names=float(min(max(_absent_names(a, b), _absent_names(b, a)), _ABSENT_MOST)),
        done=max(_done(a, b, weights), _done(b, a, weights)),
        lead_least=min(_held(_lead(a), b, weights), _held(_lead(b), a, weights)),
        gap=min(abs(a.time - b.time) / DAY, _GAP_MOST),
        asking=float(_asking(a) + _asking(b)),
        only_theirs=_only_theirs(a, b, weights),
        addressed=(_addressed(a, b, weights) + _addressed(b, a, weights)) / 2,
        alike=alike or 0.0,
    )


def _commenting(story: StoryFeatures) -> int:
    return min(sum(word in COMMENTING for word in story.written), _COMMENTING_MOST)


def _held(words: frozenset[str], other: StoryFeatures, weights: WordWeights) -> float:
    return part(weights.of(words & other.words), weights.of(words))


def _lead(story: StoryFeatures) -> frozenset[str]:
    return frozenset([word for word in story.line.words if not word[0].isdigit()][:_LEAD])


def _absent_names(story: StoryFeatures, other: StoryFeatures) -> int:
    line = story.line
    named = [
        (word, n) for word, kind, n in zip(line.words, line.kinds, line.names, strict=True) if kind != WORD
    ]
    return len({n for _, n in named} - {n for word, n in named if word in other.words})


def _done(story: StoryFeatures, other: StoryFeatures, weights: WordWeights) -> float:
    line = story.line
    actions = [
        w for w, kind in zip(line.words, line.kinds, strict=True) if kind == WORD and not w[0].isdigit()
    ]
    return part(
        sum(weights[word] * synonymy(word, other.title) for word in actions),
        sum(map(weights.__getitem__, actions)),
    )


def _asking(story: StoryFeatures) -> int:
    return story.asks + bool(_OPINION.search(story.address))


def _only_theirs(a: StoryFeatures, b: StoryFeatures, weights: WordWeights) -> float:
    around, shared = weights.around(a, b), a.words & b.words
    held = Counter(chain.from_iterable((a.words | b.words) & story.words for story in around))
    less = {word: weights[word] ** 2 * (1 - (1 - n / len(around)) ** 2) for word, n in held.items()}
    both = fsum(weights[word] ** 2 for word in shared)
    mine, theirs = (weights.profile(story).text_length ** 2 for story in (a, b))
    both, mine, theirs = (
        of - fsum(less[word] for word in less if word in words)
        for of, words in ((both, shared), (mine, a.words), (theirs, b.words))
    )
    return part(both, sqrt(max(mine * theirs, 0.0)))


def _addressed(story: StoryFeatures, other: StoryFeatures, weights: WordWeights) -> float:
    path = story.address.partition("/")[2].partition("?")[0].casefold()
    words = frozenset(form_of(word) for word in _ADDRESS_WORD.findall(path) if word not in _NO_WORDS) - {""}
    return _held(words, other, weights)
