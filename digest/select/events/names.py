"""Which words of a headline are names, and where one name ends.

Capitals tell, where not every word has one; a word that begins a sentence, or stands in a headline all in capitals,
may be a name unless it is an ordinary word. Scripts without capitals do not tell: there every word may be a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from digest.select.events.tokens import form_of
from digest.select.events.vocabulary import (
    CALENDAR,
    COMMON,
    COMMON_ABROAD,
    DESIGNATORS,
    DESIGNATORS_BEHIND,
    GAMES,
    ORDINARY,
)

WORD, MAYBE, NAME = 0, 1, 2
COMMON_FORMS = frozenset(map(form_of, COMMON | CALENDAR)) | COMMON_ABROAD - {""}
_CALENDAR_FORMS = frozenset(map(form_of, CALENDAR))
_BEFORE, BEHIND = frozenset(map(form_of, DESIGNATORS)), frozenset(map(form_of, DESIGNATORS_BEHIND))
_GAME_FORMS = frozenset(map(form_of, GAMES)) - {""}
_AGAINST = frozenset("against at beat beats defeat defeats edge edges over past top tops versus vs".split())  # noqa: SIM905
_DIRECTIONS = frozenset({"north", "south", "east", "west", "central"})
MOST_WORDS = 60
# What begins a sentence; "St. Clair" and "Gov. Hale" do not begin one after the point.
_STARTS = re.compile(
    r"(?:^|(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})\."
    r"|[:;!?|\u2013\u2014\u00ab\u201c\"\u2018\u00bf\u00a1(]|\s['-])\s*([^\W_]+)"
)
_GLUED = re.compile(r"(?<=[^\W_])-([^\W_]+)")  # Port-Rouge, Courcelles-en-Val, BR-101
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

    def kind_of(self, word: str) -> int:
        return max(
            (kind for own, kind in zip(self.words, self.kinds, strict=True) if own == word), default=WORD
        )


def is_mixed(title: Sequence[str]) -> bool:
    """Whether capitals say something: not every word of the headline has one."""
    small = sum(token[0].islower() and len(token) > 3 for token in title[1:])
    return small >= max(1, len(title) // 4)


def line_of(
    title: str, written: Sequence[str], forms: Sequence[str], mixed: bool, below_names: frozenset[str]
) -> HeadlineWords:
    """``below_names`` are words that have a capital inside the summary."""
    starts = frozenset(_STARTS.findall(title))
    glued = frozenset(_GLUED.findall(title)) if "-" in title else frozenset[str]()
    of_game = not _GAME_FORMS.isdisjoint(forms)
    words, kinds, names = list[str](), list[int](), list[int]()
    name, before, any_small = 0, WORD, False
    joined = adjacent = against = kind_told = False  # what the words before say of this one
    for token, form in zip(written, forms, strict=True):
        begins, team = token in starts, against and not mixed
        against = of_game and token.casefold() in _AGAINST
        if not form:
            adjacent = False
            if joined:
                small = token.casefold()
                joined = small in _PARTICLES or (before > WORD and small in _STRICT) or token in glued
            continue
        first = token[0] if "'" not in token else _first_letter(token)
        capital = first.isupper() or ((token in glued or kind_told) and first.isdigit())
        any_small = any_small or (len(token) > 2 and token[0].islower())
        kind = _kind(first, form, mixed and not begins, below_names, team or (begins and of_game))
        if joined and mixed and capital and not begins:
            if (kind_told or (before and token[0] != first)) and form not in _CALENDAR_FORMS:
                kind = NAME  # rue du Commerce, Olho d'Água
            elif adjacent and not kind and not before and _may_name(words[-1], form):
                kinds[-1] = MAYBE  # Harvest Market cuts jobs
        elif before and capital and token in glued:
            kind = max(kind, MAYBE)  # Fontaine-le-Pré
        part = kind > WORD or (mixed and capital)  # Orange County, the University of ...
        if adjacent and form in BEHIND and not (mixed or begins or before) and _may_name(words[-1], form):
            kinds[-1] = MAYBE  # Maple Street
            joined = part = True
        name += not (joined and part and not begins)
        kind_told = mixed and form in _BEFORE
        joined, before, adjacent = part or kind_told, kind, True
        words.append(form)
        kinds.append(kind)
        names.append(name)
    return HeadlineWords(
        tuple(words[:MOST_WORDS]), tuple(kinds[:MOST_WORDS]), tuple(names[:MOST_WORDS]), any_small
    )


def _kind(first: str, form: str, inside: bool, below_names: frozenset[str], team: bool) -> int:
    if first.isdigit() or first.islower() or form in COMMON_FORMS:
        return WORD
    if not first.isupper():
        return MAYBE
    if inside or form in below_names:
        return NAME
    return WORD if form in ORDINARY and not team else MAYBE


def _first_letter(token: str) -> str:
    """Of the word itself: l'Orne and d'Espérance are names, L'eau is none."""
    elided = "'" in token[1:3] and token[-2:] != "'s"
    return token.partition("'")[2][:1] or token[0] if elided else token[0]


def _may_name(before: str, form: str) -> bool:
    """Whether a word before another may be a name: ordinary ones may, common ones only in names like East High."""
    return before not in COMMON_FORMS or (before in _DIRECTIONS and form in BEHIND)
