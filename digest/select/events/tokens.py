"""Words of a text, in any script, brought to one form."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from digest.model.scripts import MARKS, UNSPACED
from digest.select.events.vocabulary import ARTICLES, EQUIVALENTS, NUMBERS, PLACES, STOP

_TOKEN = re.compile(
    r"(?:[A-Za-z]\.){2,}[A-Za-z]?"  # U.S. U.N.
    r"|\d+(?:[.,]\d+)*"
    rf"|[^\W\d_](?:[^\W_]|[{MARKS}]|'(?=[^\W_]))*"
)
_ASCII = re.compile(r"(?:[A-Za-z]\.){2,}[A-Za-z]?|\d+(?:[.,]\d+)*|[A-Za-z](?:[A-Za-z0-9]|'(?=[A-Za-z0-9]))*")
_UNSPACED = re.compile(f"[{UNSPACED}]+")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|all|dall|dell|nell|sull|un)'(?=\w{2})")  # l'attaquant, dell'anno
_CONTRACTION = re.compile(r"'(?:s|re|ve|ll|d|m|t)?$")
MOST_CHARACTERS = 2000  # of a title or summary that are read


def words(text: str) -> list[str]:
    """The content words of ``text`` in order, each in one form; function words are left out.

    >>> words("Tampa Police: Woman Dead, 2 men stabbed in the U.S.")
    ['tampa', 'police', 'woman', 'dead', '2', 'men', 'stab', 'usa']
    """
    return [form for token in tokens(text) if (form := form_of(token))]


def tokens(text: str) -> list[str]:
    """The words as written; runs of an unspaced script as pairs of characters."""
    text = text[:MOST_CHARACTERS].replace("’", "'")
    if text.isascii():
        return _ASCII.findall(text)
    pieces: list[str] = []
    for token in _TOKEN.findall(text):
        if token.isascii():
            pieces.append(token)
        else:
            pieces.extend(_spaced(token))
    return pieces


@lru_cache(maxsize=262144)
def form_of(token: str) -> str:
    """One form for all forms of a word; empty for a function word."""
    if token in ARTICLES:
        return ""
    if token == "US":  # the pronoun is never written so, but in headlines all in capitals
        return "usa"
    word = token.casefold() if token.isascii() else _bare(token)
    if "." in word and not word[0].isdigit():
        word = word.replace(".", "")
        return PLACES.get(word, "usa" if word == "us" else word)
    if word[0].isdigit():
        return word.replace(",", "").rstrip(".")
    word = _CONTRACTION.sub("", word) or word
    if "'" in word:
        word = _ELISION.sub("", word)
    if word in STOP:
        return NUMBERS.get(word, "")
    word = NUMBERS.get(word, word)
    return EQUIVALENTS.get(word) or PLACES.get(word) or stem(word)


def stem(word: str) -> str:
    """A light English stem (plurals, -ing, -ed, -ly); other words as they are.

    >>> [stem(word) for word in ("companies", "launching", "stopped", "glass", "news")]
    ['company', 'launch', 'stop', 'glass', 'news']
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is", "ews")):
        word = word[:-1]
    for suffix in ("ing", "ed"):
        if word.endswith(suffix) and len(word) >= len(suffix) + 4:
            root = word[: -len(suffix)]
            return root[:-1] if root[-1] == root[-2] and root[-1] not in "lsz" else root
    return word[:-1] if len(word) > 5 and word.endswith("e") else word


def _bare(token: str) -> str:
    """No case and, for Latin, Greek and Cyrillic, no accents."""
    folded = unicodedata.normalize("NFKC", token).casefold()
    if folded.isascii() or ord(folded[0]) > 0x052F:
        return folded
    return "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))


def _spaced(token: str) -> list[str]:
    pieces, at = [], 0
    for run in _UNSPACED.finditer(token):
        if run.start() > at:
            pieces.append(token[at : run.start()])
        text = run.group()
        pieces.extend(text[i : i + 2] for i in range(max(len(text) - 1, 1)))
        at = run.end()
    if at < len(token):
        pieces.append(token[at:])
    return pieces
