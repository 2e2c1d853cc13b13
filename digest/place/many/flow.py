"""Who stands in given openings: the worthiest filling, and the prices that prove it.

A transport from kinds of openings to classes of line items, exact in whole numbers: each opening in turn takes the
best class, and where that is full somebody moves (successive best paths). Facts that are neither a class's size nor
its pool's are left aside, so the worth is at least that of every plan in these openings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from digest.place.many.alike import Stock

NOBODY = -1  # the class of an opening that stays empty
EMPTY = -1  # what such an opening adds: less than none at all


@dataclass(frozen=True, slots=True)
class Prices:
    """What a class costs (``classes``), so that no list of openings is worth more than ``paid`` and ``offers``.

    ``offers`` are per kind: the best that an opening of it adds after prices. ``full`` and ``pools`` are the parts of
    ``paid``: what a class's and a pool's last place is worth.
    """

    classes: tuple[int, ...]
    offers: tuple[int, ...]
    paid: int
    full: tuple[int, ...]
    pools: tuple[int, ...]


class Flow:
    """A filling under way; ``work`` is told of each step."""

    def __init__(self, stock: Stock, work: Callable[[int], None]) -> None:
        self.stock, self.work = stock, work
        self.worth = 0
        self.room = [len(one.items) for one in stock.classes]
        self.pools = list(stock.pools)
        self.moving: dict[int, dict[int, int]] = {}  # kind -> class -> openings that may still change

    def copy(self) -> Flow:
        made = object.__new__(Flow)
        made.stock, made.work, made.worth = self.stock, self.work, self.worth
        made.room, made.pools = self.room[:], self.pools[:]
        made.moving = {kind: dict(here) for kind, here in self.moving.items()}
        return made

    def add(self, kinds: Iterable[int]) -> Flow:
        """Fill openings of these kinds too."""
        for kind in kinds:
            self._look()
            self._place(kind, self._best(kind)[1])
        return self

    def _best(self, kind: int) -> tuple[int, int]:
        """The most an opening of this kind adds, and the class that does."""
        best, chosen = EMPTY, NOBODY
        for one, gain in self.stock.offers[kind].items():
            if gain - self.loss[one] > best:
                best, chosen = gain - self.loss[one], one
        return best, chosen

    def _look(self) -> None:
        """The least loss of one place less: per class (``loss``) and pool, each with the opening that would move."""
        stock, room, pools = self.stock, self.room, self.pools
        never = 2 * stock.endless
        of_pool = [one.pool for one in stock.classes]
        self.loss = loss = [
            0 if r > 0 and (p < 0 or pools[p] > 0) else never for r, p in zip(room, of_pool, strict=True)
        ]
        self.pool_loss = [0 if spare > 0 else never for spare in pools]
        self.mover: dict[int, int] = {}  # class -> the kind whose opening leaves it
        self.pool_mover: dict[int, tuple[int, int]] = {}
        self.goes: dict[int, int] = {}  # kind -> the class an opening of it would go to
        self.offered = offered = dict.fromkeys(self.moving, EMPTY)
        self.goes = dict.fromkeys(self.moving, NOBODY)
        changed, first = True, True
        while changed:
            changed = False
            for kind, here in self.moving.items():
                self.work(1)
                offers = stock.offers[kind]
                best, goes = offered[kind], NOBODY
                for one, gain in offers.items():
                    if gain - loss[one] > best:
                        best, goes = gain - loss[one], one
                if best > offered[kind]:
                    offered[kind], self.goes[kind] = best, goes
                elif not first:
                    continue
                changed = self._leave(kind, here, best) or changed
            first = False

    def _leave(self, kind: int, here: dict[int, int], best: int) -> bool:
        """Let openings of this kind leave their classes where that loses less than known so far."""
        stock, loss, changed = self.stock, self.loss, False
        for one in here:
            if one == NOBODY:
                continue
            less = stock.offers[kind][one] - best
            pool = stock.classes[one].pool
            if less < loss[one] and self.room[one] <= 0:
                loss[one], self.mover[one], changed = less, kind, True
            if pool >= 0 and self.pools[pool] <= 0 and less < self.pool_loss[pool]:
                self.pool_loss[pool], self.pool_mover[pool], changed = less, (kind, one), True
                for other in self._mates(pool):
                    if self.room[other] > 0:
                        loss[other] = less
        return changed

    def _mates(self, pool: int) -> list[int]:
        return self.stock.members[pool]

    def _place(self, kind: int, one: int, *, fixed: bool = False) -> None:
        """An opening of this kind goes to a class; whoever has to make room moves on."""
        stock = self.stock
        while True:
            self.worth += stock.offers[kind][one] if one != NOBODY else EMPTY
            if not fixed:
                here = self.moving.setdefault(kind, {})
                here[one] = here.get(one, 0) + 1
            fixed = False
            if one == NOBODY:
                return
            pool = stock.classes[one].pool
            leaves = one
            if self.room[one] <= 0:
                kind = self.mover[one]
            elif pool >= 0 and self.pools[pool] <= 0:
                kind, leaves = self.pool_mover[pool]
                self.room[one] -= 1
                self.room[leaves] += 1
            else:
                self.room[one] -= 1
                if pool >= 0:
                    self.pools[pool] -= 1
                return
            self._take(kind, leaves)
            one = self.goes[kind]

    def _take(self, kind: int, one: int) -> None:
        here = self.moving[kind]
        here[one] -= 1
        if not here[one]:
            del here[one]
        self.worth -= self.stock.offers[kind][one] if one != NOBODY else EMPTY

    def fix(self, kind: int, one: int, least: int) -> bool:
        """Give an opening of this kind to a class for good; False where the worth would fall below ``least``.

        A filling that says no is not to be used any more.
        """
        now = one if one in self.moving[kind] else next(iter(self.moving[kind]))
        if now == one:
            self._freeze(kind, one)
            return True
        self._leave_for_good(kind, now)
        self._settle()
        if self.worth + self.stock.offers[kind][one] - self.loss[one] < least:
            return False
        self._place(kind, one, fixed=True)
        return True

    def _freeze(self, kind: int, one: int) -> None:
        here = self.moving[kind]
        here[one] -= 1
        if not here[one]:
            del here[one]
        if not here:
            del self.moving[kind]

    def _leave_for_good(self, kind: int, one: int) -> None:
        self._freeze(kind, one)
        self._leaves(kind, one, 1)

    def _settle(self) -> None:
        """A place has become free: the others move up as long as that adds worth."""
        while True:
            self._look()
            moves = [
                (self.offered[kind] - (self.stock.offers[kind][one] if one != NOBODY else EMPTY), kind, one)
                for kind, here in self.moving.items()
                for one in here
                if self.goes[kind] != one  # an opening that would come back stays
            ]
            more, kind, one = max(moves, default=(0, 0, 0))
            if more <= 0:
                return
            self._leaves_for_better(kind, one)

    def _leaves_for_better(self, kind: int, one: int) -> None:
        goes = self.goes[kind]
        self._freeze(kind, one)
        self._leaves(kind, one, 1)
        self._place(kind, goes)

    def ban(self, classes: set[int]) -> None:
        """These classes take nobody any more; those who were there find another."""
        kinds = list[int]()
        if any(here.get(one) for here in self.moving.values() for one in classes):
            for kind, here in self.moving.items():
                for one, count in here.items():
                    kinds += [kind] * count
                    self._leaves(kind, one, count)
            self.moving = {}
        for one in classes:
            self.room[one] = 0
        self.add(kinds)

    def _leaves(self, kind: int, one: int, count: int) -> None:
        """Openings of this kind are filled no more."""
        self.worth -= count * (self.stock.offers[kind][one] if one != NOBODY else EMPTY)
        if one != NOBODY:
            self.room[one] += count
            if (pool := self.stock.classes[one].pool) >= 0:
                self.pools[pool] += count

    def prices(self) -> Prices:
        """The prices at which no other filling is better."""
        self._look()
        stock, loss = self.stock, self.loss
        pools = tuple(
            0 if spare > 0 else max(0, less) for spare, less in zip(self.pools, self.pool_loss, strict=True)
        )
        classes, full, paid = [], [], 0
        for number, one in enumerate(stock.classes):
            share = pools[one.pool] if one.pool >= 0 else 0
            own = max(0, loss[number] - share) if self.room[number] <= 0 else 0
            classes.append(share + own)
            full.append(own)
            paid += own * len(one.items)
        paid += sum(price * most for price, most in zip(pools, stock.pools, strict=True))
        offers = tuple(max(gain - classes[one] for one, gain in here.items()) for here in stock.offers)
        return Prices(tuple(classes), offers, paid, tuple(full), pools)
