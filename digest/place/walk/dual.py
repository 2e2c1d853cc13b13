"""Prices that make the relaxed problem tell the truth.

Relax "at most once" and every other "at most one of these": each ad then pays the prices of the limits it counts
towards, and the best plan is a walk over the openings. For any prices, the walk plus all prices is an upper bound.
Prices are moved by Polyak's subgradient steps, in floating point; the bound is then taken from the rounded prices
in exact integers, so that it holds whatever the steps did.
"""

from __future__ import annotations

from collections.abc import Mapping

Gains = list[dict[int, int]]  # per opening: line item -> what it adds
Row = tuple[int, int]  # line items of which at most one stands in the openings; both masks
Choice = tuple[float, int, tuple[int, ...]]  # gain, line item, rows of its own opening

_NOTHING: Choice = (0.0, -1, ())


class Prices:
    """``reduced`` are the gains less the prices; ``ahead[o]`` bounds what openings from ``o`` on can add.

    ``toll`` is the price of one more ad, where the number of ads is capped.
    """

    def __init__(self, gains: Gains, following: list[int], rows: list[Row], cap: int) -> None:
        self.gains, self.following, self.rows, self.cap = gains, following, rows, cap
        self.size = len(gains)
        self.everywhere = (1 << self.size) - 1
        self._prepare()
        self.price = [0.0] * (len(rows) + 1)  # the last is the toll
        self.paying: set[int] = set()  # rows that have or had a price
        self.fix([0] * (len(rows) + 1))

    def _prepare(self) -> None:
        """Openings that offer the same are one kind, priced once."""
        self.of_item: dict[int, list[int]] = {i: [] for here in self.gains for i in here}
        partial = []
        for number, (items, openings) in enumerate(self.rows):
            if openings & self.everywhere != self.everywhere:
                partial.append((number, items, openings))
                continue
            for i in self.of_item:
                if items >> i & 1:
                    self.of_item[i].append(number)
        kinds: dict[tuple[Choice, ...], int] = {}
        self.kind = []
        for o, here in enumerate(self.gains):
            inside = [(number, items) for number, items, openings in partial if openings >> o & 1]
            offer = tuple(
                (float(gain), i, tuple(number for number, items in inside if items >> i & 1))
                for i, gain in here.items()
            )
            self.kind.append(kinds.setdefault(offer, len(kinds)))
        self.kinds = list(kinds)

    def start(self, prices: Mapping[Row, float], toll: float) -> None:
        """Begin with the prices of another, similar problem."""
        for number, row in enumerate(self.rows):
            if prices.get(row):
                self.price[number] = prices[row]
                self.paying.add(number)
        self.price[-1] = toll

    def known(self) -> dict[Row, float]:
        """The prices by row, without the toll."""
        return {
            self.rows[number]: self.price[number] for number in sorted(self.paying) if self.price[number] > 0
        }

    def fix(self, price: list[int]) -> int:
        """Take these whole prices; the exact upper bound they give."""
        self.toll = price[-1]
        self.paid = sum(price[:-1]) + self.toll * self.cap
        share = {i: sum(price[f] for f in rows) for i, rows in self.of_item.items()}
        self.reduced = [
            {
                i: gain - share[i] - sum(price[f] for f in rows)
                for (i, gain), (_, _, rows) in zip(here.items(), self.kinds[kind], strict=True)
            }
            for here, kind in zip(self.gains, self.kind, strict=True)
        ]
        self.best = [max(here.values(), default=0) for here in self.reduced]
        self.ahead = [0] * (self.size + 1)
        top = 0
        for o in range(self.size - 1, -1, -1):
            gain = self.best[o] - self.toll
            if gain > 0:
                top = max(top, gain + self.ahead[self.following[o]])
            self.ahead[o] = top
        return top + self.paid

    def descend(self, goal: int, steps: int) -> int:
        """Lower the bound towards ``goal``, a worth that is known to be possible; the exact bound reached."""
        price, lowest, best = self.price, float("inf"), self.price
        patience, stride = 0, 1.0
        for _ in range(steps):
            bound, used = self._walk(price)
            if bound < lowest:
                lowest, best, patience = bound, price, 0
            else:
                patience += 1
                if patience >= 5:
                    patience, stride = 0, stride * 0.8
            if bound < goal + 0.5 or stride < 1e-3:
                break
            price = self._step(price, used, stride * (bound - goal))
        self.price = best
        return self.fix([round(one) for one in best])

    def _step(self, price: list[float], used: dict[int, int], far: float) -> list[float]:
        """One step against the subgradient: dearer what is used too often, cheaper what is not used."""
        toll = len(self.rows)
        slope = {}
        for row in self.paying:
            if price[row] > 0:
                slope[row] = used.get(row, 0) - 1
        for row, count in used.items():
            if count > 1 and row != toll:
                slope[row] = count - 1
                self.paying.add(row)
        over = used.get(toll, 0) - self.cap
        if over > 0 or (over < 0 and price[toll] > 0):
            slope[toll] = over
        length = sum(steep * steep for steep in slope.values())
        if not length:
            return price
        moved = price[:]
        for row, steep in slope.items():
            moved[row] = max(0.0, price[row] + far * steep / length)
        return moved

    def _walk(self, price: list[float]) -> tuple[float, dict[int, int]]:
        """The bound at these prices, and how often its walk uses each row."""
        share = {i: sum([price[f] for f in rows]) for i, rows in self.of_item.items()}
        toll = price[-1]
        worth, choice = self._offers(price, share, toll)
        ahead, kind, following = [0.0] * (self.size + 1), self.kind, self.following
        top = 0.0
        for o in range(self.size - 1, -1, -1):
            gain = worth[kind[o]]
            if gain > 0.0:
                gain += ahead[following[o]]
                if gain > top:
                    top = gain
            ahead[o] = top
        used: dict[int, int] = {}
        o = ads = 0
        while o < self.size:
            if ahead[o] > ahead[o + 1]:
                _, i, rows = choice[kind[o]]
                for row in (*self.of_item[i], *rows):
                    used[row] = used.get(row, 0) + 1
                ads += 1
                o = following[o]
            else:
                o += 1
        used[len(self.rows)] = ads
        return top + sum(price[:-1]) + toll * self.cap, used

    def _offers(
        self, price: list[float], share: dict[int, float], toll: float
    ) -> tuple[list[float], list[Choice]]:
        """The best an opening of each kind offers after prices."""
        worth, choice = [], []
        for offer in self.kinds:
            top, best = toll, _NOTHING
            for one in offer:
                value = one[0] - share[one[1]]
                if value > top:
                    for row in one[2]:
                        value -= price[row]
                    if value > top:
                        top, best = value, one
            worth.append(top - toll)
            choice.append(best)
        return worth, choice
