"""Whether some line items fit into one issue together, and where they stand.

Line items are seated one after the other, always the one with the fewest openings left; each seat takes openings
away from the others. Only the facts that depend on where ads stand are asked here; what holds wherever they
stand is in the sums of ``rooms``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from digest.place.facts import EVERYWHERE, AtMost, bits

Left = dict[int, int]  # line item -> mask of its openings
Pair = tuple[int, int | None]  # what two line items may not share: openings, and within how many gaps


@dataclass
class Seating:
    """The openings of a lineup: ``gaps`` of each, ``apart`` between any two ads.

    ``pairs`` are local facts about two line items, ``others`` those about more.
    """

    gaps: tuple[int, ...]
    apart: int
    pairs: dict[tuple[int, int], list[Pair]] = field(default_factory=dict)
    others: list[AtMost] = field(default_factory=list)

    @classmethod
    def of(cls, gaps: tuple[int, ...], items: int, limits: Sequence[AtMost]) -> Seating:
        """``items`` is the mask of all line items."""
        local = [fact for fact in limits if fact.span is not None or fact.openings != EVERYWHERE]
        common = [fact for fact in local if _of_all(fact, items)]
        seating = cls(gaps, max((fact.span or 0 for fact in common), default=0))
        for fact in local:
            if fact.most == 1 and fact.items.bit_count() == 2:
                first, second = bits(fact.items)
                for pair in ((first, second), (second, first)):
                    seating.pairs.setdefault(pair, []).append((fact.openings, fact.span))
            elif not _of_all(fact, items):
                seating.others.append(fact)
        return seating

    def __post_init__(self) -> None:
        reach = max(self.apart, 0)
        self._taken = [
            sum(1 << o for o, gap in enumerate(self.gaps) if o == number or abs(gap - at) < reach)
            for number, at in enumerate(self.gaps)
        ]

    def seat(self, left: Left) -> Left | None:
        """One opening for each line item among its openings ``left``, as masks, or ``None``."""
        return self._seat(left, {}, [fact for fact in self.others if _bears(fact, left)])

    def _seat(self, left: Left, placed: Left, facts: list[AtMost]) -> Left | None:
        if not left:
            return placed
        if not all(left.values()) or self.most(_union(left)) < len(left):
            return None
        item = min(left, key=lambda member: (left[member].bit_count(), member))
        for opening in bits(left[item]):
            rest = {
                member: self._after(mask, item, opening, member)
                for member, mask in left.items()
                if member != item
            }
            seats = {**placed, item: 1 << opening}
            if self._keeps(seats, facts):
                seated = self._seat(rest, seats, facts)
                if seated is not None:
                    return seated
        return None

    def _after(self, mask: int, item: int, opening: int, other: int) -> int:
        """What is left of the openings of ``other`` once ``item`` stands in ``opening``."""
        mask &= ~self._taken[opening]
        for openings, span in self.pairs.get((item, other), ()):
            if openings >> opening & 1:
                mask &= ~(openings if span is None else openings & self._near(opening, span))
        return mask

    def _near(self, opening: int, span: int) -> int:
        at = self.gaps[opening]
        return sum(1 << o for o, gap in enumerate(self.gaps) if abs(gap - at) < span)

    def _keeps(self, placed: Left, facts: list[AtMost]) -> bool:
        for fact in facts:
            at = sorted(self.gaps[next(bits(mask))] for i, mask in placed.items() if _counts(fact, i, mask))
            if fact.span is None and len(at) > fact.most:
                return False
            if fact.span is not None and any(
                b - a < fact.span for a, b in zip(at, at[fact.most :], strict=False)
            ):
                return False
        return True

    def most(self, openings: int) -> int:
        """How many ads stand at most in these openings."""
        count = 0
        while openings:
            first = (openings & -openings).bit_length() - 1
            openings &= ~self._taken[first]
            count += 1
        return count


def _union(left: Left) -> int:
    every = 0
    for mask in left.values():
        every |= mask
    return every


def _bears(fact: AtMost, left: Left) -> bool:
    return sum(fact.items >> item & 1 for item in left) > fact.most


def _counts(fact: AtMost, item: int, opening: int) -> bool:
    return bool(fact.items >> item & 1 and fact.openings & opening)


def _of_all(fact: AtMost, items: int) -> bool:
    return (
        fact.span is not None and fact.most == 1 and items & ~fact.items == 0 and fact.openings == EVERYWHERE
    )
