"""Words that mean nearly the same, as far as the stories at hand cannot teach it: ``vocabulary/synonyms.txt``.

The table is read when two headlines are first compared, and of it only the lines of words that are asked for.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from digest.select.events.vocabulary import lines_of

FULL = 9  # the likeness of words that say the same


def synonymy(word: str, others: Collection[str]) -> float:
    """How nearly the best of ``others`` says what ``word`` says, in [0, 1].

    >>> synonymy("soldier", {"troop", "dog"}) > 0.0 == synonymy("soldier", {"dog"})
    True
    """
    if word in others:
        return 1.0
    for other, alike in synonyms(word):
        if other in others:
            return alike
    return 0.0


@cache
def synonyms(word: str) -> tuple[tuple[str, float], ...]:
    """The words that mean nearly what ``word`` means, and how nearly, nearest first."""
    marked = _lines().get(word, "").split()
    return tuple((other[:-1], int(other[-1]) / FULL) for other in marked)


@cache
def _lines() -> dict[str, str]:
    """Each word with the rest of its line."""
    return dict(line.split(" ", 1) for line in lines_of("synonyms"))
