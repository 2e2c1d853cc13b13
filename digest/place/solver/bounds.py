"""What multipliers say of every outline: a list of openings that hold ads, whoever stands there."""

from __future__ import annotations

from collections.abc import Sequence

from digest.place.solver.item_classes import ItemClasses
from digest.place.solver.transport import Multipliers

Outline = tuple[int, ...]
CLOSED = -1  # the kind of an opening that nobody may have


class OutlineBound:
    """No plan in an outline is worth more than ``paid`` and the outline's ``offers`` (per opening; out of reach where
    nothing may stand). ``ahead[r][o]`` is the most that up to ``r`` further ads add from opening ``o`` on."""

    def __init__(self, supply: ItemClasses, multipliers: Multipliers) -> None:
        self.multipliers, self.paid = multipliers, multipliers.paid
        never = 1 + sum(map(abs, multipliers.offers)) * (supply.size + 1) + supply.endless
        self.offers = [multipliers.offers[kind] if kind != CLOSED else -never for kind in supply.kind]
        self.following = supply.following
        self.ahead = self._look_ahead(supply.limits.cap)
        self.most = self.ahead[-1][0] + self.paid  # no plan is worth more

    def _look_ahead(self, cap: int) -> list[list[int]]:
        size, offers, following = len(self.offers), self.offers, self.following
        rows = [[0] * (size + 1)]
        for _ in range(cap):
            last, row, most = rows[-1], [0] * (size + 1), 0
            for o in range(size - 1, -1, -1):
                reach = offers[o] + last[following[o]]
                if reach > most:
                    most = reach
                row[o] = most
            rows.append(row)
        return rows

    def of(self, outline: Sequence[int]) -> int:
        """What no plan in these openings exceeds."""
        return self.paid + sum([self.offers[o] for o in outline])

    def worthiest(self) -> Outline:
        """The first outline that comes to ``most``."""
        o, room, outline = 0, len(self.ahead) - 1, list[int]()
        while room and o < len(self.offers):
            if self.ahead[room][o] > self.ahead[room][o + 1]:
                outline.append(o)
                o, room = self.following[o], room - 1
            else:
                o += 1
        return tuple(outline)
