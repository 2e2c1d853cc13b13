"""A story as the search for events reads it: its words, names, numbers and address."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from digest.model import Story, as_sourced
from digest.select.events.names import COMMON_FORMS, HeadlineWords, is_mixed, line_of
from digest.select.events.tokens import form_of, tokens
from digest.select.events.vocabulary import CALENDAR, RECURRING, RECURRING_PAIRS

RECURRING_FORMS = frozenset(map(form_of, RECURRING)) | {
    form_of(word) for phrase in RECURRING_PAIRS for word in phrase
}  # "" (a function word) is among them
SUMMARY_CHARACTERS = 400
MOST_WORDS = 60
_SCORE = re.compile(r"\b\d{1,3}\s?[-–:]\s?\d{1,3}\b|\b[^\W\d_]+ \d{1,3}, [^\W\d_][^\d,]* \d{1,3}\b")
_CAPTION = re.compile(r"^\s*\d+ of \d+\.?\s*|^[A-Z][A-Z ,.]{2,40}\s*(?:\([A-Za-z ]+\))?\s*[-–—]+\s*")
_LINKED = re.compile(r"[^.!?\u2026]*\bhttps?://\S*")  # a sentence with an address in it asks for clicks
_BROKEN = re.compile("\u00e2\u0080[\u0080-\u00bf]")  # a quotation mark or dash, decoded twice
_TRACKING = re.compile(
    r"(?:utm_\w*|fbclid|gclid|amp|outputtype|ref|cmp|cmpid|smid|ns_\w*|xtor|ito|mod|rss|partner)(?:=|$)",
    re.IGNORECASE,
)
_AMP = re.compile(r"/amp(?=/|$)|\.amp(?=\.html?$|$)|(?<=/)amp\.html?$")
_HOLDS_DIGIT = re.compile(r"\d").search
_GERMAN = frozenset(
    {"der", "das", "und", "für", "im", "von", "mit", "bei", "auf", "ein", "eine", "ist", "zu"}
)
_NONE: frozenset[str] = frozenset()
_NOTHING = frozenset({""})  # the form of function words


@dataclass(frozen=True, slots=True)
class StoryFeatures:
    """One telling. All word sets hold forms (see ``words``); ``address`` is the URL without what varies."""

    id: str
    time: datetime
    source: str
    address: str
    title: frozenset[str]
    pairs: frozenset[tuple[str, str]]  # neighbouring words of the title
    summary: frozenset[str]
    words: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]  # of the title
    scores: frozenset[str]  # numbers of the title, where it reads like a result
    recurring: bool  # a feature that comes again every day
    written: tuple[str, ...]  # the title's words as they stand, without case
    frame: tuple[str, ...]  # the title without dates and whatever holds a digit
    digits: frozenset[str]  # what holds a digit
    dates: frozenset[str]  # weekdays, months and the like in the title
    news_words: frozenset[str]  # words of the title that could tell an event
    line: HeadlineWords  # the title's words in order, and which of them are names
    asks: bool  # a question


def features_of(story: Story) -> StoryFeatures:
    source = as_sourced(story)  # an editor's words must not part an event
    title = plain_title(source.title, source.source)
    below = _mended(source.summary[: SUMMARY_CHARACTERS + 80])
    summary = _CAPTION.sub("", _LINKED.sub("", below) if "://" in below else below)[:SUMMARY_CHARACTERS]
    if source is not story:
        summary = f"{summary} {story.title} {story.summary}".strip()
    return _features(story.id, story.time, story.source, story.url, title, summary)


def plain_title(title: str, source: str) -> str:
    """The title without the source's name at its end (`` - Source``, `` | Source``)."""
    title = _mended(title)
    for mark in (" | ", " - ", " – ", " — "):
        head, separator, tail = title.rpartition(mark)
        if separator and head.strip() and len(tail) <= 40 and (mark == " | " or _names_source(tail, source)):
            return head
    return title


def _names_source(tail: str, source: str) -> bool:
    plain = "".join(filter(str.isalnum, tail.casefold()))
    known = "".join(filter(str.isalnum, source.casefold()))
    return bool(plain) and bool(known) and (plain in known or known in plain)


def _mended(text: str) -> str:
    return _BROKEN.sub("'", text) if "\u0080" in text else text


def _features(id: str, time: datetime, source: str, url: str, title: str, summary: str) -> StoryFeatures:
    written, below = tokens(title)[: MOST_WORDS * 2], tokens(summary)
    forms, body_forms = _forms(written), _forms(below)
    line = [form for form in forms if form][:MOST_WORDS]
    head, body = frozenset(line), frozenset(body_forms) - _NOTHING
    digits = [word for word in line if _HOLDS_DIGIT(word)] if _HOLDS_DIGIT(" ".join(line)) else []
    numbers = frozenset(word for word in digits if word[0].isdigit())
    mixed = is_mixed(written)
    below_names = _capitals(below[1:], body_forms[1:])
    return StoryFeatures(
        id=id,
        time=time,
        source=source.strip().casefold(),
        address=address_of(url),
        title=head,
        pairs=frozenset(pairwise(line)),
        summary=body,
        words=head | body,
        names=(_capitals(written, forms) if mixed else _NONE) | below_names,
        numbers=numbers,
        scores=numbers if numbers and _SCORE.search(title) else frozenset(),
        recurring=_is_recurring(written),
        written=tuple(token.casefold() for token in written),
        frame=tuple(word for word in line if word not in CALENDAR and word not in digits),
        digits=frozenset(digits),
        dates=head & CALENDAR,
        news_words=frozenset(filter(could_be_news, head)),
        line=line_of(title, written, forms, mixed, below_names),
        asks="?" in title or "\uff1f" in title,
    )


def _forms(written: list[str]) -> list[str]:
    forms = list(map(form_of, written))
    if "die" in written and not _GERMAN.isdisjoint(written):
        return ["" if token == "die" else form for token, form in zip(written, forms, strict=True)]
    return forms


def could_be_news(word: str) -> bool:
    """Whether a word could tell an event: no common word, no number, no single letter."""
    return word not in COMMON_FORMS and not word[0].isdigit() and (len(word) > 1 or not word.isascii())


def without_summary(telling: StoryFeatures) -> StoryFeatures:
    return replace(telling, summary=_NONE, words=telling.title, names=telling.names & telling.title)


def _capitals(written: list[str], forms: list[str]) -> frozenset[str]:
    capitals = {form for token, form in zip(written, forms, strict=True) if token[0].isupper()}
    return frozenset(capitals) - COMMON_FORMS - _NOTHING


def _is_recurring(title: list[str]) -> bool:
    low = [token.casefold() for token in title]
    if low[:1] == ["live"]:
        return True
    return not RECURRING.isdisjoint(low) or any(pair in RECURRING_PAIRS for pair in pairwise(low))


def address_of(url: str) -> str:
    """The address without scheme, ``www``/``m``/``amp`` and tracking, so that variants of one page agree."""
    rest = url.strip().partition("#")[0].partition("://")[2]
    rest, _, query = rest.partition("?")
    host, _, path = rest.partition("/")
    host = host.casefold().removeprefix("www.").removeprefix("amp.").removeprefix("m.")
    if "amp" in path:
        path = _AMP.sub("", "/" + path).lstrip("/")
    kept = sorted(part for part in query.split("&") if part and not _TRACKING.match(part)) if query else []
    path = path.rstrip("/") + ("?" + "&".join(kept) if kept else "")
    return f"{host}/{path}" if path else ""  # a home page is no story's own address
