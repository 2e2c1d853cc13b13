"""Which words of a headline are names, and where one name ends.

Capitals tell, where not every word has one; a word that begins a sentence, or stands in a headline all in capitals,
may be a name unless it is an ordinary word. Scripts without capitals do not tell: there every word may be a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from digest.select.events.tokens import form_of
from digest.select.events.vocabulary import CALENDAR, COMMON, COMMON_ABROAD, ORDINARY

WORD, MAYBE, NAME = 0, 1, 2
COMMON_FORMS = frozenset(map(form_of, COMMON | CALENDAR)) | COMMON_ABROAD - {""}
MOST_WORDS = 60
_STARTS = re.compile(r"(?:^|[.:;!?|\u2013\u2014\u00ab\u201c\"\u2018\u00bf\u00a1(]\s*|\s['-]\s*)([^\W_]+)")
# They join the words of one name: University of, Villa del Mar; and these only names: Neustadt am See.
_PARTICLES = frozenset(
    {"of", "the", "de", "del", "della", "delle", "di", "du", "da", "do", "dos", "das", "des"}
    | {"la", "le", "el", "los", "las", "les", "al"}
)
_STRICT = frozenset(
    {
        "van",
        "von",
        "vom",
        "der",
        "den",
        "am",
        "an",
        "auf",
        "f\u00fcr",
        "sur",
        "zu",
        "zum",
        "zur",
        "ibn",
        "bin",
    }
)


class HeadlineWords(NamedTuple):
    """The content words of a headline in order: their forms, whether each is a name, and the name it is part of."""

    words: tuple[str, ...]
    kinds: tuple[int, ...]  # WORD, MAYBE or NAME
    names: tuple[int, ...]  # words with one number are one name
    mixed: bool = True  # whether a content word is written small: not In a Headline Like This


def is_mixed(title: Sequence[str]) -> bool:
    """Whether capitals say something: not every word of the headline has one."""
    small = sum(token[0].islower() and len(token) > 3 for token in title[1:])
    return small >= max(1, len(title) // 4)


def line_of(
    title: str, written: Sequence[str], forms: Sequence[str], below_names: frozenset[str]
) -> HeadlineWords:
    """``below_names`` are words that have a capital inside the summary."""
    mixed, starts = is_mixed(written), frozenset(_STARTS.findall(title))
    any_small = any(form and token[0].islower() for token, form in zip(written, forms, strict=True))
    words, kinds, names = [], list[int](), list[int]()
    name, joined, before = 0, False, WORD
    for token, form in zip(written, forms, strict=True):
        begins = token in starts
        if not form:
            small = token.casefold()
            joined = joined and (small in _PARTICLES or (small in _STRICT and before > WORD))
            continue
        kind = _kind(token, form, mixed and not begins, below_names)
        part = kind > WORD or (mixed and token[0].isupper())  # Orange County, the University of ...
        name += not (joined and part and not begins)
        joined, before = part, kind
        words.append(form)
        kinds.append(kind)
        names.append(name)
    return HeadlineWords(
        tuple(words[:MOST_WORDS]), tuple(kinds[:MOST_WORDS]), tuple(names[:MOST_WORDS]), any_small
    )


def _kind(token: str, form: str, inside: bool, below_names: frozenset[str]) -> int:
    first = token[0]
    if first.isdigit() or first.islower() or form in COMMON_FORMS:
        return WORD
    if not first.isupper():
        return MAYBE
    if inside or form in below_names:
        return NAME
    return WORD if form in ORDINARY else MAYBE
