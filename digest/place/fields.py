"""What a half-made plan must remember, packed into one integer.

The low bits are the line items used. Two line items that exclude each other everywhere are a bit in each other's
``blocked`` mask. Every other counting fact is a field of a few bits above: one addition adds an ad to all counts
it belongs to, and one ``&`` tells whether a limit is broken. A field of width w starts at 2^(w-1) - 1 - most; the
ad that goes over the limit carries into its top bit.
"""

from __future__ import annotations

from bisect import bisect_left

from digest.place.facts import EVERYWHERE, AtMost, bits
from digest.place.problem import Problem

Recent = tuple[tuple[int, int], ...]  # (opening, line item) of placed ads that a span may still concern


class Limits:
    """The counting facts of a problem, sorted. ``at`` lists the line items per opening.

    ``blocked[i]`` is what excludes line item ``i``, itself included; ``cap`` the most ads of the issue; ``jump``
    the stories between any two; ``spans`` and ``local`` (most, line items, openings) are all other facts.
    """

    def __init__(self, problem: Problem, at: list[list[int]]) -> None:
        self.gaps = problem.gaps
        self.at = at
        self.items = 0
        for here in at:
            for item in here:
                self.items |= 1 << item
        self.everywhere = (1 << len(at)) - 1
        self.present: dict[int, int] = {}  # mask of openings -> the line items that may stand in one of them
        self.blocked = {item: 1 << item for item in bits(self.items)}
        self.cap = self.items.bit_count()
        self.jump = 0
        self.spans: list[AtMost] = []
        self.local: list[tuple[int, int, int]] = []
        self._read(problem.facts)

    def _read(self, facts: tuple[AtMost, ...]) -> None:
        """Sort the facts: exclusions, the cap, spans, and counts of their own."""
        seen: dict[tuple[int, int], int] = {}
        for fact in facts:
            openings = fact.openings & self.everywhere
            items = fact.items & self._present(openings)
            if not items:
                continue
            if fact.span is not None:
                self._read_span(fact, items, openings)
            elif openings == self.everywhere and items == self.items:
                self.cap = min(self.cap, fact.most)
            elif fact.most < items.bit_count():
                seen[items, openings] = min(fact.most, seen.get((items, openings), fact.most))
        for (items, openings), most in seen.items():
            if openings == self.everywhere and most == 1:
                for item in bits(items):
                    self.blocked[item] |= items
            else:
                self.local.append((most, items, openings))

    def _present(self, openings: int) -> int:
        found = self.present.get(openings)
        if found is None:
            found = 0
            for o in bits(openings):
                for item in self.at[o]:
                    found |= 1 << item
            self.present[openings] = found
        return found

    def _read_span(self, fact: AtMost, items: int, openings: int) -> None:
        if fact.most == 1 and items == self.items and openings == self.everywhere:
            self.jump = max(self.jump, fact.span or 0)
        elif fact.most < items.bit_count():
            self.spans.append(fact)

    def first_after(self, opening: int) -> int:
        """The first opening that may hold an ad when ``opening`` (-1: none yet) is the last that does."""
        if opening < 0:
            return 0
        return max(opening + 1, bisect_left(self.gaps, self.gaps[opening] + self.jump))


class Fields(Limits):
    """The facts packed: ``inc[o][i]`` adds an ad to the state, ``over`` has the bits of broken limits."""

    def __init__(self, problem: Problem, at: list[list[int]]) -> None:
        super().__init__(problem, at)
        self.width = self.items.bit_length()
        self.start = self.over = 0
        self.inc = [{item: 1 << item for item in here} for here in at]
        self.fields: list[tuple[int, int]] = []  # mask, last opening
        self._pack()
        self.active = self._active()
        self.longest = max((fact.span or 0 for fact in self.spans), default=0)
        self.spanned = 0
        for fact in self.spans:
            self.spanned |= fact.items

    def _pack(self) -> None:
        if self.cap < self.items.bit_count():
            self._field(self.cap, self.items, self.everywhere)
        for most, items, openings in self.local:
            self._field(most, items, openings)

    def _field(self, most: int, items: int, openings: int) -> None:
        members = [(o, i) for o in bits(openings) for i in self.at[o] if items >> i & 1]
        if len({i for _, i in members}) <= most:
            return
        size = most.bit_length() + 1
        unit = 1 << self.width
        self.start += ((1 << (size - 1)) - 1 - most) * unit
        self.over |= (1 << (size - 1)) * unit
        for o, i in members:
            self.inc[o][i] += unit
        self.fields.append((((1 << size) - 1) * unit, members[-1][0]))
        self.width += size

    def _active(self) -> list[int]:
        """Per opening, the bits of the state that still matter after it."""
        active, later, matter = [0] * len(self.at), 0, 0
        for o in range(len(self.at) - 1, -1, -1):
            active[o] = matter
            for item in self.at[o]:
                if not later >> item & 1:
                    later |= 1 << item
                    matter |= self.blocked[item]
        for mask, last in self.fields:
            for o in range(last):
                active[o] |= mask
        return active

    def near(self, recent: Recent, item: int, opening: int) -> Recent | None:
        """The placed ads to remember after one more, or ``None`` where it comes too near to one of them."""
        gap = self.gaps[opening]
        recent = tuple(one for one in recent if gap - self.gaps[one[0]] < self.longest)
        for fact in self.spans:
            if fact.items >> item & 1 and fact.openings >> opening & 1:
                assert fact.span is not None
                close = sum(
                    fact.items >> i & 1 and fact.openings >> o & 1 and gap - self.gaps[o] < fact.span
                    for o, i in recent
                )
                if close >= fact.most:
                    return None
        return (*recent, (opening, item)) if self.spanned >> item & 1 else recent

    def rows(self) -> list[tuple[int, int]]:
        """Every "at most one of these line items in these openings", gathered into few and large ones."""
        found = [(1 << item, EVERYWHERE) for item in self.blocked]
        found += [(mask, EVERYWHERE) for mask in cliques(self.blocked)]
        areas: dict[int, dict[int, int]] = {}
        for most, items, openings in self.local:
            if most == 1:
                area = areas.setdefault(openings, {})
                for item in bits(items):
                    area[item] = area.get(item, 1 << item) | items
        for openings, blocked in areas.items():
            here = self._present(openings)
            inside = {item: mask & here for item, mask in blocked.items() if here >> item & 1}
            found += [(mask, openings) for mask in cliques(inside)]
        return found


def cliques(blocked: dict[int, int]) -> list[int]:
    """Sets of line items of which at most one runs: together they say all that ``blocked`` says."""
    found: list[int] = []
    open_edges = {item: mask & ~(1 << item) for item, mask in blocked.items()}
    for item in blocked:
        while open_edges[item]:
            clique, room = 1 << item, blocked[item] & ~(1 << item)
            first = open_edges[item] & -open_edges[item]
            clique, room = clique | first, room & blocked[first.bit_length() - 1] & ~first
            while room:
                other = room & -room
                clique, room = clique | other, room & blocked[other.bit_length() - 1] & ~other
            found.append(clique)
            for member in bits(clique):
                open_edges[member] &= ~clique
    return found


__all__ = ["EVERYWHERE", "Fields", "Limits", "Recent", "cliques"]
