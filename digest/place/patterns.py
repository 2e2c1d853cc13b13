"""The best plan of a known worth where very many sets of line items have it: gaps first, then who stands there.

Patterns of gaps are tried from the least spread up, equal ones in the order of their lists; the first that can be
filled with ads of that worth is the best. Slots and line items are then the first in the order of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from digest.place.facts import AtMost, bits
from digest.place.problem import Plan, exceeds, reading
from digest.place.sets import Overworked, Shelf, Unit

ENDLESS = 1 << 200


class Patterns:
    """Raises ``Overworked`` after ``budget`` steps."""

    def __init__(self, shelf: Shelf, worth: int, must: int, budget: int) -> None:
        self.shelf, self.worth, self.must, self.budget = shelf, worth, must, budget
        self.units = self._units()
        self.grouped = {i: unit.mask for unit in self.units for i in unit.items}
        self.members = sorted(self.grouped)
        self.gain = {
            (i, o): gain for i in self.members for mask, gain in shelf.choices[i] for o in bits(mask)
        }
        self.at: dict[int, list[int]] = {}  # opening -> line items in file order
        for i, o in self.gain:
            self.at.setdefault(o, []).append(i)
        self.tops = {o: max(self.gain[i, o] for i in here) for o, here in self.at.items()}
        self.gaps = sorted({shelf.problem.gaps[o] for o in self.at})
        self.openings: dict[int, list[int]] = {gap: [] for gap in self.gaps}
        for o in sorted(self.at, key=lambda o: (shelf.problem.gaps[o], shelf.problem.slots[o], o)):
            self.openings[shelf.problem.gaps[o]].append(o)
        self.by_gain = sorted(((shelf.choices[i][0][1], i) for i in self.members), reverse=True)
        self.facts = [fact for fact in shelf.problem.facts if self._bears(fact)]

    def _units(self) -> list[Unit]:
        """The units that may be part of a set of this worth."""
        shelf = self.shelf
        open_ranks = shelf.kept
        for rank, unit in enumerate(shelf.units):
            if unit.mask & self.must:
                open_ranks |= 1 << rank
        units = [shelf.units[rank] for rank in bits(open_ranks)]
        best = sorted((unit.gain for unit in units), reverse=True)[: shelf.limits.cap]
        others = sum(best[: shelf.limits.cap - 1])
        return [unit for unit in units if unit.mask & self.must or unit.gain + others >= self.worth]

    def _bears(self, fact: AtMost) -> bool:
        limits = self.shelf.limits
        return fact.span is not None or fact.openings & limits.everywhere != limits.everywhere

    def best(self) -> Plan | None:
        """The best plan of this worth, over every number of ads it may have."""
        found: Plan | None = None
        least, order = ENDLESS, ([0], [0], [0])
        for count in range(1, min(self.shelf.limits.cap, len(self.members)) + 1):
            spread, plan = self._of(count, least)
            if plan is None:
                continue
            mine = reading(self.shelf.problem, plan)
            if found is None or spread < least or mine < order:
                found, least, order = plan, spread, mine
        return found

    def _of(self, count: int, least: int) -> tuple[int, Plan | None]:
        """The best plan of so many ads with at most ``least`` spread."""
        if sum(gain for gain, _ in self.by_gain[:count]) < self.worth:
            return ENDLESS, None
        self.rests = self._rests(count)
        level = min(self.rests[count - 1], default=ENDLESS)
        while level <= least and level < ENDLESS:
            self.next_level = ENDLESS
            for pattern in self._patterns(count, level, [], 0):
                plan = self._filled(pattern)
                if plan is not None:
                    return level, plan
            level = self.next_level
        return ENDLESS, None

    def _rests(self, count: int) -> list[list[int]]:
        """Per number of further ads and gap, the least spread they can add."""
        gaps, jump = self.gaps, self.shelf.limits.jump
        cost = [self.shelf.scale.cost(d) for d in range(gaps[-1] - gaps[0] + 1)] if gaps else []
        self.cost = cost
        rests = [[0] * len(gaps)]
        for _ in range(count - 1):
            last, row = rests[-1], []
            for at, gap in enumerate(gaps):
                ways = [
                    cost[gaps[to] - gap] + last[to]
                    for to in range(at + 1, len(gaps))
                    if gaps[to] - gap >= jump
                ]
                row.append(min(ways, default=ENDLESS))
            self.budget -= len(gaps) * len(gaps) // 8
            rests.append(row)
        return rests

    def _patterns(self, count: int, level: int, at: list[int], spread: int) -> Iterator[list[int]]:
        """The lists of gaps of exactly this spread, in order; notes the next level there is."""
        self._work()
        if not count:
            if spread == level:
                yield at
            return
        gaps, jump, rest = self.gaps, max(1, self.shelf.limits.jump), self.rests[count - 1]
        for to, gap in enumerate(gaps):
            if at and gap - at[-1] < jump:
                continue
            total = spread + (self.cost[gap - at[-1]] if at else 0)
            if total + rest[to] > level:
                self.next_level = min(self.next_level, total + rest[to])
            else:
                yield from self._patterns(count - 1, level, [*at, gap], total)

    def _filled(self, pattern: list[int]) -> Plan | None:
        """The first way in the order of slots, then of line items, to fill these gaps with ads of the worth."""
        for openings in product(*(self.openings[gap] for gap in pattern)):
            reach = [0]
            for o in reversed(openings):
                reach.append(reach[-1] + self.tops[o])
            if reach[-1] >= self.worth:
                plan = self._fill(openings, reach[::-1], (), 0, 0)
                if plan is not None:
                    return plan
        return None

    def _fill(
        self, openings: tuple[int, ...], reach: list[int], plan: Plan, placed: int, worth: int
    ) -> Plan | None:
        self._work()
        at, left = len(plan), len(openings) - len(plan)
        if not left:
            return plan if worth == self.worth and not self._open(placed) else None
        if self._open(placed) > left or worth + self._most(placed, left) < self.worth:
            return None
        o = openings[at]
        for i in self.at[o]:
            more = worth + self.gain[i, o]
            if more + reach[at + 1] < self.worth or not self._may(plan, placed, i, o):
                continue
            found = self._fill(openings, reach, (*plan, (i, o)), placed | 1 << i, more)
            if found is not None:
                return found
        return None

    def _most(self, placed: int, left: int) -> int:
        """No more than this can so many further line items add."""
        total = 0
        for gain, i in self.by_gain:
            if not placed >> i & 1:
                total += gain
                left -= 1
                if not left:
                    break
        return total

    def _open(self, placed: int) -> int:
        """How many line items have still to run, with what runs already."""
        owed = self.must
        for i in bits(placed):
            owed |= self.grouped[i]
        return (owed & ~placed).bit_count()

    def _may(self, plan: Plan, placed: int, item: int, opening: int) -> bool:
        shelf, chosen = self.shelf, placed | 1 << item
        if placed & shelf.limits.blocked[item]:
            return False
        if any((items & chosen).bit_count() > most for most, items in shelf.counts):
            return False
        if not shelf.areas[item] & placed:
            return True
        longer, gaps = (*plan, (item, opening)), shelf.problem.gaps
        return not any(exceeds(fact, longer, gaps) for fact in self.facts if fact.items >> item & 1)

    def _work(self) -> None:
        self.budget -= 1
        if self.budget < 0:
            raise Overworked
