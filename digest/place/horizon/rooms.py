"""What one issue holds, as sums over line items: the rules' facts, and how many ads go into a stretch of gaps.

The sums are necessary, not sufficient; whether a set of line items really fits is asked of ``Ground.arrange``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.place.facts import EVERYWHERE, AtMost, bits
from digest.place.horizon.ground import Ground

Sum = tuple[int, int]  # mask of line items, at most so many of them


def sums(ground: Ground, items: int) -> list[Sum]:
    """Everything that limits the line items of the mask ``items`` in one issue; the least limit of each."""
    least: dict[int, int] = {}
    for mask, most in (*_facts(ground, items), *_stretches(ground, items)):
        if mask.bit_count() > most:
            least[mask] = min(most, least.get(mask, most))
    return sorted(least.items())


def _facts(ground: Ground, items: int) -> Iterator[Sum]:
    """The facts that hold wherever the ads stand, those of one ad put together to larger circles."""
    apart = [0] * items.bit_length()
    for fact in ground.limits:
        mask = fact.items & items
        if fact.openings == EVERYWHERE and fact.span is None:
            if fact.most == 1:
                for item in bits(mask):
                    apart[item] |= mask & ~(1 << item)
            else:
                yield mask, fact.most
        elif fact.most == 1 and mask.bit_count() == 2:
            one, other = bits(mask)
            if not _coexist(ground, fact, one, other):
                apart[one] |= 1 << other
                apart[other] |= 1 << one
    yield from ((circle, 1) for circle in _circles(apart))


def _coexist(ground: Ground, fact: AtMost, one: int, other: int) -> bool:
    """Whether two line items have openings in which the fact lets both run."""
    gaps = [opening.gap for opening in ground.scene.openings]
    for a in bits(ground.left[one]):
        for b in bits(ground.left[other]):
            inside = fact.openings >> a & 1 and fact.openings >> b & 1
            if a != b and not (inside and (fact.span is None or abs(gaps[a] - gaps[b]) < fact.span)):
                return True
    return False


def _circles(apart: Sequence[int]) -> Iterator[int]:
    """Sets of line items no two of which share an issue, so that every such pair is in one of them."""
    done = [0] * len(apart)
    for one in range(len(apart)):
        for other in bits(apart[one] & ~done[one]):
            if done[one] >> other & 1:
                continue
            circle, common = 1 << one | 1 << other, apart[one] & apart[other]
            for more in bits(common):
                if common >> more & 1 and circle & ~apart[more] == 0:
                    circle |= 1 << more
            for member in bits(circle):
                done[member] |= circle
            yield circle


def _stretches(ground: Ground, items: int) -> Iterator[Sum]:
    """How many ads go between two gaps, and into the openings of one line item, whoever they are."""
    gaps = ground.hall.gaps
    masks = {ground.left[item] for item in bits(items) if ground.left[item]}
    ends = [(gaps[(m & -m).bit_length() - 1], gaps[m.bit_length() - 1]) for m in masks]
    hulls = {(low, high) for low, _ in ends for _, high in ends if low <= high}
    stretches = {sum(1 << o for o, gap in enumerate(gaps) if low <= gap <= high) for low, high in hulls}
    for openings in sorted(stretches | masks):
        inside = 0
        for item in bits(items):
            if ground.left[item] and ground.left[item] & ~openings == 0:
                inside |= 1 << item
        yield inside, ground.hall.most(openings)
