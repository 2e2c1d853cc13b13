"""Words of English news that the stories at hand cannot teach; the lists are the files of this folder.

All lists are general. Other languages do without them: their words weigh by how often the stories at hand hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_FOLDER = Path(__file__).parent


def lines_of(name: str) -> list[str]:
    """The lines of a list, without those that say what the list is."""
    text = (_FOLDER / f"{name}.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line and line[0] != "#"]


def _lines(name: str) -> list[list[str]]:
    return [line.split() for line in lines_of(name)]


def _words(name: str) -> frozenset[str]:
    return frozenset(word for line in _lines(name) for word in line)


def _groups(name: str) -> dict[str, str]:
    """Each word of a line -> the first of the line."""
    first_of_line: dict[str, str] = {}
    for line in _lines(name):
        for word in line:
            first_of_line.setdefault(word, line[0])
    return first_of_line


def _opposites() -> dict[str, frozenset[str]]:
    """Each word -> the words that say the opposite."""
    opposites: dict[str, frozenset[str]] = {}
    for line in _lines("opposites"):
        for word in line:
            opposites[word] = opposites.get(word, frozenset()).union(line) - {word}
    return opposites


def _frequencies() -> dict[str, float]:
    """The share of news stories that hold a word; a number and a colon begin a group, in per mille."""
    share_of_word, share = dict[str, float](), 0.0
    for word in (word for line in _lines("frequencies") for word in line):
        if word[-1] == ":":
            share = float(word[:-1]) / 1000
        else:
            share_of_word[word] = share
    return share_of_word


STOP = _words("stop")
ARTICLES = _words("articles")
COMMON = _words("common")
COMMON_ABROAD = _words("common_abroad")
ORDINARY = _words("ordinary")
CALENDAR = _words("calendar")
DESIGNATORS, DESIGNATORS_BEHIND = _words("designators"), _words("designators_behind")
EQUIVALENTS: Mapping[str, str] = _groups("equivalents")
PLACES: Mapping[str, str] = _groups("places")
PLACE_NAMES = frozenset(PLACES.values())
OPPOSITES: Mapping[str, frozenset[str]] = _opposites()
NUMBERS: Mapping[str, str] = {
    word: str(value) for line in _lines("numbers") for value, word in enumerate(line, 1) if word != "-"
}
RECURRING = _words("recurring")
RECURRING_PAIRS = frozenset((line[0], line[1]) for line in _lines("recurring_pairs"))
CONCERNS = _words("concerns")
GAMES = _words("games")
PASTIMES = _words("pastimes")
PROGRAMMES = _words("programmes")
COMMENTING = _words("commenting")
FREQUENCIES: Mapping[str, float] = _frequencies()
