"""Prices that make the relaxed problem tell the truth.

Relax "at most once" and every other limit on a set of line items: each ad then pays a price for the limits it
counts towards, and the best plan is a walk over the openings. For any prices, the walk plus the prices of all
limits is an upper bound. One price at a time is set to the marginal worth of its limit, which never raises the
bound: with ``none`` the best walk without the limit's ads and ``one`` the best walk with exactly one of them, the
price is ``one - none``. All numbers are exact integers.
"""

from __future__ import annotations

from digest.place.facts import bits

Gains = list[dict[int, int]]  # per opening: line item -> what it adds


class Prices:
    """``reduced`` are the gains less the prices; ``ahead[o]`` bounds what openings from ``o`` on can add.

    ``limits`` are masks of line items of which at most one runs; ``where`` the openings of each line item.
    ``toll`` is the price of one more ad, where the number of ads is capped.
    """

    def __init__(
        self, gains: Gains, following: list[int], limits: list[int], cap: int, where: dict[int, list[int]]
    ) -> None:
        self.reduced: Gains = [dict(here) for here in gains]
        self.following = following
        self.limits = limits
        self.cap = cap
        self.where = where
        self.price = [0] * len(limits)
        self.toll = 0
        self.best = [max(here.values(), default=0) for here in self.reduced]
        self.ahead = self._ahead(self.best, 0)

    @property
    def paid(self) -> int:
        return sum(self.price) + self.toll * self.cap

    def bound(self) -> int:
        self.ahead = self._ahead(self.best, self.toll)
        return self.ahead[0] + self.paid

    def tighten(self, rounds: int, goal: int) -> int:
        """Improve the prices round by round until they stand still or the bound is ``goal``; the bound."""
        bound = self.bound()
        for _ in range(rounds):
            for number in range(len(self.limits)):
                self._settle(number)
            self._settle_toll()
            now = self.bound()
            if now >= bound or now <= goal:
                return now
            bound = now
        return bound

    def _settle(self, number: int) -> None:
        """Set one price to the marginal worth of its limit."""
        reduced, limit = self.reduced, self.limits[number]
        old = self.price[number]
        best = self.best[:]
        own: dict[int, int] = {}
        members = list(bits(limit))
        for i in members:
            for o in self.where[i]:
                gain = reduced[o][i] + old
                if o not in own or gain > own[o]:
                    own[o] = gain
        for o in own:
            if own[o] - old >= best[o]:
                best[o] = max((gain for i, gain in reduced[o].items() if not limit >> i & 1), default=0)
        ahead, behind = self._ahead(best, self.toll), self._behind(best, self.toll)
        following, toll = self.following, self.toll
        one = max((behind[o] + gain + ahead[following[o]] for o, gain in own.items()), default=0) - toll
        price = max(0, one - ahead[0])
        if price != old:
            change = old - price
            for i in members:
                for o in self.where[i]:
                    reduced[o][i] += change
        for o, gain in own.items():
            if gain - price > best[o]:
                best[o] = gain - price
        self.best = best
        self.price[number] = price

    def _settle_toll(self) -> None:
        """The least toll at which a best walk has no more ads than the cap."""
        if self._ads(0) <= self.cap:
            self.toll = 0
            return
        low, high = 0, max(self.best, default=0)
        while high - low > 1:
            middle = (low + high) // 2
            if self._ads(middle) <= self.cap:
                high = middle
            else:
                low = middle
        self.toll = high

    def _ads(self, toll: int) -> int:
        """The fewest ads of a best walk at this toll."""
        best, following = self.best, self.following
        size = len(best)
        worth, count = [0] * (size + 1), [0] * (size + 1)
        for o in range(size - 1, -1, -1):
            top, ads = worth[o + 1], count[o + 1]
            gain = best[o] - toll
            if gain > 0:
                then = following[o]
                gain += worth[then]
                if gain > top or (gain == top and count[then] + 1 < ads):
                    top, ads = gain, count[then] + 1
            worth[o], count[o] = top, ads
        return count[0]

    def _ahead(self, best: list[int], toll: int) -> list[int]:
        size = len(best)
        ahead = [0] * (size + 1)
        following = self.following
        top = 0
        for o in range(size - 1, -1, -1):
            gain = best[o] - toll
            if gain > 0:
                gain += ahead[following[o]]
                if gain > top:
                    top = gain
            ahead[o] = top
        return ahead

    def _behind(self, best: list[int], toll: int) -> list[int]:
        """Per opening, the best walk over the openings before it that leaves it free."""
        size = len(best)
        behind = [0] * (size + 1)
        following = self.following
        top = 0
        for o in range(size):
            if behind[o] > top:
                top = behind[o]
            else:
                behind[o] = top
            gain = best[o] - toll
            if gain > 0:
                then = following[o]
                gain += top
                if gain > behind[then]:
                    behind[then] = gain
        return behind
