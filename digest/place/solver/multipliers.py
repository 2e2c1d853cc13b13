"""The multipliers of the least bound: column generation over walks, in whole numbers.

A walk is an outline with the class that pays best in each of its openings, whether or not a class has that many line
items. The master problem mixes walks so that no class and no pool is used too often; its dual values are multipliers,
at which the next walk is sought (Dantzig and Wolfe, with Wentges' smoothing). What is proposed here is rounded, and the
bound is taken from the rounded multipliers (``bounds``), so it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from digest.place.solver.bounds import Outline, OutlineBound
from digest.place.solver.budget import TRANSPORTS, Budget
from digest.place.solver.item_classes import ItemClasses
from digest.place.solver.transport import Multipliers

ONE = 1024  # of a mixture
MIXTURES = 5  # halvings of the stretch between two multipliers in which the best mixture lies

Usage = dict[int, int]  # class, or pool behind the classes -> how often a walk uses it


class Master:
    """The restricted master problem: a primal simplex whose inverse is kept as whole numbers over ``scale``.

    Row 0 says that the walks of a mixture add up to one; the others that a class or pool is not used too often. A row
    is made when a walk first uses too much.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self.rows: list[int] = [-1]  # class or pool of each row; -1: the sum of one
        self.row_of: dict[int, int] = {}
        self.inverse, self.scale = [[1]], 1
        self.basis: list[tuple[int, Usage, Outline]] = [
            (0, {}, ())
        ]  # worth, usage and openings; slacks are empty

    def duals(self) -> list[int]:
        """Per row, its dual value times ``scale``."""
        valued = [(value, row) for (value, _, _), row in zip(self.basis, self.inverse, strict=True) if value]
        return [sum([value * row[k] for value, row in valued]) for k in range(len(self.rows))]

    def prices(self, duals: Sequence[int]) -> list[int]:
        """The dual values of all classes and pools, rounded."""
        prices = [0] * len(self.sizes)
        for key, k in self.row_of.items():
            prices[key] = max(0, (2 * duals[k] + self.scale) // (2 * self.scale))
        return prices

    def improves(self, value: int, usage: Usage, duals: Sequence[int]) -> bool:
        """Whether a walk would raise the master's value."""
        paid = sum(count * duals[self.row_of[key]] for key, count in usage.items() if key in self.row_of)
        over = any(count > self.sizes[key] and key not in self.row_of for key, count in usage.items())
        return over or value * self.scale > paid + duals[0]

    def enter(self, value: int, usage: Usage, outline: Outline) -> None:
        """Bring a walk into the basis."""
        for key, count in usage.items():
            if count > self.sizes[key] and key not in self.row_of:
                self._add_row(key)
        self._enter([1, *(usage.get(key, 0) for key in self.rows[1:])], (value, usage, outline))
        while min(duals := self.duals()) < 0:  # a limit that no longer bears on the mixture
            k = duals.index(min(duals))
            self._enter([int(k == row) for row in range(len(duals))], (0, {self.rows[k]: 1} if k else {}, ()))

    def _enter(self, column: list[int], basic: tuple[int, Usage, Outline]) -> None:
        used = [k for k, entry in enumerate(column) if entry]
        change = [sum([row[k] * column[k] for k in used]) for row in self.inverse]
        leaving, least = -1, 0
        for i, (level, step) in enumerate(zip(self.shares(), change, strict=True)):
            if step > 0 and (leaving < 0 or level * change[leaving] < least * step):
                leaving, least = i, level
        self._pivot(leaving, change)
        self.basis[leaving] = basic

    def shares(self) -> list[int]:
        """How much of each basic column is in the mixture, times ``scale``."""
        limits = [1, *(self.sizes[key] for key in self.rows[1:])]
        return [sum([a * limit for a, limit in zip(row, limits, strict=True)]) for row in self.inverse]

    def _add_row(self, key: int) -> None:
        self.row_of[key] = len(self.rows)
        self.rows.append(key)
        used = [usage.get(key, 0) for _, usage, _ in self.basis]
        new = [
            -sum([u * row[k] for u, row in zip(used, self.inverse, strict=True) if u])
            for k in range(len(used))
        ]
        for row in self.inverse:
            row.append(0)
        self.inverse.append([*new, self.scale])
        self.basis.append((0, {key: 1}, ()))

    def _pivot(self, leaving: int, change: list[int]) -> None:
        pivot, old, scale = change[leaving], self.inverse[leaving], self.scale
        for i, step in enumerate(change):
            if i != leaving:
                row = self.inverse[i]
                if step:
                    self.inverse[i] = [(a * pivot - step * b) // scale for a, b in zip(row, old, strict=True)]
                elif pivot != scale:
                    self.inverse[i] = [a * pivot // scale for a in row]
        self.scale = pivot


class Pricing:
    """The search for the least bound. ``learn`` weighs an outline and gives its own multipliers."""

    def __init__(
        self,
        supply: ItemClasses,
        start: OutlineBound,
        learn: Callable[[Outline], Multipliers],
        budget: Budget,
    ) -> None:
        self.supply, self.learn, self.budget = supply, learn, budget
        self.best = start
        self.sizes = [*(len(members.items) for members in supply.classes), *supply.pools]
        self.master = Master(self.sizes)
        self.least = False  # whether the bound cannot be lower
        self.walks = 0
        self.work = supply.limits.cap * supply.size // 50 + 1  # steps that one walk is worth

    def improve(self, walks: int, known: Callable[[], int]) -> None:
        """Lower the bound by so many walks, fewer where it comes down to what is ``known`` to be reached."""
        duals, share = self.master.duals(), ONE // 2
        for _ in range(walks):
            if self.least or self.best.most <= known():
                return
            at = self._bound(self._mixture(self.master.prices(duals), share))
            value, usage, outline = self._walk(at)
            if self.master.improves(value, usage, duals):
                self.master.enter(value, usage, outline)
                self.budget.spend(len(self.master.rows) ** 2 // 50)
                duals, share = self.master.duals(), ONE // 2
            elif share < ONE:
                share = ONE  # the walk at a mixture says nothing new; that at the duals themselves may
            else:
                self.least = True
            self.walks += 1
            if self.walks % TRANSPORTS == 0:
                self.mix(self.learn(outline))

    def _bound(self, prices: Sequence[int]) -> OutlineBound:
        self.budget.spend(self.work)
        count = len(self.supply.classes)
        bound = OutlineBound(self.supply, Multipliers.of(self.supply, prices[:count], prices[count:]))
        if bound.most < self.best.most:
            self.best = bound
        return bound

    def _mixture(self, prices: Sequence[int], share: int) -> list[int]:
        """The best multipliers with a share of others in them."""
        best = self.best.multipliers
        return [a + (b - a) * share // ONE for a, b in zip((*best.own, *best.pools), prices, strict=True)]

    def _walk(self, at: OutlineBound) -> tuple[int, Usage, Outline]:
        """The worth and the usage of the walk that pays best."""
        supply, costs = self.supply, at.multipliers.classes
        usage, count, worth = Usage(), len(supply.classes), 0
        outline = at.worthiest()
        for o in outline:
            gains = supply.offers[supply.kind[o]]
            _, c = max([(gain - costs[c], c) for c, gain in gains.items()])
            worth += gains[c]
            for key in (c, count + supply.pool_of_class[c]) if supply.pool_of_class[c] >= 0 else (c,):
                usage[key] = usage.get(key, 0) + 1
        return worth, usage, outline

    def mixed(self) -> list[Outline]:
        """The outlines of the mixture: the likeliest to be worth much."""
        columns = zip(self.master.shares(), self.master.basis, strict=True)
        return list(dict.fromkeys(outline for share, (_, _, outline) in columns if share))

    def mix(self, multipliers: Multipliers) -> None:
        """The best mixture of the best multipliers and others. The bound is convex, so the worse end is left out."""
        near, far = self.best.multipliers, multipliers
        start, end = (*near.own, *near.pools), (*far.own, *far.pools)
        low, high = 0, ONE
        for _ in range(MIXTURES):
            points = (low + (high - low) * 3 // 8, low + (high - low) * 5 // 8)
            first, second = (
                self._bound([a + (b - a) * point // ONE for a, b in zip(start, end, strict=True)])
                for point in points
            )
            low, high = (low, points[1]) if first.most < second.most else (points[0], high)
