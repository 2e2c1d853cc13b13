"""How much a word tells: rare words much, common ones little."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, log, sqrt

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
RAREST_IN_TITLE, RAREST_IN_SUMMARY = 8, 5
LEAST_RARE = 0.2  # weight below which a word brings no two stories together
NEIGHBOURS, MOST_HOLDERS = 4, 12  # of a story; and stories with a word that may be its neighbours


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
        self._all = list(stories)
        self.stories = len(self._all)
        for story in self._all:
            self._count.update(story.words)
            self._of_source[story.source].update(story.title)
            self._source_stories[story.source] += 1
        most = (
            max(BOILERPLATE_SHARE * self.stories, 1) if self.stories >= BOILERPLATE_STORIES else float("inf")
        )
        self._boilerplate = frozenset(word for word, count in self._count.items() if count >= most)
        self._profiles: dict[int, tuple[StoryFeatures, Profile]] = {}
        self._rarest: dict[str, list[str]] = {}
        self._holders: dict[str, list[int]] = {}
        self._nearest: dict[str, list[int]] = {}

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
        return fsum(map(self.__getitem__, words))

    def in_source(self, word: str, source: str) -> float:
        """The weight among the headlines of one source: a paper's own town tells next to nothing there."""
        stories = self._source_stories[source]
        if stories < SOURCE_STORIES:
            return self[word]
        held = self._of_source[source][word] - 2
        share = max(held + SOURCE_BACKGROUND * RAREST, 0) / (stories + SOURCE_BACKGROUND)
        return min(self[word], max(log(max(share, RAREST)) / log(RAREST), 0.01))

    def rarest(self, story: StoryFeatures) -> list[str]:
        """The words that bring a story together with others, rarest first, those of the title before the others."""
        if story.id not in self._rarest:
            head = sorted((-self[word], word) for word in story.title)[:RAREST_IN_TITLE]
            below = sorted((-self[word], word) for word in story.summary - story.title)[:RAREST_IN_SUMMARY]
            self._rarest[story.id] = [word for weight, word in (*head, *below) if -weight >= LEAST_RARE]
        return self._rarest[story.id]

    def around(self, a: StoryFeatures, b: StoryFeatures) -> list[StoryFeatures]:
        """The stories at hand that share most with one of the two, up to ``NEIGHBOURS`` and one more for each."""
        near = {*self._neighbours(a), *self._neighbours(b)}
        return [self._all[i] for i in sorted(near) if self._all[i].id not in (a.id, b.id)]

    def _neighbours(self, story: StoryFeatures) -> list[int]:
        if story.id not in self._nearest:
            holders = self._holders or self._hold()
            shared: dict[int, float] = {}
            for word in self.rarest(story):
                held, weight = holders.get(word, ()), self[word]
                if len(held) <= MOST_HOLDERS:
                    for i in held:
                        shared[i] = shared.get(i, 0.0) + weight
            best = sorted(shared, key=lambda i: (-shared[i], i))[: NEIGHBOURS + 2]  # the story is among them
            self._nearest[story.id] = best
        return self._nearest[story.id]

    def _hold(self) -> dict[str, list[int]]:
        for i, story in enumerate(self._all):
            for word in self.rarest(story):
                self._holders.setdefault(word, []).append(i)
        return self._holders

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
            title_length=sqrt(fsum(self[word] ** 2 for word in telling.title)),
            text_length=sqrt(fsum(self[word] ** 2 for word in telling.words)),
        )

    def _plain(self, written: tuple[str, ...]) -> frozenset[str]:
        return (
            frozenset(word for word in written if form_of(word) not in self._boilerplate)
            if self._boilerplate
            else frozenset(written)
        )
