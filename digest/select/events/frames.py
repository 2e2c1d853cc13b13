"""One sentence with other names filled in: two events, whatever else they share.

Two headlines are aligned by their longest common sequence of words. Where little is left over but places that are
filled with other names or numbers ("Acme Reports Results", "Borealis Reports Results"), the frame is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from digest.select.events.features import StoryFeatures
from digest.select.events.names import BEHIND, COMMON_FORMS, MAYBE, NAME, WORD
from digest.select.events.synonyms import synonymy
from digest.select.events.vocabulary import PLACE_NAMES

Span: TypeAlias = range
Unit: TypeAlias = tuple[str, ...]  # a word, and all words of the name that it is part of
LEAST_FRAME = 2  # words in common, names not counted, that make a frame
MOST_LEFT = 0.34  # words left over, for each word in common; one more for each further place with other names
LIKE = 0.3  # from which on a word says the same in other words, and is no other name
_HALF = 0.5  # what counts of two words in one place that are no names


def other_names(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether the two headlines are one frame, filled with other names or numbers."""
    left, unsure, filled, places, outside = 0.0, 0.0, WORD, 0, set(range(len(a.line.words)))
    inside = 0  # words of both that stand in a place with other names: Food Bank Dover
    for span_a, span_b in gaps(_units(a), _units(b)):
        outside.difference_update(span_a)
        one, other = _Filling(a, span_a), _Filling(b, span_b)
        kind, more = _compared(one, other)
        filled, places = max(filled, kind), places + bool(kind)
        inside += len({*one.words} & {*other.words}) if kind else 0
        if not kind and _could_be_names(one, other):
            unsure += more
        else:
            left += more
    frame = sum(a.line.kinds[i] == WORD for i in outside)
    if unsure and (not filled or frame < LEAST_FRAME):
        left += unsure
    if not left and filled and len(outside) + inside >= LEAST_FRAME:
        return frame > 0 or len(outside) > LEAST_FRAME
    return frame >= LEAST_FRAME and left <= {NAME: MOST_LEFT * frame, MAYBE: 1.0}.get(filled, -1.0) + max(
        places - 1, 0
    )


def _could_be_names(one: _Filling, other: _Filling) -> bool:
    """Whether two places, next to one that surely has other names, may have other names, too: where a headline begins
    (Summit Health Opens Wing), or where a name stands elsewhere in the other story as well (Bank of Dover, Dover)."""
    if not (one.size and other.size) or {*one.words} & {*other.words}:
        return False
    if one.names and other.names:
        return one.of_place() == other.of_place() and not _one_name(one.names, other.names)
    return not (one.start or other.start) and max(synonymy(word, other.words) for word in one.words) < LIKE


def _units(story: StoryFeatures) -> list[Unit]:
    """Each word of the headline, or the whole name that it is part of."""
    names: dict[int, list[str]] = {}
    for word, name in zip(story.line.words, story.line.names, strict=True):
        names.setdefault(name, []).append(word)
    return [(word, *names[name]) for word, name in zip(story.line.words, story.line.names, strict=True)]


def _same(one: Unit, other: Unit) -> bool:
    """Whether two words are equal, and neither is part of another name: Port Ellen is no Port Charlotte."""
    if one[0] != other[0]:
        return False
    return (
        len(one) == len(other) == 2
        or one[-1] == other[-1]
        or not (set(one) - set(other) and set(other) - set(one))
    )


class _Filling:
    """What stands in one place of the frame: names by kind, and other words."""

    def __init__(self, story: StoryFeatures, span: Span) -> None:
        line = story.line
        inside = {line.names[i] for i in span if line.kinds[i] != WORD}
        self.size, self.story, self.start = len(span), story, span.start
        self.words = [line.words[i] for i in span]
        named = [i for i in span if line.names[i] in inside]
        self.surely = max((line.kinds[i] for i in named), default=WORD)
        if inside and not line.mixed:  # no telling where the name ends: West Harmon Community College
            named = [i for i in span if line.kinds[i] or line.words[i] not in COMMON_FORMS]
        self.names = [line.words[i] for i in named]
        self.numbers = {word for word in self.words if word[0].isdigit()}
        self.dates = {word for word in self.words if word in story.dates}
        self.others = self.size - len({*self.names, *self.numbers, *self.dates})

    def of_place(self) -> bool:
        return any(word in PLACE_NAMES for word in self.names)


def _compared(one: _Filling, other: _Filling) -> tuple[int, float]:
    """How surely the two are other names (``NAME``, ``MAYBE``, or ``WORD`` for not at all), and what is left over."""
    if not (one.size and other.size):
        return WORD, one.size + other.size
    kind = _differ(one, other)
    if kind:
        return kind, abs(one.others - other.others) + _HALF * min(one.others, other.others)
    if one.size == other.size == 1:
        return WORD, _HALF * (1 - synonymy(one.words[0], other.words))
    return WORD, one.size + other.size


def _differ(one: _Filling, other: _Filling) -> int:
    for mine, theirs in ((one.numbers, other.numbers), (one.dates, other.dates)):
        if mine and theirs and mine.isdisjoint(theirs):
            return MAYBE
    if not (one.names and other.names) or one.of_place() != other.of_place():
        return WORD  # Paris and the capital of France, a country and its minister
    if _named_elsewhere(one, other.story) or _named_elsewhere(other, one.story):
        return WORD
    if _one_name(one.names, other.names):
        return WORD
    return min(one.surely, other.surely)


def _named_elsewhere(filling: _Filling, story: StoryFeatures) -> bool:
    """Whether the other story has these names, too, and not as parts of others."""
    names = set(filling.names)
    if names <= BEHIND:
        return False
    if story.summary.issuperset(names):
        return True
    units = {unit[0]: unit for unit in _units(story)}
    return all(word in units and (units[word][-1] in names or len(units[word]) == 2) for word in names)


def _one_name(one: Sequence[str], other: Sequence[str]) -> bool:
    return all(any(spelled_alike(x, y) for y in other) for x in one) or _initials(one, other)


def _initials(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one name is the other in short: GE and General Electric."""
    return any(
        len(short) == 1
        and len(long) > 1
        and short[0] in ("".join(w[0] for w in long), "".join(w[0] for w in long[:-1]))
        for short, long in ((one, other), (other, one))
    )


def spelled_alike(one: str, other: str) -> bool:
    """Whether two words are one name in another spelling or in short: Mursi and Morsi, Pak and Pakistan."""
    if one[0] != other[0]:
        return False
    if min(len(one), len(other)) >= 3 and (one.startswith(other) or other.startswith(one)):
        return True
    return (
        len(one) > 4 < len(other) and abs(len(one) - len(other)) < 3 and _changes(one, other) <= len(one) // 4
    )


def _changes(one: str, other: str) -> int:
    """Letters to change, add or leave out (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, x in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def gaps(one: Sequence[Unit], other: Sequence[Unit]) -> Iterator[tuple[Span, Span]]:
    """What stands between the words of the longest common sequence, in order; never empty on both sides."""
    start, end_one, end_other = 0, len(one), len(other)
    while start < min(end_one, end_other) and _same(one[start], other[start]):
        start += 1
    while start < min(end_one, end_other) and _same(one[end_one - 1], other[end_other - 1]):
        end_one, end_other = end_one - 1, end_other - 1
    i, j = start, start
    for x, y in (*_common(one, other, start, end_one, end_other), (end_one, end_other)):
        if x > i or y > j:
            yield range(i, x), range(j, y)
        i, j = x + 1, y + 1


def _common(
    one: Sequence[Unit], other: Sequence[Unit], start: int, end_one: int, end_other: int
) -> list[tuple[int, int]]:
    """The longest common sequence of two spans, as pairs of places."""
    longest = [[0] * (end_other - start + 1) for _ in range(end_one - start + 1)]
    for x in range(end_one - 1, start - 1, -1):
        row, below = longest[x - start], longest[x - start + 1]
        for y in range(end_other - 1, start - 1, -1):
            k = y - start
            row[k] = below[k + 1] + 1 if _same(one[x], other[y]) else max(below[k], row[k + 1])
    places, x, y = [], start, start
    while x < end_one and y < end_other:
        if _same(one[x], other[y]):
            places.append((x, y))
            x, y = x + 1, y + 1
        elif longest[x - start + 1][y - start] >= longest[x - start][y - start + 1]:
            x += 1
        else:
            y += 1
    return places
