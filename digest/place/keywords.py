"""Keywords of advertisers: whole words, in any case.

Scripts written without spaces have no visible words: there a keyword counts wherever it stands in a run of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import normalize

from digest.model import Story
from digest.model.scripts import UNSPACED

# Characters that are one to a reader: apostrophes, quotation marks, hyphens and dashes; soft hyphens are none.
_VARIANTS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u0131": "i",
        "\u00ad": None,
    }
)


@lru_cache(maxsize=8192)  # the variants of an issue have their stories in common
def fold(text: str) -> str:
    """Text as keywords see it: no case, one space between words, one spelling of each character."""
    folded = text.casefold()
    if not folded.isascii():
        folded = normalize("NFKC", folded).casefold().replace("i\u0307", "i")
        folded = normalize("NFC", folded).translate(_VARIANTS)
    return " ".join(folded.split())


@lru_cache(maxsize=4096)
def _pattern(folded: str) -> re.Pattern[str]:
    """A keyword begins where no letter, digit or ``_`` stands before it and ends where none follows.

    A side of it that is written in a script without spaces has no such border.
    """
    before = "" if re.match(f"[{UNSPACED}]", folded) else rf"(?<![^\W{UNSPACED}])"
    after = "" if re.search(f"[{UNSPACED}]\\Z", folded) else rf"(?![^\W{UNSPACED}])"
    return re.compile(f"{before}{re.escape(folded)}{after}")


def words_of(story: Story) -> tuple[str, ...]:
    """The folded texts of a story in which keywords count: title, summary, each tag; an editor's and the source's."""
    sourced = (story.as_sourced.get(name, "") for name in ("title", "summary"))
    return tuple(fold(text) for text in (story.title, story.summary, *story.tags, *sourced) if text)


def occurs(keyword: str, words: Iterable[str]) -> bool:
    """Whether the keyword stands in one of the folded texts (see ``words_of``)."""
    folded = fold(keyword)
    return bool(folded) and any(folded in text and _pattern(folded).search(text) for text in words)
