"""A story as the search for events reads it: its words, names, numbers and address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from urllib.parse import parse_qsl, urlencode, urlsplit

from digest.model import Story
from digest.select.lexicon import CALENDAR, COMMON, REGULAR, REGULAR_PAIRS
from digest.select.words import form_of, tokens, words

COMMON_FORMS = frozenset(map(form_of, COMMON | CALENDAR)) - {""}
REGULAR_FORMS = frozenset(map(form_of, REGULAR)) | {
    form_of(word) for phrase in REGULAR_PAIRS for word in phrase
}  # "" (a function word) is among them
SUMMARY_CHARACTERS = 400
MOST_WORDS = 60
_SCORE = re.compile(r"\b\d{1,3}\s?[-–:]\s?\d{1,3}\b|\b[^\W\d_]+ \d{1,3}, [^\W\d_][^\d,]* \d{1,3}\b")
_CAPTION = re.compile(r"^\s*\d+ of \d+\.?\s*|^[A-Z][A-Z ,.]{2,40}\s*(?:\([A-Za-z ]+\))?\s*[-–—]+\s*")
_BROKEN = re.compile("\u00e2\u0080[\u0080-\u00bf]")  # a quotation mark or dash, decoded twice
_TRACKING = re.compile(
    r"^(?:utm_.*|fbclid|gclid|amp|outputtype|ref|cmp|cmpid|smid|ns_.*|xtor|ito|mod|rss|partner)$"
)


@dataclass(frozen=True, slots=True)
class Telling:
    """One telling. All word sets hold forms (see ``words``); ``address`` is the URL without what varies."""

    id: str
    time: datetime
    source: str
    address: str
    title: frozenset[str]
    pairs: frozenset[tuple[str, str]]  # neighbouring words of the title
    summary: frozenset[str]
    all: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]  # of the title
    scores: frozenset[str]  # numbers of the title, where it reads like a result
    regular: bool  # a feature that comes again every day
    frame: tuple[str, ...]  # the title without numbers and dates
    dates: frozenset[str]  # weekdays, months and the like in the title

    @property
    def told(self) -> frozenset[str]:
        """Words of the title that could tell an event."""
        return frozenset(w for w in self.title if w not in COMMON_FORMS and not w[0].isdigit())


def telling_of(story: Story) -> Telling:
    title = plain_title(story.title, story.source)
    summary = _CAPTION.sub("", _mended(story.summary[: SUMMARY_CHARACTERS + 80]))[:SUMMARY_CHARACTERS]
    return _telling(story.id, story.time, story.source, story.url, title, summary)


def plain_title(title: str, source: str) -> str:
    """The title without the source's name at its end (`` - Source``, `` | Source``)."""
    title = _mended(title)
    for mark in (" | ", " - ", " – ", " — "):
        head, found, tail = title.rpartition(mark)
        if found and head.strip() and len(tail) <= 40 and (mark == " | " or _names_source(tail, source)):
            return head
    return title


def _names_source(tail: str, source: str) -> bool:
    plain = "".join(filter(str.isalnum, tail.casefold()))
    known = "".join(filter(str.isalnum, source.casefold()))
    return bool(plain) and bool(known) and (plain in known or known in plain)


def _mended(text: str) -> str:
    return _BROKEN.sub("'", text) if "\u0080" in text else text


def _telling(id: str, time: datetime, source: str, url: str, title: str, summary: str) -> Telling:
    written = tokens(title)[: MOST_WORDS * 2]
    line = [form for token in written if (form := form_of(token))][:MOST_WORDS]
    head, body = frozenset(line), frozenset(words(summary))
    numbers = frozenset(word for word in line if word[0].isdigit())
    return Telling(
        id=id,
        time=time,
        source=source.strip().casefold(),
        address=address_of(url),
        title=head,
        pairs=frozenset(pairwise(line)),
        summary=body,
        all=head | body,
        names=_names(written, tokens(summary)[1:]),
        numbers=numbers,
        scores=numbers if _SCORE.search(title) else frozenset(),
        regular=_is_regular(written),
        frame=tuple(word for word in line if not word[0].isdigit() and word not in CALENDAR),
        dates=head & CALENDAR,
    )


def _names(title: list[str], summary: list[str]) -> frozenset[str]:
    """Words written with a capital; those of the title only where it is not all in capitals."""
    written = [token for token in summary if token[0].isupper()]
    small = sum(token[0].islower() and len(token) > 3 for token in title[1:])
    if small >= max(1, len(title) // 4):
        written += [token for token in title if token[0].isupper()]
    return frozenset(map(form_of, written)) - COMMON_FORMS - {""}


def _is_regular(title: list[str]) -> bool:
    low = [token.casefold() for token in title]
    if low[:1] == ["live"]:
        return True
    return not REGULAR.isdisjoint(low) or any(pair in REGULAR_PAIRS for pair in pairwise(low))


@lru_cache(maxsize=65536)
def address_of(url: str) -> str:
    """The address without scheme, ``www``/``m``/``amp`` and tracking, so that variants of one page agree."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.").removeprefix("amp.").removeprefix("m.")
    except ValueError:
        return url
    path = re.sub(r"/amp(?=/|$)|\.amp(?=\.html?$|$)|(?<=/)amp\.html?$", "", parts.path).rstrip("/")
    query = sorted((k, v) for k, v in parse_qsl(parts.query) if not _TRACKING.match(k.casefold()))
    if query:
        return f"{host}{path}?{urlencode(query)}"
    return host + path if path else ""  # a home page is no story's own address
