"""The best plan of a known worth where very many sets of line items have it: gaps first, then who stands there.

Patterns of gaps are tried from the least spread up, equal ones in the order of their lists; the first that can be
filled with ads of that worth is the best. Slots and line items are then the first in the order of the file.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from operator import add

from digest.place.facts import AtMost, Candidate, bits
from digest.place.few.sets import Shelf, Unit
from digest.place.problem import Overworked, Plan, exceeds, reading

ENDLESS = 1 << 200


@dataclass(frozen=True, slots=True)
class Pattern:
    """Openings to fill; ``reach`` and ``rest`` are the most that those from here on can add, and their mask."""

    openings: tuple[int, ...]
    reach: list[int]
    rest: list[int]


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
        self.facts = self._facts()
        self.wanted = self._wanted()

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

    def _facts(self) -> dict[Candidate, list[AtMost]]:
        """Per ad, the facts about areas and spans that count it."""
        limits, found = self.shelf.limits, dict[Candidate, list[AtMost]]()
        for ad in self.gain:
            found[ad] = []
        for fact in self.shelf.problem.facts:
            if fact.span is None and fact.openings & limits.everywhere == limits.everywhere:
                continue
            for i in bits(fact.items & limits.items):
                for mask, _ in self.shelf.choices[i] if i in self.grouped else ():
                    for o in bits(mask & fact.openings):
                        found[i, o].append(fact)
        return found

    def _wanted(self) -> set[int]:
        """The gaps of the line item that must run and has the fewest of them; empty where none must."""
        gaps, left = self.shelf.problem.gaps, self.shelf.problem.left
        return min(({gaps[o] for o in bits(left[i])} for i in bits(self.must)), key=len, default=set[int]())

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
        self._look_ahead(count)
        level = min(self._first(count, at) for at in range(len(self.gaps)))
        while level <= least and level < ENDLESS:
            self.next_level = ENDLESS
            for pattern in self._patterns(count, level, [], 0, bool(self.wanted)):
                plan = self._filled(pattern)
                if plan is not None:
                    return level, plan
            level = self.next_level
        return ENDLESS, None

    def _first(self, count: int, at: int) -> int:
        owing = bool(self.wanted) and self.gaps[at] not in self.wanted
        return (self.owing if owing else self.free)[count - 1][at]

    def _look_ahead(self, count: int) -> None:
        """Per number of further ads and gap, the least spread they can add; ``owing``: with a wanted gap among them."""
        gaps, jump = self.gaps, max(1, self.shelf.limits.jump)
        self.cost = [self.shelf.scale.cost(d) for d in range(gaps[-1] - gaps[0] + 1)]
        self.free, self.owing = [[0] * len(gaps)], [[ENDLESS] * len(gaps)]
        for _ in range(count - 1):
            free, owing = [], []
            last, owed = self.free[-1], self.owing[-1]
            mixed = [last[to] if gap in self.wanted else owed[to] for to, gap in enumerate(gaps)]
            for gap in gaps:
                begin = bisect_left(gaps, gap + jump)
                steps = [self.cost[to - gap] for to in gaps[begin:]]
                free.append(min(map(add, steps, last[begin:]), default=ENDLESS))
                owing.append(min(map(add, steps, mixed[begin:]), default=ENDLESS))
            self.budget -= len(gaps) * len(gaps) // 16
            self.free.append(free)
            self.owing.append(owing)

    def _patterns(
        self, count: int, level: int, at: list[int], spread: int, owing: bool
    ) -> Iterator[list[int]]:
        """The lists of gaps of exactly this spread, in order; notes the next level there is."""
        self._work()
        if not count:
            if spread == level:
                yield at
            return
        gaps, jump = self.gaps, max(1, self.shelf.limits.jump)
        for to in range(bisect_left(gaps, at[-1] + jump) if at else 0, len(gaps)):
            gap = gaps[to]
            owes = owing and gap not in self.wanted
            total = spread + (self.cost[gap - at[-1]] if at else 0)
            total += (self.owing if owes else self.free)[count - 1][to]
            if total > level:
                self.next_level = min(self.next_level, total)
            else:
                total -= (self.owing if owes else self.free)[count - 1][to]
                yield from self._patterns(count - 1, level, [*at, gap], total, owes)

    def _filled(self, pattern: list[int]) -> Plan | None:
        """The first way in the order of slots, then of line items, to fill these gaps with ads of the worth."""
        for openings in product(*(self.openings[gap] for gap in pattern)):
            reach, rest = [0], [0]
            for o in reversed(openings):
                reach.append(reach[-1] + self.tops[o])
                rest.append(rest[-1] | 1 << o)
            if reach[-1] >= self.worth and self._reachable(self.must, rest[-1]):
                plan = self._fill(Pattern(openings, reach[::-1], rest[::-1]), (), 0, 0)
                if plan is not None:
                    return plan
        return None

    def _reachable(self, items: int, openings: int) -> bool:
        left = self.shelf.problem.left
        return all(left[i] & openings for i in bits(items))

    def _fill(self, pattern: Pattern, plan: Plan, placed: int, worth: int) -> Plan | None:
        self._work()
        at = len(plan)
        left, owed = len(pattern.openings) - at, self._owed(placed)
        if not left:
            return plan if worth == self.worth and not owed else None
        if owed and (owed.bit_count() > left or not self._reachable(owed, pattern.rest[at])):
            return None
        if worth + self._most(placed, left) < self.worth:
            return None
        o = pattern.openings[at]
        for i in self.at[o]:
            more = worth + self.gain[i, o]
            if more + pattern.reach[at + 1] < self.worth or not self._may(plan, placed, i, o):
                continue
            found = self._fill(pattern, (*plan, (i, o)), placed | 1 << i, more)
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

    def _owed(self, placed: int) -> int:
        """The line items that have still to run, with what runs already."""
        owed = self.must
        for i in bits(placed):
            owed |= self.grouped[i]
        return owed & ~placed

    def _may(self, plan: Plan, placed: int, item: int, opening: int) -> bool:
        shelf, chosen = self.shelf, placed | 1 << item
        if placed & shelf.limits.blocked[item]:
            return False
        if any((items & chosen).bit_count() > most for most, items in shelf.counts):
            return False
        if not shelf.areas[item] & placed:
            return True
        longer, gaps = (*plan, (item, opening)), shelf.problem.gaps
        return not any(
            fact.items & placed and exceeds(fact, longer, gaps) for fact in self.facts[item, opening]
        )

    def _work(self) -> None:
        self.budget -= 1
        if self.budget < 0:
            raise Overworked
