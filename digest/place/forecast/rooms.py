"""What one issue holds, as sums over line items: the rules' facts, and how many ads go into a stretch of gaps.

The sums are necessary, not sufficient; whether a set of line items really fits is asked of ``Ground.arrange``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.place.facts import bits
from digest.place.forecast.ground import Ground

Sum = tuple[int, int]  # mask of line items, at most so many of them


def sums(ground: Ground, items: int) -> list[Sum]:
    """Everything that limits the line items of the mask ``items`` in one issue; the least limit of each."""
    least: dict[int, int] = {}
    for mask, most in (*_facts(ground, items), *((mask & items, most) for mask, most in ground.stretches)):
        if mask.bit_count() > most:
            least[mask] = min(most, least.get(mask, most))
    return sorted(least.items())


def _facts(ground: Ground, items: int) -> Iterator[Sum]:
    """The facts that hold wherever the ads stand, those of one ad put together to larger circles."""
    for mask, most in ground.counts:
        yield mask & items, most
    apart = [others & items if items >> item & 1 else 0 for item, others in enumerate(ground.apart)]
    yield from ((circle, 1) for circle in _circles(apart))


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
