"""What prices say of every outline: a list of openings that hold ads, whoever stands there.

At any prices no plan is worth more than the offers of its openings and what is paid (``flow.Prices``). A cut keeps
that statement ready for walks over the openings.
"""

from __future__ import annotations

from collections.abc import Sequence

from digest.place.many.alike import Stock
from digest.place.many.flow import Prices

NEVER = -1  # the kind of an opening that offers nothing


class Cut:
    """``offers`` are per opening (out of reach where nothing may stand); ``ahead[r][o]`` is the most that up to ``r``
    further ads add from opening ``o`` on."""

    def __init__(self, stock: Stock, prices: Prices) -> None:
        self.prices, self.paid = prices, prices.paid
        self.never = 1 + sum(map(abs, prices.offers)) * (stock.size + 1) + stock.endless
        self.offers = [prices.offers[kind] if kind != NEVER else -self.never for kind in stock.kind]
        self.ahead = self._look_ahead(stock.following, stock.limits.cap)
        self.most = self.ahead[-1][0] + self.paid  # no plan is worth more

    def _look_ahead(self, following: Sequence[int], cap: int) -> list[list[int]]:
        size = len(self.offers)
        rows = [[0] * (size + 1)]
        for _ in range(cap):
            last, row, top = rows[-1], [0] * (size + 1), 0
            for o in range(size - 1, -1, -1):
                reach = self.offers[o] + last[following[o]]
                if reach > top:
                    top = reach
                row[o] = top
            rows.append(row)
        return rows

    def says(self, outline: Sequence[int]) -> int:
        """No plan in these openings is worth more."""
        return self.paid + sum(self.offers[o] for o in outline)
