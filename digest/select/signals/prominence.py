"""How much a story is news for many, by its own words: the mean of four marks.

*In the talk*: the mean of n / (n + 4) over the five words of its title that most others have in theirs today, n
being the other sources with the word (words that any title could hold do not count). *Concern*: one half, plus a
sixth for each word of its title on ``vocabulary/concerns.txt``, less a sixth for each on ``vocabulary/pastimes.txt``;
words of the summary and of the address count half as much. *Its own*: 0 for regular features, programmes, galleries,
questions and an agency's copy, by the words of title and address; else 1. *Fullness*: a headline of 14 words says
most, "In pictures" little.

No names are listed anywhere, so that it holds on any day; in other languages than English the lists are silent and
the rest decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from digest.model import Story
from digest.select.events.names import COMMON_FORMS
from digest.select.events.tokens import form_of, tokens
from digest.select.events.vocabulary import CONCERNS, PASTIMES, PROGRAMMES, RECURRING, RECURRING_PAIRS
from digest.select.signals import Measure, View
from digest.select.signals._view import source_of
from digest.select.signals.coverage import HALF

FULL = 14  # words of a title
TALK = 5  # words of a title that are looked for in others
MOST_CONCERN = 3  # words more of one list than of the other
_NOTHING = frozenset({""})  # the form of function words
_CONCERN = frozenset(map(form_of, CONCERNS)) - _NOTHING
_PASTIME = frozenset(map(form_of, PASTIMES)) - _CONCERN - _NOTHING
_UNTOLD = PROGRAMMES | RECURRING
_ASKING = frozenset({"how", "why", "what", "when", "where", "who", "which"})
_AGENCY = frozenset({"wirestory", "wire", "wires", "newswire", "ap", "afp"})
_EDGES = ".,:;!?'\"()[]-–—‘’“”…"
_READ = 400  # characters of a title or summary


def measure(view: View) -> Measure:
    titles = {story.id: tokens(story.title[:_READ]) for story in view.stories}
    forms = {id: frozenset(map(form_of, title)) - _NOTHING for id, title in titles.items()}
    sources: dict[str, set[str]] = defaultdict(set)
    for story in view.stories:
        source = source_of(story)
        for word in forms[story.id] - COMMON_FORMS:
            sources[word].add(source)
    shared = {word: _share(len(held) - 1) for word, held in sources.items() if not word[0].isdigit()}

    def talk(title: frozenset[str]) -> float:
        shares = sorted((shared[word] for word in title if word in shared), reverse=True)
        return sum(shares[:TALK]) / TALK

    def prominence(story: Story) -> float:
        written, title = [word.casefold() for word in titles[story.id]], forms[story.id]
        address = _folders(story.url)
        marks = (
            talk(title),
            _concern(title, frozenset(map(_listed, story.summary[:_READ].split() + address)) - title),
            _own(story.title, written, address),
            min(len(written) / FULL, 1.0),
        )
        return sum(marks) / len(marks)

    return prominence


def _share(others: int) -> float:
    return others / (others + HALF)


def _folders(url: str) -> list[str]:
    """The words of the address between its host and its last part, which repeats the title."""
    path = url.partition("://")[2].partition("/")[2].partition("?")[0].rpartition("/")[0]
    return path.casefold().replace("-", "/").split("/")


@lru_cache(maxsize=262144)
def _listed(written: str) -> str:
    """The form of a word where a list has it, else an empty string."""
    word = written.strip(_EDGES)
    form = form_of(word) if word else ""
    return form if form in _CONCERN or form in _PASTIME else ""


def _concern(title: frozenset[str], rest: frozenset[str]) -> float:
    more = len(title & _CONCERN) - len(title & _PASTIME)
    below = len(rest & _CONCERN) - len(rest & _PASTIME)
    return min(max(0.5 + (more + below / 2) / (2 * MOST_CONCERN), 0.0), 1.0)


def _own(text: str, title: Sequence[str], address: Sequence[str]) -> float:
    if text.rstrip().endswith(("?", "？")) or not _ASKING.isdisjoint(title[:1]):
        return 0.0
    if not _UNTOLD.isdisjoint(title) or not PROGRAMMES.isdisjoint(address) or not _AGENCY.isdisjoint(address):
        return 0.0
    return 0.0 if any(pair in RECURRING_PAIRS for pair in pairwise(title)) else 1.0
