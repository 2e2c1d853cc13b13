"""How much of the day's news the story is about, by its own words: half what others write of, half how it is told.

*In the talk*: for the three words of its title that most other sources have in theirs today, the mean share of the
other sources that have them (words that any title could hold do not count). *Told as news*, the mean of three marks.
Weight: words of ``vocabulary/hard_news.txt``, two of the title or eight of the summary are full marks. Fullness:
a headline of 14 words says most, "In pictures" little. Its own: 0 for regular features, programmes, galleries and
questions, else 1. No names are listed anywhere, so that it holds on any day; in other languages than English the
lists are silent and the rest decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise

from digest.model import Story
from digest.select.lexicon import HARD_NEWS, PROGRAMMES, REGULAR, REGULAR_PAIRS
from digest.select.signals import Measure, View
from digest.select.signals._view import source_of
from digest.select.telling import COMMON_FORMS
from digest.select.words import words

FULL = 14  # words of a title
_WORD = re.compile(r"\w[\w'’-]*")
_READ = 400  # characters of a title or summary


def measure(view: View) -> Measure:
    sources: dict[str, set[str]] = defaultdict(set)
    told = {story.id: _told(story) for story in view.stories}
    for story in view.stories:
        for word in told[story.id]:
            sources[word].add(source_of(story))
    others = max(len({source_of(story) for story in view.stories}) - 1, 1)

    def prominence(story: Story) -> float:
        mine, own = told.get(story.id) or _told(story), source_of(story)
        shares = sorted(
            ((len(held) - (own in held)) / others for held in map(sources.__getitem__, mine)), reverse=True
        )
        return (sum(shares[:3]) / 3 + told_as_news(story)) / 2

    return prominence


def _told(story: Story) -> frozenset[str]:
    found = words(story.title[:_READ])
    return frozenset(word for word in found if word not in COMMON_FORMS and not word[0].isdigit())


def told_as_news(story: Story) -> float:
    """Weight, fullness and being its own, in [0, 1]."""
    title = _WORD.findall(story.title[:_READ].casefold())
    summary = story.summary[:_READ].casefold().split()
    hard = len(HARD_NEWS.intersection(title)) + len(HARD_NEWS.intersection(summary)) / 4
    return (min(hard / 2, 1.0) + min(len(title) / FULL, 1.0) + _own(story.title, title)) / 3


def _own(text: str, title: list[str]) -> float:
    if (
        text.rstrip().endswith(("?", "？"))
        or not PROGRAMMES.isdisjoint(title)
        or not REGULAR.isdisjoint(title)
    ):
        return 0.0
    return 0.0 if any(pair in REGULAR_PAIRS for pair in pairwise(title)) else 1.0
