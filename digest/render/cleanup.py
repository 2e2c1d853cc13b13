"""What a feed puts around a story's words, taken away before a reader sees it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

SUMMARY: Final = 240  # characters a card shows at most
CAPTION: Final = 180
LEAST: Final = 12  # characters; what is shorter says nothing
_MARKS: Final = (" | ", " - ", " – ", " — ", " :: ", " • ")
_SENTENCE: Final = re.compile(r"(?<=[.!?。！？؟।])[\"'’”»)\]]*(?=\s+|$)|(?<=[。！？])")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|Gen|Gov|Sen|Rep|Lt|Col|Sgt|Capt|No|vs|etc|Inc|Co|Corp|Ltd|Jan|Feb|Mar|Apr|Jun|Jul|"
    r"Aug|Sept|Sep|Oct|Nov|Dec|approx|ca|bzw|z\.B|d\.h|Nr|Hr|Sra|Sr)|\b(?:[A-Z]\.)*[A-Z])\.\Z"
)
_TRAILING: Final = re.compile(
    r"\s*(?:\(?\b(?:continue reading|read (?:the )?(?:more|full (?:story|article))|keep reading|click here[^.]*|"
    r"learn more|full story|mehr lesen|weiterlesen|lire la suite|leer más|seguir leyendo)\b[^.!?]{0,60}?"
    r"\)?\s*(?:[.…»›→]|&raquo;|>)*\s*"
    r"|\[?\s*(?:link|comments)\s*\]?\s*\[?\s*comments?\s*\]?)\s*\Z",
    re.IGNORECASE,
)
_NO_SUMMARY: Final = re.compile(
    r"\A\s*(?:(?:article )?url:|comments? url:|points:|submitted by\b|https?://\S+\s*\Z|"
    r"comments?\s*\Z|by [^.!?]{1,60}\Z|"
    r"(?:photo|image|picture|foto|credit|file)(?: by| credit)?\s*[:/]|sign up\b|subscribe\b|log in\b|advertisement\b|"
    r"share this\b|follow us\b|watch (?:the )?video\b|listen to this article\b|(?:posted|published|updated)(?: on)?:? |"
    r"this (?:story|article|post) (?:was|is|has been|originally)\b|copyright\b|©|all rights reserved|table of contents|"
    r"javascript\b|please enable\b|your browser\b|we use cookies|null\Z|undefined\Z|none\Z|n/a\Z|tbd\Z|lorem ipsum)",
    re.IGNORECASE,
)
_CODE: Final = re.compile(
    r"[{;]\s*[\w-]+\s*:[^;{}]{1,80};|function\s*\w*\(|\bvar\s+\w+\s*=|\[/?(?:caption|embed|gallery|vc_\w+|et_pb\w+)|"
    r"\A\s*[{\[]\s*\"@"
)


@lru_cache(maxsize=8192)  # a story is rendered for many readers
def title(text: str, source: str) -> str:
    """A title without the name of its own source at the end: ``Rain ahead - The Harbor Times``."""
    for mark in _MARKS:
        head, found, tail = text.rpartition(mark)
        if found and len(head.strip()) >= 8 and _names(tail, source):
            return head.rstrip()
    return text


def _names(tail: str, source: str) -> bool:
    """Whether the end of a title is its source: the same letters, with or without ``The`` and ``.com``."""
    one, other = _bare(tail), _bare(source)
    return bool(one) and one == other


def _bare(name: str) -> str:
    plain = re.sub(
        r"\A(?:https?://)?(?:www\.)?|\.(?:com|org|net|co\.uk|de|fr|es|news)\Z", "", name.strip().casefold()
    )
    return "".join(filter(str.isalnum, re.sub(r"\Athe\s+", "", plain)))


@lru_cache(maxsize=8192)  # a story is rendered for many readers
def summary(text: str, title: str, limit: int = SUMMARY) -> str:
    """What a card says below its headline: whole sentences where one fits; empty where the text is no summary."""
    text = _TRAILING.sub("", " ".join(text.split())).strip()
    if _repeats(text, title):
        rest = text[len(title) :].lstrip(" .:–—-|") if text.casefold().startswith(title.casefold()) else ""
        text = rest if rest[:1].isupper() else ""
    if len(text) < LEAST or _NO_SUMMARY.match(text) or _CODE.search(text) or not _has_words(text):
        return ""
    return shortened(text, limit)


def _repeats(text: str, title: str) -> bool:
    return _letters(text[: len(title) + 12]).startswith(_letters(title)) if title else False


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _has_words(text: str) -> bool:
    """Whether a good part of a text is letters."""
    return sum(char.isalpha() for char in text) * 5 > len(text.replace(" ", ""))


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters, ended by a sentence where one fits, else after a word and with an ellipsis."""
    from digest.render.words import shortened as cut

    torn = text.endswith(("…", "..."))
    if len(text) <= limit and not torn:
        return text
    whole = [at for at in sentences(text) if at <= limit and not (torn and at >= len(text))]
    if whole and whole[-1] >= min(60, limit // 2):
        return text[: whole[-1]].rstrip()
    return cut(text[: limit + 40], limit) if len(text) > limit else text


def sentences(text: str) -> list[int]:
    """Where sentences end in a text."""
    ends = (match.end() for match in _SENTENCE.finditer(text))
    return [at for at in ends if not _ABBREVIATION.search(text[:at]) and not text[:at].endswith(("…", "..."))]


@lru_cache(maxsize=8192)  # a story is rendered for many readers
def first_sentence(text: str) -> tuple[str, str]:
    """A text cut after its first sentence: that, and the rest (with the space before it gone)."""
    ends = sentences(text)
    if not ends or ends[0] >= len(text):
        return text, ""
    return text[: ends[0]], text[ends[0] :].lstrip()
