"""The best places for line items that are already chosen: all of them run, in the best order and openings.

A label is a half-made arrangement: the line items placed and the last opening. Of two labels with the same ones
the better stays: greater merit, then the earlier gaps, slots and line items.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from digest.place.facts import bits
from digest.place.problem import Plan, Scale

Label = tuple[int, tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]
# minus the merit, then gaps, slots, line items and openings

_NOWHERE: Label = (0, (), (), (), ())


def arrange(scale: Scale, following: Sequence[int], allowed: Mapping[int, int]) -> Plan | None:
    """The best arrangement of these line items in their openings, facts about areas and spans aside."""
    numbers = list(allowed)
    openings = [list(bits(mask)) for mask in allowed.values()]
    gains = [{o: scale.gain(i, o) for o in here} for i, here in zip(numbers, openings, strict=True)]
    labels: list[dict[int, Label]] = [{} for _ in range(1 << len(numbers))]
    labels[0][-1] = _NOWHERE
    for placed, here in enumerate(labels):
        for x, number in enumerate(numbers):
            if not placed >> x & 1:
                _place(scale, following, here, labels[placed | 1 << x], (number, openings[x], gains[x]))
    best = min(labels[-1].values(), default=None)
    return None if best is None else tuple(zip(best[3], best[4], strict=True))


def _place(
    scale: Scale,
    following: Sequence[int],
    here: dict[int, Label],
    there: dict[int, Label],
    ad: tuple[int, list[int], dict[int, int]],
) -> None:
    """Every label of ``here`` with one more ad, kept in ``there`` where it is the best."""
    gaps, slots = scale.problem.gaps, scale.problem.slots
    number, openings, gains = ad
    costs = _costs(scale)
    for last, (merit, at, of, who, where) in here.items():
        begin, distance = (0, []) if last < 0 else (bisect_left(openings, following[last]), costs)
        before = gaps[last] if last >= 0 else 0
        for o in openings[begin:]:
            less = merit - gains[o]
            if distance:
                less += distance[gaps[o] - before]
            old = there.get(o)
            if old is None or less < old[0]:
                there[o] = (less, (*at, gaps[o]), (*of, slots[o]), (*who, number), (*where, o))
            elif less == old[0]:
                new = (less, (*at, gaps[o]), (*of, slots[o]), (*who, number), (*where, o))
                if new < old:
                    there[o] = new


def _costs(scale: Scale) -> list[int]:
    """The cost of every distance, computed once a scale."""
    if not scale.costs:
        gaps = scale.problem.gaps
        scale.costs.extend(scale.cost(d) for d in range(gaps[-1] - gaps[0] + 1))
    return scale.costs
