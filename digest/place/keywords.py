"""Keywords of advertisers: whole words, in any case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import is_normalized, normalize

from digest.model import Story


def fold(text: str) -> str:
    """Text as keywords see it: no case, one space between words, one spelling of each letter and apostrophe."""
    folded = text.casefold()
    if not folded.isascii():
        if not is_normalized("NFC", folded):
            folded = normalize("NFC", folded)
        folded = folded.replace("i\u0307", "i").replace("\u0131", "i").replace("\u2019", "'")
    return " ".join(folded.split())


@lru_cache(maxsize=4096)
def _pattern(folded: str) -> re.Pattern[str]:
    """A keyword begins where no letter, digit or ``_`` stands before it and ends where none follows."""
    return re.compile(rf"(?<!\w){re.escape(folded)}(?!\w)")


def words_of(story: Story) -> tuple[str, ...]:
    """The folded texts of a story in which keywords count: title, summary, each tag; an editor's and the source's."""
    sourced = (story.as_sourced.get(name, "") for name in ("title", "summary"))
    return tuple(fold(text) for text in (story.title, story.summary, *story.tags, *sourced) if text)


def found(keyword: str, words: Iterable[str]) -> bool:
    """Whether the keyword stands in one of the folded texts (see ``words_of``)."""
    folded = fold(keyword)
    return bool(folded) and any(folded in text and _pattern(folded).search(text) for text in words)
