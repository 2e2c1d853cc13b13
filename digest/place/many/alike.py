"""A problem seen without names: classes of line items that are alike, kinds of openings that offer the same.

Two line items are alike where swapping them changes nothing but names: the same openings, the same gains, the same
part in every fact. Of alike ones the first of the file is always taken first. Two openings are of one kind where
every class gains the same in them. A *pool* is a set of classes of which only so many ads may run.
"""

from __future__ import annotations

from dataclasses import dataclass

from digest.place.facts import bits
from digest.place.fields import Limits, cliques
from digest.place.problem import Problem, Scale, candidates

Relation = tuple[int, int, int, int]  # most, line items, openings, span (0: none)


@dataclass(frozen=True, slots=True)
class Alike:
    """Line items of one class, in file order; ``pool`` is -1 where none bears on them."""

    items: tuple[int, ...]
    mask: int
    pool: int


class Stock:
    """What a problem has to place. ``offers[k]`` maps each class that may stand in kind ``k`` to what it adds there.

    ``kind`` is per opening (-1: nothing may stand there); ``must`` counts as gain above everything else.
    """

    def __init__(self, problem: Problem, scale: Scale) -> None:
        self.problem, self.scale = problem, scale
        self.limits = Limits(problem, candidates(problem))
        self.size = len(problem.gaps)
        self.following = [self.limits.first_after(o) for o in range(self.size)]
        self.base = {i: scale.item(i) // scale.spread for i in problem.left}
        self.relations = self._relations()
        self.classes: list[Alike] = []
        self.pools: list[int] = []  # ads that each may run
        self._sort()
        self.members = [
            [n for n, one in enumerate(self.classes) if one.pool == pool] for pool in range(len(self.pools))
        ]
        self.pooled = [sum(self.classes[n].mask for n in some) for some in self.members]
        self.of_item = {i: number for number, one in enumerate(self.classes) for i in one.items}
        self._kinds()
        self.endless = (
            4 * (max((max(here.values()) for here in self.offers), default=0) + 1) * (self.size + 1)
        )

    def pool_of(self, item: int) -> int:
        """The pool of a line item; -1 where it has none, or is not on offer."""
        return self.classes[self.of_item[item]].pool if item in self.of_item else -1

    def gain(self, item: int, opening: int) -> int:
        return self.base[item] + self.scale.rates[item] * self.scale.bands[opening]

    def _relations(self) -> dict[int, list[Relation]]:
        """Per line item, the counting facts that bear on it and are not plain exclusions."""
        limits = self.limits
        found: dict[int, list[Relation]] = {i: [] for i in self.problem.left}
        every = [(most, items, area, 0) for most, items, area in limits.local]
        every += [(f.most, f.items & limits.items, f.openings, f.span or 0) for f in limits.spans]
        for one in every:
            for item in bits(one[1]):
                found[item].append(one)
        return found

    def _sort(self) -> None:
        """Line items into classes, each in its pool."""
        pools = self._pools()
        pool_of = {i: number for number, (_, items) in enumerate(pools) for i in bits(items)}
        grouped = 0
        for group in self.problem.groups:
            grouped |= group
        heads: dict[object, list[list[int]]] = {}
        found: list[list[int]] = []
        for item in sorted(self.problem.left):
            key = (self.problem.left[item], self.base[item], self.scale.rates[item], pool_of.get(item, -1))
            likely = [] if grouped >> item & 1 else heads.setdefault(key, [])
            mates = next((some for some in likely if self._swaps(some[0], item)), None)
            if mates is None:
                mates = []
                found.append(mates)
                likely.append(mates)
            mates.append(item)
        for mates in found:
            mask = sum(1 << i for i in mates)
            self.classes.append(Alike(tuple(mates), mask, pool_of.get(mates[0], -1)))
        self.pools = [most for most, _ in pools]

    def _pools(self) -> list[tuple[int, int]]:
        """Sets of line items that share nothing, each with the ads that may run of it; the strictest first."""
        limits = self.limits
        known = [(1, mask) for mask in cliques(limits.blocked)]
        known += [(most, items) for most, items, area in limits.local if area == limits.everywhere]
        found, taken = list[tuple[int, int]](), 0
        while True:
            known = [(most, items & ~taken) for most, items in known]
            known = [one for one in known if one[1].bit_count() > one[0]]
            if not known:
                return found
            most, items = max(known, key=lambda one: (one[1].bit_count() - one[0], -one[1]))
            found.append((most, items))
            taken |= items

    def _swaps(self, one: int, other: int) -> bool:
        """Whether every fact stays as it is when the two change their names."""
        both = 1 << one | 1 << other
        if self.limits.blocked[one] & ~both != self.limits.blocked[other] & ~both:
            return False
        here, there = self.relations[one], self.relations[other]
        if len(here) != len(there):
            return False
        mine = {self._without(fact, one) for fact in here if not fact[1] >> other & 1}
        return mine == {self._without(fact, other) for fact in there if not fact[1] >> one & 1}

    @staticmethod
    def _without(fact: Relation, item: int) -> Relation:
        return (fact[0], fact[1] & ~(1 << item), fact[2], fact[3])

    def _kinds(self) -> None:
        numbers: dict[tuple[tuple[int, int], ...], int] = {}
        self.kind = [-1] * self.size
        self.offers: list[dict[int, int]] = []
        for o in range(self.size):
            offer = tuple(
                (number, self.gain(one.items[0], o))
                for number, one in enumerate(self.classes)
                if self.problem.left[one.items[0]] >> o & 1
            )
            if offer:
                self.kind[o] = numbers.setdefault(offer, len(numbers))
                if self.kind[o] == len(self.offers):
                    self.offers.append(dict(offer))
