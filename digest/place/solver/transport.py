"""Which classes fill given openings for the greatest worth, and the multipliers that prove it.

A transport problem from kinds of openings to classes of line items, exact in whole numbers: each opening in turn takes
the best class, and where that is full somebody moves (successive shortest paths). Facts that are neither a class's
size nor its pool's are left aside, so the worth is at least that of every plan in these openings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from digest.place.solver.budget import Budget
from digest.place.solver.item_classes import ItemClasses

NOBODY = -1  # the class of an opening that stays empty
EMPTY = -1  # what such an opening adds: less than none at all, so that it is filled where it can be


@dataclass(frozen=True, slots=True)
class Multipliers:
    """Lagrange multipliers: what one place of a class and one of a pool cost, with what follows from them.

    ``classes`` is what a class costs with its pool. ``offers`` are per kind: the best that an opening of it adds after
    that. ``paid`` is what all places cost together. No outline is worth more than ``paid`` and its offers.
    """

    own: tuple[int, ...]
    pools: tuple[int, ...]
    classes: tuple[int, ...]
    offers: tuple[int, ...]
    paid: int

    @classmethod
    def of(cls, supply: ItemClasses, own: Iterable[int], pools: Iterable[int]) -> Multipliers:
        """Those of these costs, per place of a class (``own``) and of a pool."""
        own, pools = tuple(own), tuple(pools)
        costs = tuple(
            cost + (pools[members.pool] if members.pool >= 0 else 0)
            for cost, members in zip(own, supply.classes, strict=True)
        )
        paid = sum(cost * len(members.items) for cost, members in zip(own, supply.classes, strict=True))
        paid += sum(cost * most for cost, most in zip(pools, supply.pools, strict=True))
        offers = tuple(max([gain - costs[c] for c, gain in gains.items()]) for gains in supply.offers)
        return cls(own, pools, costs, offers, paid)


class Transport:
    """An assignment of openings to classes under way. ``filled[kind][c]`` counts the openings that may still change.

    ``empty`` is what an opening adds that stays empty; more than ``EMPTY`` only for multipliers, where another opening
    could take the place of each.
    """

    empty = EMPTY

    def __init__(self, supply: ItemClasses, budget: Budget) -> None:
        self.supply, self.budget = supply, budget
        self.worth = 0
        self.free = [len(members.items) for members in supply.classes]
        self.free_in_pool = list(supply.pools)
        self.filled: dict[int, dict[int, int]] = {}

    def copy(self) -> Transport:
        """The same assignment, to be changed apart; it spends from the same budget."""
        copied = object.__new__(Transport)
        copied.supply, copied.budget, copied.worth = self.supply, self.budget, self.worth
        copied.free, copied.free_in_pool = self.free[:], self.free_in_pool[:]
        copied.filled = {kind: dict(counts) for kind, counts in self.filled.items()}
        return copied

    def add(self, kinds: Iterable[int]) -> Transport:
        """Fill openings of these kinds too."""
        for kind in kinds:
            self._find_paths()
            self.take(kind)
        return self

    def take(self, kind: int) -> None:
        """Fill one more opening, by the paths found last."""
        self._place(kind, self._best(kind))

    def next_adds(self, kinds: Iterable[int]) -> dict[int, int]:
        """Per kind, what one more opening of it would add."""
        self._find_paths()
        return {
            kind: max([gain - self.loss[c] for c, gain in self.supply.offers[kind].items()]) for kind in kinds
        }

    @property
    def complete(self) -> bool:
        """Whether every opening is filled."""
        return not any(NOBODY in counts for counts in self.filled.values())

    def _gain(self, kind: int, c: int) -> int:
        return self.supply.offers[kind][c] if c != NOBODY else self.empty

    def _best(self, kind: int) -> int:
        """The class with which an opening of this kind adds most, who moves for it included."""
        most, best = EMPTY, NOBODY
        for c, gain in self.supply.offers[kind].items():
            if gain - self.loss[c] > most:
                most, best = gain - self.loss[c], c
        return best

    def _find_paths(self) -> None:
        """The least loss of one place less: per class (``loss``) and pool, each with the opening that would move."""
        supply, free, free_in_pool = self.supply, self.free, self.free_in_pool
        never = 2 * supply.endless
        self.loss = loss = [
            0 if places > 0 and (pool < 0 or free_in_pool[pool] > 0) else never
            for places, pool in zip(free, supply.pool_of_class, strict=True)
        ]
        self.pool_loss = [0 if places > 0 else never for places in free_in_pool]
        self.mover: dict[int, int] = {}  # class -> the kind whose opening leaves it
        self.pool_mover: dict[int, tuple[int, int]] = {}
        self.offered = offered = dict.fromkeys(self.filled, self.empty)
        self.goes = dict.fromkeys(self.filled, NOBODY)  # kind -> the class an opening of it would go to
        changed, first = True, True
        while changed:
            changed = False
            for kind, counts in self.filled.items():
                self.budget.spend(1)
                most, goes = offered[kind], NOBODY
                for c, gain in supply.offers[kind].items():
                    if gain - loss[c] > most:
                        most, goes = gain - loss[c], c
                if most > offered[kind]:
                    offered[kind], self.goes[kind] = most, goes
                elif not first:
                    continue
                changed = self._could_leave(kind, counts, most) or changed
            first = False

    def _could_leave(self, kind: int, counts: dict[int, int], otherwise: int) -> bool:
        """Let openings of this kind leave their classes where that loses less than known so far."""
        supply, loss, changed = self.supply, self.loss, False
        for c in counts:
            if c == NOBODY:
                continue
            less, pool = supply.offers[kind][c] - otherwise, supply.pool_of_class[c]
            if less < loss[c] and self.free[c] <= 0:
                loss[c], self.mover[c], changed = less, kind, True
            if pool >= 0 and self.free_in_pool[pool] <= 0 and less < self.pool_loss[pool]:
                self.pool_loss[pool], self.pool_mover[pool], changed = less, (kind, c), True
                for other in supply.members[pool]:
                    if self.free[other] > 0:
                        loss[other] = less
        return changed

    def _place(self, kind: int, c: int, *, for_good: bool = False) -> None:
        """An opening of this kind goes to a class; whoever has to make room moves on."""
        while True:
            self.worth += self._gain(kind, c)
            if not for_good:
                counts = self.filled.setdefault(kind, {})
                counts[c] = counts.get(c, 0) + 1
            for_good = False
            if c == NOBODY:
                return
            pool, leaves = self.supply.pool_of_class[c], c
            if self.free[c] <= 0:
                kind = self.mover[c]
            elif pool >= 0 and self.free_in_pool[pool] <= 0:
                kind, leaves = self.pool_mover[pool]
                self.free[c] -= 1
                self.free[leaves] += 1
            else:
                self.free[c] -= 1
                if pool >= 0:
                    self.free_in_pool[pool] -= 1
                return
            self.worth -= self._gain(kind, leaves)
            self._forget(kind, leaves)
            c = self.goes[kind]

    def _forget(self, kind: int, c: int) -> None:
        """One opening of this kind is no longer counted with a class."""
        counts = self.filled[kind]
        counts[c] -= 1
        if not counts[c]:
            del counts[c]
        if not counts:
            del self.filled[kind]

    def fix(self, kind: int, c: int, least: int) -> bool:
        """Give an opening of this kind to a class for good; False where the worth would fall below ``least``.

        A transport that says no is not to be used any more.
        """
        current = c if c in self.filled[kind] else next(iter(self.filled[kind]))
        self._forget(kind, current)
        if current == c:
            return True
        self._release(kind, current, 1)
        self._improve()
        if self.worth + self.supply.offers[kind][c] - self.loss[c] < least:
            return False
        self._place(kind, c, for_good=True)
        return True

    def _improve(self) -> None:
        """A place has become free: the others move up as long as that adds worth."""
        while True:
            self._find_paths()
            moves = [
                (self.offered[kind] - self._gain(kind, c), kind, c)
                for kind, counts in self.filled.items()
                for c in counts
                if self.goes[kind] != c  # an opening that would come back stays
            ]
            more, kind, c = max(moves, default=(0, 0, 0))
            if more <= 0:
                return
            goes = self.goes[kind]
            self._forget(kind, c)
            self._release(kind, c, 1)
            self._place(kind, goes)

    def ban(self, banned: set[int]) -> None:
        """These classes take nobody any more; those who were there find another."""
        kinds = list[int]()
        if any(counts.get(c) for counts in self.filled.values() for c in banned):
            for kind, counts in self.filled.items():
                for c, count in counts.items():
                    kinds += [kind] * count
                    self._release(kind, c, count)
            self.filled = {}
        for c in banned:
            self.free[c] = 0
        self.add(kinds)

    def _release(self, kind: int, c: int, count: int) -> None:
        """Openings of this kind give their places in a class back."""
        self.worth -= count * self._gain(kind, c)
        if c != NOBODY:
            self.free[c] += count
            if (pool := self.supply.pool_of_class[c]) >= 0:
                self.free_in_pool[pool] += count

    def multipliers(self) -> Multipliers:
        """Those at which no other assignment of these openings is better."""
        self._find_paths()
        pools = [
            0 if places > 0 else max(0, less)
            for places, less in zip(self.free_in_pool, self.pool_loss, strict=True)
        ]
        own = [
            0 if self.free[c] > 0 else max(0, self.loss[c] - (pools[pool] if pool >= 0 else 0))
            for c, pool in enumerate(self.supply.pool_of_class)
        ]
        return Multipliers.of(self.supply, own, pools)


def worthiest_first(supply: ItemClasses, budget: Budget) -> tuple[tuple[int, ...], Multipliers]:
    """An outline made opening by opening, always with one that adds most; and multipliers that speak for it.

    The worth of filled openings is a valuated matroid, so this is the worthiest outline where the least distance bears
    on nothing but the openings of one gap, and the multipliers prove it; elsewhere both are good.
    """
    transport, outline = Transport(supply, budget), list[int]()
    free = [o for o in range(supply.size) if supply.kind[o] >= 0]
    while True:
        adds = transport.next_adds(dict.fromkeys(supply.kind[o] for o in free))
        kind = max(adds, key=adds.__getitem__, default=-1)
        if not adds or adds[kind] <= 0 or len(outline) == supply.limits.cap:
            transport.empty = max([0, *adds.values()])
            return tuple(sorted(outline)), transport.multipliers()
        transport.take(kind)
        taken = next(o for o in free if supply.kind[o] == kind)
        outline.append(taken)
        free = [o for o in free if o >= supply.following[taken] or supply.following[o] <= taken]
