"""What an editor's search finds: words by their beginnings, in any case, with or without accents.

Every database is handed the same folded words, so that all find the same. Scripts written without spaces have no
visible words: there what is typed counts wherever it stands; an index keeps their pairs of characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from unicodedata import normalize

from digest.model.scripts import MARKS, UNSPACED

LONGEST = 60  # characters of a word that count: databases bound them
_ASCII = bytes(byte if chr(byte).isalnum() else 32 for byte in bytes(range(128)).lower()) + b" " * 128
# patterns are compiled when a text is not ASCII: most commands never need them
_PARTS = f"([{UNSPACED}]+)|((?:(?![{UNSPACED}])(?:[^\\W_]|[{MARKS}]))+)"
_LETTERS = {
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
}  # fold to no other
_FOLDED = (
    "[\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    + "".join(_LETTERS)
    + "]"
)


def has_words(words: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether a word of the texts begins like each of ``words``; what holds no letter and no digit is passed over."""
    wanted = [f"{'' if run else ' '}{part}" for word in words for part, run in _parts_of(word)]
    if not wanted:
        return True
    text = "".join(f" {part}" for part, _ in _parts(" ".join(texts)))
    return all(word in text for word in wanted)


def can_be_found(word: str) -> bool:
    """Whether there is a letter or a digit in it to look for."""
    return bool(_parts_of(word))


def words_in(texts: Iterable[str]) -> list[str]:
    """The words of texts as an index keeps them, each once."""
    text = " ".join(texts)
    if text.isascii():
        words = dict.fromkeys(_ascii(text))
        if max(map(len, words), default=0) <= LONGEST:
            return list(words)
        return list(dict.fromkeys([word[:LONGEST] for word in words]))
    terms: dict[str, None] = {}
    for part, run in _parts(text):
        terms |= dict.fromkeys(_pairs(part)) if run else {part[:LONGEST]: None}
    return list(terms)


def beginnings(words: Sequence[str]) -> tuple[list[str], bool]:
    """How words of an index must begin for a text to have ``words``; whether such a text is sure to have them.

    It is not where three characters of a script without spaces follow each other: an index knows only of pairs.
    """
    parts = [part for word in words for part in _parts_of(word)]
    terms: dict[str, None] = {}
    for part, run in parts:
        terms |= dict.fromkeys(_pairs(part)[:-1] or [part]) if run else {part: None}
    return list(terms), all(not run or len(part) < 3 for part, run in parts)


def _pairs(run: str) -> list[str]:
    """Each character with the next; the last one by itself."""
    return [run[at : at + 2] for at in range(len(run))]


def _ascii(text: str) -> list[str]:
    return text.encode().translate(_ASCII).decode().split()


def _parts(text: str) -> list[tuple[str, bool]]:
    """Words, and runs of a script without spaces (``True``), folded."""
    if text.isascii():
        return [(word, False) for word in _ascii(text)]
    folded = re.sub(_FOLDED, lambda match: _LETTERS.get(match[0], ""), normalize("NFKD", text.casefold()))
    folded = normalize("NFC", folded.casefold())
    return [(run or word, bool(run)) for run, word in re.findall(_PARTS, folded)]


@lru_cache(1024)
def _parts_of(word: str) -> tuple[tuple[str, bool], ...]:
    return tuple((part if run else part[:LONGEST], run) for part, run in _parts(word))
