"""What a feed puts around a story's words, taken away before a reader sees it."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import Final

SUMMARY: Final = 240  # characters a card shows at most
CAPTION: Final = 180
MORE: Final = 40  # characters that a first sentence says besides the title
LEAST: Final = 12  # characters; what is shorter says nothing
_MARKS: Final = (" | ", " - ", " – ", " — ", " :: ", " • ")
_SENTENCE: Final = re.compile(r"(?<=[.!?。！？؟।])[\"'’”»)\]]*(?=\s+|$)|(?<=[。！？])")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|Gen|Gov|Sen|Rep|Lt|Col|Sgt|Capt|No|vs|etc|Inc|Co|Corp|Ltd|Jan|Feb|Mar|Apr|Jun|Jul|"
    r"Aug|Sept|Sep|Oct|Nov|Dec|approx|ca|bzw|z\.B|d\.h|Nr|Hr|Sra|Sr|Bros|Ave|Blvd|Rd|Hwy|Mt|Ft|e\.g|i\.e|a\.m|p\.m|"
    r"Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Md|Mass|Mich|Minn|Miss|Mo|Mont|Neb|Nev|Okla|Ore|Pa|"
    r"Tenn|Tex|Vt|Va|Wash|Wis|Wyo)|\b(?:[A-Z]\.)*[A-Z])\.\Z"
)
_TRAILING: Final = re.compile(
    r"\s*(?:\(?\b(?:continue reading|read (?:the )?(?:more|full (?:story|article))|keep reading|click here[^.]*|"
    r"learn more|full story|mehr lesen|weiterlesen|lire la suite|leer más|seguir leyendo)\b[^.!?]{0,60}?"
    r"\)?\s*(?:[.…»›→]|&raquo;|>)*\s*"
    r"|\[?\s*(?:link|comments)\s*\]?\s*\[?\s*comments?\s*\]?)\s*\Z",
    re.IGNORECASE,
)
_APPEARED: Final = re.compile(
    r"\s*\bThe post (?:(?!\bThe post ).){1,400}? (?:first appeared|appeared first) on .{1,100}\Z", re.DOTALL
)
_TAG: Final = re.compile(
    r"</?(?:a|p|br|b|i|em|strong|span|div|img|ul|ol|li|h[1-6]|font)\b(?:\s[^<>]*=[^<>]*)?/?>", re.IGNORECASE
)
_TORN: Final = re.compile(
    r"</?[a-z][^<>]*=[\"'][^<>]*\Z|\A[^<>]*[\"']\s*>", re.IGNORECASE
)  # the end of a tag that was cut in two
_ENTITY: Final = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8}\d?);", re.IGNORECASE)
# What asks for something, in the last sentence; and what a source says of the text itself, in the first.
_CALL: Final = re.compile(
    r"\A\W*(?:Subscribe|SUBSCRIBE|Sign up|SIGN UP|Follow us|FOLLOW US|Like us on|"
    r"Download (?:our|the) app|Read (?:more|on)|Get More)\b|\b[Cc]lick here\b"
)
_PREFACE: Final = re.compile(
    r"\A\s*(?:this (?:story|article|post|piece|essay) (?:was|is|has been|originally|first)\b|"
    r"(?:photo|image|picture|foto)(?: by| credit)?\s*[:/]|(?:posted|published|updated)(?: on)?:? |"
    r"\(?reuters\)? - |editor.s note\b)",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(r"\A(?:Advertisement|ADVERTISEMENT)\s+(?=[A-Z\"“])")
# An address in the middle of a sentence.
_ASIDE: Final = re.compile(r"(?<=[a-z])\s+\(?https?://[^\s()]+\)?(?=\s+[a-z])")
_URL: Final = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_NO_SUMMARY: Final = re.compile(
    r"\A\s*(?:read more\b|(?:article )?url:|comments? url:|points:|submitted by\b|https?://\S+\s*\Z|"
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
        head, separator, tail = text.rpartition(mark)
        if separator and len(head.strip()) >= 8 and _names(tail, source):
            return head.rstrip()
    return text


def _names(tail: str, source: str) -> bool:
    """Whether the end of a title is its source: the same letters, with or without ``The``, ``.com`` and ``News``."""
    return not _bare(tail).isdisjoint(_bare(source))


def _bare(name: str) -> frozenset[str]:
    """The forms in which a source is named."""
    plain = re.sub(r"\A(?:https?://)?(?:www\.)?|(?:\.[a-z]{2,5}){1,2}\Z", "", name.strip().casefold())
    # FOX 29 (News) Philadelphia
    joined = "".join(filter(str.isalnum, re.sub(r"\b(?:the|news)\b", "", plain)))
    forms = {joined, "".join(filter(str.isalnum, name.casefold()))}
    forms |= {form.removeprefix("the") for form in forms}
    forms |= {form.removesuffix(end) for form in forms for end in ("news", "online")}
    return frozenset(form for form in forms if len(form) > 1)


@lru_cache(maxsize=8192)  # a story is rendered for many readers
def summary(text: str, title: str, limit: int = SUMMARY) -> str:
    """What a card says below its headline: whole sentences where one fits; empty where the text is no summary."""
    text = _APPEARED.sub("", " ".join(_plain(text).split()))
    text = _TRAILING.sub("", _without_calls(text)).strip()
    text = _without_title(_LABEL.sub("", text), title)
    for _ in range(2):
        if _PREFACE.match(text):
            text = first_sentence(text)[1]
    text = _before_addresses(text)
    if len(text) < LEAST or _NO_SUMMARY.match(text) or _CODE.search(text) or not _has_words(text):
        return ""
    return _without_calls(shortened(text, limit))


def _plain(text: str) -> str:
    """Without markup that came along in a text that should have none."""
    if "<" in text or ">" in text:
        text = _TORN.sub("", _TAG.sub(" ", text)) if "=" in text or "</" in text else text
    return unescape(text) if _ENTITY.search(text) else text


def _without_title(text: str, title: str) -> str:
    """What a summary says besides the title it begins with; all of it where its first sentence says more."""
    if not title or not _letters(text[: len(title) * 2 + 12]).startswith(_letters(title)):
        return text
    letters, at = len(_letters(title)), 0
    while letters:
        letters -= text[at].isalnum()
        at += 1
    rest = text[at:].lstrip("\"'’”» .:–—-|…)")
    if rest[:1].isupper():
        return rest
    return text if len(_letters(rest)) >= MORE else ""


def _before_addresses(text: str) -> str:
    """The sentences before the first web address: what follows one is no summary."""
    text = _ASIDE.sub("", text)
    address = _URL.search(text)
    if address is None:
        return text
    end = max(text.rfind(mark, 0, address.start()) for mark in ".!?")
    return text[: end + 1] if end >= MORE else ""


def _without_calls(text: str) -> str:
    """Without last sentences that ask the reader for something."""
    while text:
        ends = [0, *(at for at in sentences(text) if at < len(text))]
        if not _CALL.search(text[ends[-1] :]):
            return text
        text = text[: ends[-1]].rstrip()
    return ""


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
    ends = [at for at in sentences(text) if at <= limit and not (torn and at >= len(text))]
    if ends and ends[-1] >= min(60, limit // 2):
        return text[: ends[-1]].rstrip()
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
