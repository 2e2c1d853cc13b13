"""What a rule may say. The solver, the checker and the explanation know nothing else of a rule.

Line items are numbered in file order; openings by gap, then slot. Sets of either are bit masks: bit ``i`` is
line item ``i``, bit ``o`` is opening ``o``. Every fact carries its sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

EVERYWHERE = -1  # a mask of all openings, or of all line items


@dataclass(frozen=True, slots=True)
class NotIn:
    """``item`` may not stand in ``openings``; ``why(opening)`` says so of one of them.

    A fact about the whole day says so of ``EVERYWHERE``, and its sentence does not look at the opening.
    """

    item: int
    openings: int
    why: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class AtMost:
    """At most ``most`` of the ads of ``items`` in ``openings``; with ``span``, in any ``span`` consecutive gaps.

    ``why(item, others)`` says how the placed ads ``others`` (pairs of line item and opening) stop ``item``.
    """

    most: int
    items: int
    openings: int
    why: Callable[[int, tuple[tuple[int, int], ...]], str]
    span: int | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """All of ``items`` run, or none of them."""

    items: int
    why: Callable[[int], str]


Fact = NotIn | AtMost | Together
Candidate = tuple[int, int]  # line item, opening


def always(sentence: str) -> Callable[[int], str]:
    """The sentence of a fact that is the same everywhere."""
    return lambda _: sentence


def bits(mask: int) -> Iterator[int]:
    """The numbers in a mask, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def mask_of(numbers: Iterator[int] | list[int] | range | tuple[int, ...]) -> int:
    """The mask that holds these numbers."""
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask
