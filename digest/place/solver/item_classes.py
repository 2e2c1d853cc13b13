"""A problem without names: classes of interchangeable line items, kinds of interchangeable openings.

Two line items are of one class where swapping them changes nothing but names: the same openings, the same gains, the
same part in every fact. Of one class the first of the file is always taken first. Two openings are of one kind where
every class gains the same in them. A *pool* is a set of classes of which only so many ads may run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from digest.place.cliques import cliques
from digest.place.facts import bits
from digest.place.problem import PlacementProblem, Scale
from digest.place.solver.limits import CountingLimits

Relation = tuple[int, int, int, int]  # most, line items, openings, span (0: none)


@dataclass(frozen=True, slots=True)
class ItemClass:
    """Line items of one class, in file order; ``pool`` is -1 where none bears on them."""

    items: tuple[int, ...]
    mask: int
    pool: int


class ItemClasses:
    """What a problem has to place (its supply). ``offers[k]`` maps each class that may stand in an opening of kind
    ``k`` to what it adds there; ``kind`` is per opening, -1 where nothing may stand. What must run counts as gain above
    everything else. ``relations`` are per line item the facts that bear on it and are no plain exclusions.
    """

    def __init__(self, problem: PlacementProblem, scale: Scale) -> None:
        self.problem, self.scale = problem, scale
        self.limits = CountingLimits(problem)
        self.size = len(problem.gaps)
        self.following = [self.limits.first_after(o) for o in range(self.size)]
        self.bonus = scale.tops[0] // scale.spread  # what a line item that must run is worth for being there
        self.base = {i: scale.item(i) // scale.spread for i in problem.left}
        self.relations = self._relations()
        self.classes: list[ItemClass] = []
        self.pools: list[int] = []  # ads that each may run
        self._sort()
        self.pool_of_class = [members.pool for members in self.classes]
        self.members = [
            [c for c, own_pool in enumerate(self.pool_of_class) if own_pool == pool]
            for pool in range(len(self.pools))
        ]
        self.pooled = [sum(self.classes[c].mask for c in members) for members in self.members]
        self.class_of = {i: c for c, members in enumerate(self.classes) for i in members.items}
        self._kinds()
        most = max((max(gains.values()) for gains in self.offers), default=0)
        self.endless = 4 * (most + 1) * (self.size + 1)

    def pool_of(self, item: int) -> int:
        """The pool of a line item; -1 where it has none, or is not on offer."""
        return self.classes[self.class_of[item]].pool if item in self.class_of else -1

    def admits(self, outline: Sequence[int]) -> bool:
        """Whether these openings may all hold ads: not too many, none too near the one before, somebody for each."""
        apart = all(later >= self.following[o] for o, later in pairwise(outline))
        return apart and len(outline) <= self.limits.cap and all(self.kind[o] >= 0 for o in outline)

    def gain(self, item: int, opening: int) -> int:
        """What a line item adds to the worth of a plan in an opening."""
        return self.base[item] + self.scale.rates[item] * self.scale.bands[opening]

    def _relations(self) -> dict[int, list[Relation]]:
        limits = self.limits
        relations: dict[int, list[Relation]] = {i: [] for i in self.problem.left}
        facts = [(most, items, area, 0) for most, items, area in limits.local]
        facts += [(f.most, f.items & limits.items, f.openings, f.span or 0) for f in limits.spans]
        for fact in facts:
            for item in bits(fact[1]):
                relations[item].append(fact)
        return relations

    def _sort(self) -> None:
        """Line items into classes, each in its pool."""
        pools = self._pools()
        self.pools = [most for most, _ in pools]
        pool_of = {i: number for number, (_, items) in enumerate(pools) for i in bits(items)}
        grouped = 0
        for group in self.problem.groups:
            grouped |= group
        alike: dict[object, list[list[int]]] = {}
        classes: list[list[int]] = []
        for item in sorted(self.problem.left):
            key = (self.problem.left[item], self.base[item], self.scale.rates[item], pool_of.get(item, -1))
            likely = [] if grouped >> item & 1 else alike.setdefault(key, [])
            members = next((some for some in likely if self._interchangeable(some[0], item)), None)
            if members is None:
                members = []
                classes.append(members)
                likely.append(members)
            members.append(item)
        for members in classes:
            mask = sum(1 << i for i in members)
            self.classes.append(ItemClass(tuple(members), mask, pool_of.get(members[0], -1)))

    def _pools(self) -> list[tuple[int, int]]:
        """Disjoint sets of line items, each with the ads that may run of it; the strictest first."""
        limits = self.limits
        known = [(1, mask) for mask in cliques(limits.blocked)]
        known += [(most, items) for most, items, area in limits.local if area == limits.everywhere]
        pools, taken = list[tuple[int, int]](), 0
        while True:
            known = [(most, items & ~taken) for most, items in known]
            known = [pool for pool in known if pool[1].bit_count() > pool[0]]
            if not known:
                return pools
            most, items = max(known, key=lambda pool: (pool[1].bit_count() - pool[0], -pool[1]))
            pools.append((most, items))
            taken |= items

    def _interchangeable(self, item: int, other: int) -> bool:
        """Whether every fact stays as it is when the two change their names."""
        both = 1 << item | 1 << other
        if self.limits.blocked[item] & ~both != self.limits.blocked[other] & ~both:
            return False
        facts, others = self.relations[item], self.relations[other]
        if len(facts) != len(others):
            return False
        apart = {self._without(fact, item) for fact in facts if not fact[1] >> other & 1}
        return apart == {self._without(fact, other) for fact in others if not fact[1] >> item & 1}

    @staticmethod
    def _without(fact: Relation, item: int) -> Relation:
        return (fact[0], fact[1] & ~(1 << item), fact[2], fact[3])

    def _kinds(self) -> None:
        """Openings into kinds: first by band, then apart where a class may stand in some only."""
        bands: dict[int, int] = {}
        for o, band in enumerate(self.scale.bands):
            bands[band] = bands.get(band, 0) | 1 << o
        parts = list(bands.values())
        openings = [self.problem.left[members.items[0]] for members in self.classes]
        for mask in dict.fromkeys(openings):
            parts = [
                part for part_of_band in parts for part in (part_of_band & mask, part_of_band & ~mask) if part
            ]
        numbers: dict[tuple[tuple[int, int], ...], int] = {}
        self.kind = [-1] * self.size
        self.offers: list[dict[int, int]] = []
        for part in sorted(parts, key=lambda part: part & -part):
            first = (part & -part).bit_length() - 1
            offer = {
                c: self.gain(members.items[0], first)
                for c, members in enumerate(self.classes)
                if openings[c] >> first & 1
            }
            if offer:
                kind = numbers.setdefault(tuple(offer.items()), len(numbers))
                if kind == len(self.offers):
                    self.offers.append(offer)
                for o in bits(part):
                    self.kind[o] = kind
