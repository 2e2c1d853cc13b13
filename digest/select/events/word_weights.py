"""How much a word tells: rare words much, common ones little."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log, sqrt

from digest.select.events.features import StoryFeatures
from digest.select.events.tokens import form_of
from digest.select.events.vocabulary import FREQUENCIES

BACKGROUND = 200  # imagined stories that are counted together with those at hand
SOURCE_BACKGROUND = 20  # and with the headlines of one source,
SOURCE_STORIES = 20  # if it has as many
RAREST = 1 / 2000  # the share of stories that hold a word which is not listed; nothing is rarer
BOILERPLATE_STORIES, BOILERPLATE_SHARE = 8, 0.6
_BOILERPLATE = 0.02
_SMALL_NUMBER = 0.6


@dataclass(frozen=True, slots=True)
class Profile:
    """Weights of one telling: sums of its title and names, and lengths of title and text as vectors; ``plain`` are
    the title's words as they stand, without those of the boilerplate."""

    plain: frozenset[str]
    title: float
    names: float
    title_length: float
    text_length: float


class WordWeights(dict[str, float]):
    """Word -> weight in (0, 1]: the share of stories that hold it, on a logarithmic scale.

    The share is that in news at large or among the stories at hand, whichever is greater, so that two stories alone
    know that "police" tells less than "Kharkiv", and a day full of Kharkiv knows that Kharkiv tells little. That two
    stories hold a word makes it no commoner: they may be two tellings.
    """

    def __init__(self, stories: Iterable[StoryFeatures]) -> None:
        super().__init__()
        self._count: Counter[str] = Counter()
        self._of_source: dict[str, Counter[str]] = defaultdict(Counter)
        self._source_stories: Counter[str] = Counter()
        self.stories = 0
        for story in stories:
            self._count.update(story.words)
            self._of_source[story.source].update(story.title)
            self._source_stories[story.source] += 1
            self.stories += 1
        most = (
            max(BOILERPLATE_SHARE * self.stories, 1) if self.stories >= BOILERPLATE_STORIES else float("inf")
        )
        self._boilerplate = frozenset(word for word, count in self._count.items() if count >= most)
        self._profiles: dict[int, tuple[StoryFeatures, Profile]] = {}

    def is_boilerplate(self, word: str) -> bool:
        """Whether most stories at hand hold the word: then it says how they are written, not what they tell."""
        return word in self._boilerplate

    def __missing__(self, word: str) -> float:
        if self.is_boilerplate(word):
            self[word] = _BOILERPLATE
            return _BOILERPLATE
        share = max(FREQUENCIES.get(word, 0.0), RAREST)
        at_hand = (BACKGROUND * share + max(self._count[word] - 2, 0)) / (BACKGROUND + self.stories)
        weight = log(max(share, at_hand)) / log(RAREST)
        weight = max(weight, 0.01) * (_SMALL_NUMBER if word[0].isdigit() and len(word) < 3 else 1.0)
        self[word] = weight
        return weight

    def of(self, words: Iterable[str]) -> float:
        return sum(sorted(map(self.__getitem__, words)))

    def in_source(self, word: str, source: str) -> float:
        """The weight among the headlines of one source: a paper's own town tells next to nothing there."""
        stories = self._source_stories[source]
        if stories < SOURCE_STORIES:
            return self[word]
        held = self._of_source[source][word] - 2
        share = max(held + SOURCE_BACKGROUND * RAREST, 0) / (stories + SOURCE_BACKGROUND)
        return min(self[word], max(log(max(share, RAREST)) / log(RAREST), 0.01))

    def profile(self, telling: StoryFeatures) -> Profile:
        known = self._profiles.get(id(telling))
        if known is None or known[0] is not telling:
            known = self._profiles[id(telling)] = (telling, self._profile(telling))
        return known[1]

    def _profile(self, telling: StoryFeatures) -> Profile:
        return Profile(
            plain=self._plain(telling.written),
            title=self.of(telling.title),
            names=self.of(telling.names),
            title_length=sqrt(sum(sorted(self[word] ** 2 for word in telling.title))),
            text_length=sqrt(sum(sorted(self[word] ** 2 for word in telling.words))),
        )

    def _plain(self, written: tuple[str, ...]) -> frozenset[str]:
        return (
            frozenset(word for word in written if form_of(word) not in self._boilerplate)
            if self._boilerplate
            else frozenset(written)
        )
