"""The best plan where an issue holds few ads: which line items run is searched, best sets first.

A *unit* is a line item, or a group of companions. Units are tried from the worthiest down; a set can be worth no
more than its own best and the greatest gains of what may still join. How much a set is worth is found from its
least ends: for each part of it, the first opening that is free again when that part stands as early as it can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from digest.place.facts import bits
from digest.place.fields import Limits
from digest.place.problem import Overworked, Plan, Problem, Scale, candidates

HARD = 2000  # steps that a set costs whose areas or spans have to be looked at
Front = list[tuple[int, int]]  # first free opening, worth so far: none is better in both


@dataclass(frozen=True, slots=True)
class Unit:
    """Line items that run together; ``gain`` is the most they can add, ``blocked`` what they keep out."""

    items: tuple[int, ...]
    mask: int
    gain: int
    blocked: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """A set under way: its line items, and the least ends (``None`` once not all can have their best openings)."""

    items: tuple[int, ...]
    mask: int
    worth: int
    ends: list[int] | None
    fronts: list[Front] | None
    plan: Plan | None = None  # where areas or spans bear on it


class Shelf:
    """A problem made ready for the search: units by worth, and what each may be paired with."""

    def __init__(self, problem: Problem, scale: Scale) -> None:
        self.problem, self.scale = problem, scale
        self.limits = Limits(problem, candidates(problem))
        self.size = len(problem.gaps)
        self.following = [self.limits.first_after(o) for o in range(self.size)]
        self.choices = {i: self._choices(i) for i in problem.left}
        self.counts = [(most, items) for most, items, area in self._facts() if area == self.limits.everywhere]
        self.areas = self._areas()
        self.pairs: dict[int, int] = {}
        self.units = self._units()
        self.shared = self._shared()
        self.plain = all(gain > 0 for some in self.choices.values() for _, gain in some) and all(
            most > 0 or area == self.limits.everywhere for most, _, area in self._facts()
        )
        self.kept = self._kept()

    def _facts(self) -> list[tuple[int, int, int]]:
        return self.limits.local

    def _choices(self, item: int) -> list[tuple[int, int]]:
        """The openings of a line item by what it adds there, the most first."""
        scale, masks = self.scale, dict[int, int]()
        base, rate = scale.item(item) // scale.spread, scale.rates[item]
        for o in bits(self.problem.left[item]):
            gain = base + rate * scale.bands[o]
            masks[gain] = masks.get(gain, 0) | 1 << o
        return [(masks[gain], gain) for gain in sorted(masks, reverse=True)]

    def _areas(self) -> dict[int, int]:
        """Per line item, those with which it shares a fact about an area or a span."""
        shared = dict.fromkeys(self.problem.left, 0)
        near = [items for _, items, area in self._facts() if area != self.limits.everywhere]
        for items in dict.fromkeys([*near, *(fact.items & self.limits.items for fact in self.limits.spans)]):
            for item in bits(items):
                if item in shared:
                    shared[item] |= items
        return shared

    def _units(self) -> list[Unit]:
        """Units in which nothing excludes anything, the worthiest first."""
        grouped = {i: group for group in self.problem.groups for i in bits(group)}
        masks = dict.fromkeys(grouped.get(i, 1 << i) for i in self.problem.left)
        units = []
        for mask in masks:
            items = tuple(bits(mask))
            if all(i in self.choices for i in items):
                gain = sum(self.choices[i][0][1] for i in items)
                units.append(Unit(items, mask, gain, self._keeps_out(items)))
        return sorted(units, key=lambda unit: (-unit.gain, unit.items))

    def _keeps_out(self, items: tuple[int, ...]) -> int:
        blocked = 0
        for i in items:
            blocked |= self.limits.blocked[i]
        return blocked

    def _shared(self) -> dict[int, dict[tuple[int, int], int]]:
        """Per line item and area or span, those of which at most one stands there with it.

        A fact that lets more than one stand is a key of its own.
        """
        found: dict[int, dict[tuple[int, int], int]] = {i: {} for i in self.problem.left}
        areas = [(most, items, (area, 0)) for most, items, area in self._facts()]
        spans = [(fact.most, fact.items, (fact.openings, fact.span or 0)) for fact in self.limits.spans]
        for number, (most, items, where) in enumerate([*areas, *spans]):
            key = where if most == 1 else (number, -1)
            for item in bits(items & self.limits.items):
                if item in found:
                    found[item][key] = found[item].get(key, 0) | items
        return found

    def _kept(self) -> int:
        """The units that can be in a best plan, as a mask of their ranks.

        A plan with a line item but without one that could always take its place for more is not the best. So
        one that has as many of these as the issue has ads, or one it cannot run with, is in no best plan.
        """
        kept, single = 0, list[int]()
        for rank, unit in enumerate(self.units):
            if len(unit.items) > 1 or not self._replaceable(unit.items[0], single):
                kept |= 1 << rank
                if len(unit.items) == 1:
                    single.append(unit.items[0])
        return kept

    def _replaceable(self, item: int, others: list[int]) -> bool:
        count, left, blocked = 0, self.problem.left[item], self.limits.blocked[item]
        for other in others:
            if left & ~self.problem.left[other] or self.limits.blocked[other] & ~(blocked | 1 << other):
                continue
            if not self._worthier(other, item) or not self._freer(other, item):
                continue
            count += 1
            if count >= self.limits.cap or not self._pairable(other, item):
                return True
        return False

    def _freer(self, one: int, other: int) -> bool:
        """Whether every fact about an area or a span that bears on ``one`` bears on ``other`` as well."""
        here, there = self.shared[one], self.shared[other]
        return all(not items & ~(there.get(key, 0) | 1 << one | 1 << other) for key, items in here.items())

    def _worthier(self, one: int, other: int) -> bool:
        """Whether ``one`` is the better in every opening of ``other``."""
        for mask, gain in self.choices[other]:
            if any(among & mask and more < gain + (one > other) for among, more in self.choices[one]):
                return False
        return True

    def _pairable(self, one: int, other: int) -> bool:
        if self.limits.blocked[one] >> other & 1:
            return False
        a, b, following = self.problem.left[one], self.problem.left[other], self.following
        first_a, first_b = (a & -a).bit_length() - 1, (b & -b).bit_length() - 1
        return bool(b >> following[first_a] or a >> following[first_b])

    def partners(self, rank: int) -> int:
        """The units that may run beside this one, as a mask of their ranks."""
        found = self.pairs.get(rank)
        if found is None:
            unit, found = self.units[rank], 0
            for other, one in enumerate(self.units):
                if unit.blocked & one.mask or other == rank:
                    continue
                if all(self._pairable(i, j) for i in unit.items for j in one.items):
                    found |= 1 << other
            self.pairs[rank] = found
        return found

    def local(self, chosen: int) -> bool:
        """Whether a fact about an area or a span may bear on these line items together."""
        return any(self.areas[i] & chosen & ~(1 << i) for i in bits(chosen))


class Dive:
    """One search: the best sets that hold what must run. Raises ``Overworked`` after ``budget`` steps.

    ``ties`` is how many sets of equal worth it keeps."""

    def __init__(
        self, shelf: Shelf, budget: int, ties: int, exact: Callable[[Chosen], Chosen | None]
    ) -> None:
        self.shelf, self.budget, self.ties, self.exact = shelf, budget, ties, exact
        self.need, self.worth = 0, -1  # the least worth still of interest; the greatest found
        self.best: list[Chosen] = []
        self.many = False  # whether there are more sets of this worth than ``best`` holds

    def run(self, must: int, *, alone: bool = False) -> None:
        """Search the sets that hold what must run; ``alone``: just that set."""
        shelf = self.shelf
        chosen: Chosen | None = Chosen((), 0, 0, [0], None)
        open_ranks = shelf.kept
        for rank, unit in enumerate(shelf.units):
            if unit.mask & must:
                chosen = None if chosen is None else self._join(chosen, unit)
                open_ranks &= shelf.partners(rank)
        if chosen is None or must & ~chosen.mask or len(chosen.items) > shelf.limits.cap:
            return
        self._accept(chosen)
        if not alone:
            self._dive(chosen, open_ranks)

    def _dive(self, chosen: Chosen, ranks: int) -> None:
        units, room = self.shelf.units, self.shelf.limits.cap - len(chosen.items)
        if room <= 0:
            return
        gains = [units[rank].gain for rank in bits(ranks)]
        reach = sum(gains[:room])
        for at, rank in enumerate(bits(ranks)):
            if chosen.worth + reach < self.need:
                return
            reach += (gains[at + room] if at + room < len(gains) else 0) - gains[at]
            unit = units[rank]
            ranks &= ~(1 << rank)
            if len(unit.items) > room:
                continue
            longer = self._join(chosen, unit)
            if longer is not None:
                self._accept(longer)
                self._dive(longer, ranks & self.shelf.partners(rank))

    def _join(self, chosen: Chosen, unit: Unit) -> Chosen | None:
        """The set with one more unit; ``None`` where it cannot run."""
        self.budget -= 1 << len(chosen.items) + len(unit.items) - 1
        if self.budget < 0:
            raise Overworked
        shelf = self.shelf
        mask = chosen.mask | unit.mask
        if any((items & mask).bit_count() > most for most, items in shelf.counts):
            return None
        items, ends, fronts = chosen.items, chosen.ends, chosen.fronts
        for item in unit.items:
            if shelf.limits.blocked[item] & mask & ~(1 << item):
                return None
            items = (*items, item)
            if ends is not None:
                ends = self._ends(ends, items)
        if ends is not None:
            return Chosen(items, mask, chosen.worth + unit.gain, ends, None)
        self.budget -= 8 << len(items)
        fronts = self._fronts(fronts, items)
        if not fronts[-1]:
            return None
        return Chosen(items, mask, fronts[-1][-1][1], None, fronts)

    def _ends(self, ends: list[int], items: tuple[int, ...]) -> list[int] | None:
        """Per part of the set, the first opening free after it, every line item in its best openings."""
        following, choices, size = self.shelf.following, self.shelf.choices, self.shelf.size
        masks = [choices[i][0][0] for i in items]
        bit = 1 << len(items) - 1
        found = ends[:]
        for part in range(bit, 2 * bit):
            least = size + 1
            rest = part
            while rest:
                low = rest & -rest
                rest ^= low
                end = found[part ^ low]
                stand = masks[low.bit_length() - 1] >> end
                if stand:
                    least = min(least, following[end + (stand & -stand).bit_length() - 1])
            found.append(least)
        return found if found[-1] <= size else None

    def _fronts(self, fronts: list[Front] | None, items: tuple[int, ...]) -> list[Front]:
        """Per part of the set, the ends and worths it can have."""
        found: list[Front] = [[(0, 0)]] if fronts is None else fronts[:]
        choices = [self.shelf.choices[i] for i in items]
        for part in range(len(found), 1 << len(items)):
            found.append(self._front(found, choices, part))
        return found

    def _front(self, found: list[Front], choices: list[list[tuple[int, int]]], part: int) -> Front:
        following = self.shelf.following
        ways: dict[int, int] = {}
        for x in bits(part):
            for end, worth in found[part ^ 1 << x]:
                for mask, gain in choices[x]:
                    stand = mask >> end
                    if stand:
                        free = following[end + (stand & -stand).bit_length() - 1]
                        if ways.get(free, -1) < worth + gain:
                            ways[free] = worth + gain
        front: Front = []
        for free in sorted(ways):
            if not front or ways[free] > front[-1][1]:
                front.append((free, ways[free]))
        return front

    def _accept(self, chosen: Chosen) -> None:
        """Keep a set among the best, at what it is worth when areas and spans are counted too."""
        if chosen.worth < self.need:
            return
        if self.shelf.local(chosen.mask):
            self.budget -= HARD
            exact = self.exact(chosen)
            if exact is None or exact.worth < self.need:
                return
            chosen = exact
        if chosen.worth > self.worth:
            self.best, self.many, self.worth = [chosen], False, chosen.worth
            self.need = chosen.worth
        elif len(self.best) < self.ties:
            self.best.append(chosen)
        else:
            self.many = True
            self.need = self.worth + 1
