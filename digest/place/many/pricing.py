"""Good prices to begin with: by steps of our own, and, where HiGHS is installed, from the linear relaxation.

Both are only proposals. The bound is taken from the rounded prices in whole numbers (``cuts``), so nothing that is
proven rests on floating point.
"""

from __future__ import annotations

from collections.abc import Sequence

from digest.place.many.alike import Stock
from digest.place.many.flow import Prices
from digest.place.walk.relaxation import duals, stretches

STEPS = 100  # steps to lower the bound
PATIENCE = 5  # steps without success before they are made shorter


def worthless(stock: Stock) -> Prices:
    """All prices nought."""
    return priced(stock, [0] * len(stock.classes), [0] * len(stock.pools))


def priced(stock: Stock, full: Sequence[int], pools: Sequence[int]) -> Prices:
    """Prices of a class's and of a pool's places, with what they offer."""
    classes = tuple(
        own + (pools[one.pool] if one.pool >= 0 else 0) for own, one in zip(full, stock.classes, strict=True)
    )
    paid = sum(own * len(one.items) for own, one in zip(full, stock.classes, strict=True))
    paid += sum(price * most for price, most in zip(pools, stock.pools, strict=True))
    offers = tuple(max(gain - classes[one] for one, gain in here.items()) for here in stock.offers)
    return Prices(classes, offers, paid, tuple(full), tuple(pools))


def relaxed(stock: Stock, start: Prices, goal: int) -> Prices | None:
    """The prices of the linear relaxation; ``None`` where HiGHS is not installed or does not end well."""
    gains, first = list[int](), [0]
    rows: list[list[int]] = [[] for _ in (*stock.classes, *stock.pools)]
    for kind in stock.kind:
        for c, gain in stock.offers[kind].items() if kind >= 0 else ():
            rows[c].append(len(gains))
            if stock.classes[c].pool >= 0:
                rows[len(stock.classes) + stock.classes[c].pool].append(len(gains))
            gains.append(gain)
        first.append(len(gains))
    near = stretches(stock.following)
    rows += [list(range(len(gains))), *(list(range(first[o], first[end])) for o, end in near)]
    most = [*(len(one.items) for one in stock.classes), *stock.pools, stock.limits.cap, *(1 for _ in near)]
    found = duals(gains, rows, most) if gains else None
    if found is None:
        return None
    count = len(stock.classes)
    return priced(stock, found[:count], found[count : count + len(stock.pools)])


def cheaper(stock: Stock, start: Prices, goal: int) -> Prices | None:
    """Prices with a lower bound than ``start``, by Polyak's subgradient steps towards ``goal``."""
    own, pools = [float(one) for one in start.full], [float(one) for one in start.pools]
    sizes = [*(len(one.items) for one in stock.classes), *stock.pools]
    price, lowest = own + pools, float("inf")
    best_price, patience, stride = price, 0, 1.0
    for _ in range(STEPS):
        bound, used = _walked(stock, price, sizes)
        if bound < lowest:
            lowest, best_price, patience = bound, price, 0
        elif (patience := patience + 1) >= PATIENCE:
            patience, stride = 0, stride * 0.7
        slope = [u - size if u > size or p > 0 else 0 for u, size, p in zip(used, sizes, price, strict=True)]
        length = sum(steep * steep for steep in slope)
        if bound < goal + 0.5 or not length:
            break
        far = stride * (bound - goal) / length
        price = [max(0.0, p + far * steep) for p, steep in zip(price, slope, strict=True)]
    whole = [round(one) for one in best_price]
    count = len(stock.classes)
    return priced(stock, whole[:count], whole[count:])


def _walked(stock: Stock, price: Sequence[float], sizes: Sequence[int]) -> tuple[float, list[int]]:
    """The bound at these prices, and how often the best walk uses each class and pool."""
    count = len(stock.classes)
    share = [
        p + (price[count + one.pool] if one.pool >= 0 else 0.0)
        for p, one in zip(price, stock.classes, strict=False)
    ]
    offers = [max([(gain - share[c], c) for c, gain in here.items()]) for here in stock.offers]
    size, following = stock.size, stock.following
    per = [offers[k][0] if k >= 0 else float("-inf") for k in stock.kind]
    rows = [[0.0] * (size + 1)]
    for _ in range(stock.limits.cap):
        last, row, top = rows[-1], [0.0] * (size + 1), 0.0
        for o in range(size - 1, -1, -1):
            reach = per[o] + last[following[o]]
            if reach > top:
                top = reach
            row[o] = top
        rows.append(row)
    used, o, room = [0] * len(sizes), 0, stock.limits.cap
    while room and o < size:
        if rows[room][o] > rows[room][o + 1]:
            one = offers[stock.kind[o]][1]
            used[one] += 1
            if stock.classes[one].pool >= 0:
                used[count + stock.classes[one].pool] += 1
            o, room = following[o], room - 1
        else:
            o += 1
    return rows[-1][0] + sum(p * s for p, s in zip(price, sizes, strict=True)), used
