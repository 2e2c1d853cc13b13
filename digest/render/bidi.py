"""Text of two directions: the newsroom's language decides, and runs of the other one are isolated."""

from __future__ import annotations

import unicodedata
from typing import Final

FIRST_STRONG: Final = "\u2068"  # opens Unicode's isolate: its inside has no influence on what is around it
END: Final = "\u2069"
_SENTENCE_ENDS: Final = ".,;:!?…،؛؟"


def direction_of(text: str) -> str:
    """``ltr`` or ``rtl`` by the first letter that has a direction; empty if none has."""
    if text[:1].isascii() and text[:1].isalpha():
        return "ltr"
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind == "L":
            return "ltr"
        if kind in ("R", "AL"):
            return "rtl"
    return ""


def isolated(text: str, direction: str) -> str:
    """``text`` for a paragraph of ``direction``, with runs of the other direction between Unicode's isolates."""
    if text.isascii() and direction == "ltr":
        return text
    words = text.split(" ")
    foreign = [_foreign(word, direction) for word in words]
    if not any(foreign):
        return text
    if all(direction is not False for direction in foreign):
        return f"{FIRST_STRONG}{text}{END}"
    return " ".join(_runs(words, foreign))


def _foreign(word: str, direction: str) -> bool | None:
    """Whether all letters of a word run the other way; ``None`` for a word without letters."""
    kinds = {direction_of(char) for char in word} - {""}
    return None if not kinds else kinds != {direction} and direction not in kinds


def _runs(words: list[str], foreign: list[bool | None]) -> list[str]:
    marked: list[str] = []
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and foreign[end] is not False and foreign[at]:
            end += 1
        while end > at and not foreign[end - 1]:  # numbers at the end belong to the sentence around
            end -= 1
        if end == at:
            marked.append(words[at])
            at += 1
        else:
            marked.append(_isolate(" ".join(words[at:end])))
            at = end
    return marked


def _isolate(run: str) -> str:
    """A run between isolates; the mark that ends a clause belongs to the sentence around."""
    inner = run.rstrip(_SENTENCE_ENDS)
    return f"{FIRST_STRONG}{inner}{END}{run[len(inner) :]}" if inner else run
