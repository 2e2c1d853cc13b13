"""The best places for line items that are already chosen: all of them run, in the best order and openings.

A label is a half-made arrangement: the line items placed and the last opening. Of two labels with the same ones
the better stays: greater merit, then the earlier gaps, slots and line items.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import pairwise
from operator import add
from typing import NamedTuple

from digest.place.facts import AtMost, bits
from digest.place.problem import Plan, Scale, exceeds, within

Label = tuple[int, tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]
# minus the merit, then gaps, slots, line items and openings

NARROW = 8  # labels of one part of the set that the first pass keeps
SMALL = 64  # openings of all line items together that need no narrow pass
_NOWHERE: Label = (0, (), (), (), ())


@dataclass(frozen=True, slots=True)
class Asked:
    """Line items to place, each with its openings; ``following`` is the first opening free after each opening.

    ``worth`` (stages above the spread, as in ``Walk``) is the greatest there may be, and no less is of interest.
    ``ahead`` is, per number of further ads and opening, the least spread they can add.
    """

    scale: Scale
    following: Sequence[int]
    ahead: Sequence[Sequence[int]]
    allowed: Mapping[int, int]
    worth: int


class Ad(NamedTuple):
    """A line item to place; a label at or above ``limit`` cannot come to the worth asked for any more."""

    item: int
    openings: list[int]
    gains: dict[int, int]
    limit: int


def arrange(asked: Asked) -> Label | None:
    """The best arrangement, facts about areas and spans aside. A narrow pass finds how little spread is possible."""
    scale = asked.scale
    gains = [{o: scale.gain(i, o) for o in bits(mask)} for i, mask in asked.allowed.items()]
    if not all(gains):
        return None
    tops = [max(here.values()) for here in gains]
    slack = sum(tops) - asked.worth * scale.spread
    if slack < 0:
        return None
    openings = [[o for o in here if top - here[o] <= slack] for here, top in zip(gains, tops, strict=True)]
    ads = [Ad(i, o, g, 0) for i, o, g in zip(asked.allowed, openings, gains, strict=True)]
    if sum(map(len, openings)) <= SMALL:
        return _passed(asked, ads, tops, scale.spread, None)
    narrow = _passed(asked, ads, tops, scale.spread, NARROW)
    return _passed(asked, ads, tops, narrow[0] % scale.spread if narrow else scale.spread, None)


def _passed(asked: Asked, ads: list[Ad], tops: list[int], most: int, width: int | None) -> Label | None:
    """The best arrangement of at most ``most`` spread; ``width`` labels are kept of each part of the set."""
    labels: list[dict[int, Label]] = [{} for _ in range(1 << len(ads))]
    labels[0][-1] = _NOWHERE
    lost = (asked.worth - 1) * asked.scale.spread
    for placed, here in enumerate(labels):
        if not here:
            continue
        rest = [top for x, top in enumerate(tops) if not placed >> x & 1]
        if width is not None and len(here) > width:
            here = _narrowed(asked, here, len(rest), width)
        ahead = asked.ahead[len(rest) - 1]
        for x, ad in enumerate(ads):
            if not placed >> x & 1:
                late = ad._replace(limit=sum(rest) - tops[x] - lost)
                _place(asked, here, labels[placed | 1 << x], late, (ahead, most))
    return min(labels[-1].values(), default=None)


def _narrowed(asked: Asked, here: dict[int, Label], left: int, width: int) -> dict[int, Label]:
    spread, ahead = asked.scale.spread, asked.ahead[left]
    order = sorted(here.items(), key=lambda one: (one[1][0] % spread + ahead[one[0]], one[1]))
    return dict(order[:width])


def _place(
    asked: Asked,
    here: dict[int, Label],
    there: dict[int, Label],
    ad: Ad,
    reach: tuple[Sequence[int], int],
) -> None:
    """Every label of ``here`` with one more ad, kept in ``there`` where it is the best."""
    scale, following = asked.scale, asked.following
    gaps, slots, whole = scale.problem.gaps, scale.problem.slots, scale.spread
    number, openings, gains, limit = ad
    costs, (ahead, most) = _costs(scale), reach
    for last, (merit, at, of, who, where) in here.items():
        spread = merit % whole
        begin, distance = (0, []) if last < 0 else (bisect_left(openings, following[last]), costs)
        before = gaps[last] if last >= 0 else 0
        for o in openings[begin:]:
            cost = distance[gaps[o] - before] if distance else 0
            if spread + cost + ahead[o] > most:
                continue
            less = merit - gains[o] + cost
            old = there.get(o)
            if old is None or less < old[0]:
                if less < limit:
                    there[o] = (less, (*at, gaps[o]), (*of, slots[o]), (*who, number), (*where, o))
            elif less == old[0]:
                new = (less, (*at, gaps[o]), (*of, slots[o]), (*who, number), (*where, o))
                if new < old:
                    there[o] = new


def least_ahead(scale: Scale, jump: int, most: int) -> list[list[int]]:
    """Per number of further ads (up to ``most``) and opening, the least spread they can add."""
    gaps = scale.problem.gaps
    costs = _costs(scale)
    distinct = sorted(set(gaps))
    rows = [[0] * len(distinct)]
    for _ in range(most):
        last, row = rows[-1], []
        for gap in distinct:
            begin = bisect_left(distinct, gap + jump)
            steps = [costs[to - gap] for to in distinct[begin:]]
            row.append(min(map(add, steps, last[begin:]), default=scale.spread))
        rows.append(row)
    rank = {gap: number for number, gap in enumerate(distinct)}
    return [[row[rank[gap]] for gap in gaps] for row in rows]


def arrange_apart(asked: Asked, facts: Sequence[AtMost], tries: int) -> Plan | None:
    """The best arrangement that keeps these facts too; ``None`` where there is none.

    Where the best arrangement breaks a fact, one of the ads that break it must leave the place: each way is
    arranged again, the most promising first. Raises ``Undecided`` after so many tries.
    """
    gaps = asked.scale.problem.gaps
    first = arrange(asked)
    heap = [] if first is None else [(first, 0, asked)]
    number = 0
    while heap:
        label, _, now = heappop(heap)
        plan = plan_of(label)
        fact = next((fact for fact in facts if exceeds(fact, plan, gaps)), None)
        if fact is None:
            return plan
        for allowed in _ways_apart(fact, plan, now.allowed, gaps):
            number += 1
            if number > tries:
                raise Undecided
            part = replace(now, allowed=allowed)
            found = arrange(part)
            if found is not None:
                heappush(heap, (found, number, part))
    return None


class Undecided(Exception):
    """More tries than allowed."""


def plan_of(label: Label) -> Plan:
    """By opening."""
    return tuple(zip(label[3], label[4], strict=True))


def _ways_apart(
    fact: AtMost, plan: Plan, allowed: Mapping[int, int], gaps: Sequence[int]
) -> list[dict[int, int]]:
    """The openings of each line item in every way to mend a broken fact; together they miss no plan that keeps it."""
    ads = within(fact, plan)
    if fact.span is None:
        return [{**allowed, i: allowed[i] & ~fact.openings} for i, _ in ads]
    if fact.most != 1:
        raise Undecided
    one = next(ad for ad, other in pairwise(ads) if gaps[other[1]] - gaps[ad[1]] < fact.span)
    item, opening = one
    near = sum(
        1 << o
        for o in bits(fact.openings & ((1 << len(gaps)) - 1))
        if abs(gaps[o] - gaps[opening]) < fact.span
    )
    stays = {i: mask & ~near if fact.items >> i & 1 else mask for i, mask in allowed.items()}
    stays[item] = 1 << opening
    return [stays, {**allowed, item: allowed[item] & ~(1 << opening)}]


def _costs(scale: Scale) -> list[int]:
    """The cost of every distance, computed once a scale."""
    if not scale.costs:
        gaps = scale.problem.gaps
        farthest = gaps[-1] - gaps[0] if gaps else -1
        scale.costs.extend(scale.cost(d) for d in range(farthest + 1))
    return scale.costs
