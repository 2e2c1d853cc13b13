"""All counting facts in one integer: a field of a few bits per fact, so that one addition adds an ad to every
count it belongs to and one ``&`` tells whether a limit is broken.

A field of width w starts at 2^(w-1) - 1 - most; the ad that goes over the limit carries into its top bit.
"""

from __future__ import annotations

from bisect import bisect_left

from digest.place.facts import AtMost
from digest.place.problem import Problem

Recent = tuple[tuple[int, int], ...]  # (opening, line item) of placed ads that a span may still concern


class Fields:
    """The facts of a problem, packed. ``at`` lists the line items per opening."""

    def __init__(self, problem: Problem, at: list[list[int]]) -> None:
        self.gaps = problem.gaps
        self.at = at
        self.start = 0
        self.over = 0
        self.width = 0
        self.jump = 0
        self.spans: list[AtMost] = []
        self.inc = [dict.fromkeys(items, 0) for items in at]
        self.active = [0] * len(at)
        self._items = 0
        self._all = (1 << len(at)) - 1
        for here in at:
            for item in here:
                self._items |= 1 << item
        for number in range(self._items.bit_length()):
            if self._items >> number & 1:
                self._field(1, 1 << number, -1)
        for most, items, openings in self._plain(problem.facts):
            self._field(most, items, openings)
        self.longest = max((fact.span or 0 for fact in self.spans), default=0)
        self.spanned = 0
        for fact in self.spans:
            self.spanned |= fact.items

    def _plain(self, facts: tuple[AtMost, ...]) -> list[tuple[int, int, int]]:
        """The facts without span, each once with its least limit; the others are kept aside."""
        least: dict[tuple[int, int], int] = {}
        for fact in facts:
            items, openings = fact.items & self._items, fact.openings & self._all
            if fact.span is not None:
                if fact.most == 1 and items == self._items and openings == self._all:
                    self.jump = max(self.jump, fact.span)
                elif fact.span > 0 and items and openings:
                    self.spans.append(fact)
                continue
            key = (items, openings)
            least[key] = min(least.get(key, fact.most), fact.most)
        return [(most, items, openings) for (items, openings), most in least.items()]

    def _field(self, most: int, items: int, openings: int) -> None:
        members = [
            (o, i) for o, here in enumerate(self.at) if openings >> o & 1 for i in here if items >> i & 1
        ]
        once = items & (items - 1) == 0 and openings == -1
        if len(members) <= most or (not once and len({i for _, i in members}) <= most):
            return
        size = most.bit_length() + 1
        unit = 1 << self.width
        self.start += ((1 << (size - 1)) - 1 - most) * unit
        self.over |= (1 << (size - 1)) * unit
        for o, i in members:
            self.inc[o][i] += unit
        mask = ((1 << size) - 1) * unit
        last = members[-1][0]
        for o in range(last):
            self.active[o] |= mask
        self.width += size

    def first_after(self, opening: int) -> int:
        """The first opening that may hold an ad when ``opening`` (-1: none yet) is the last that does."""
        if opening < 0:
            return 0
        return max(opening + 1, bisect_left(self.gaps, self.gaps[opening] + self.jump))

    def add(self, state: int, recent: Recent, item: int, opening: int) -> tuple[int, Recent] | None:
        """The counts after one more ad, or ``None`` where that breaks a fact."""
        state += self.inc[opening][item]
        if state & self.over:
            return None
        if not self.spans:
            return state, recent
        gap = self.gaps[opening]
        recent = tuple(one for one in recent if gap - self.gaps[one[0]] < self.longest)
        for fact in self.spans:
            if fact.items >> item & 1 and fact.openings >> opening & 1:
                assert fact.span is not None
                near = sum(
                    fact.items >> i & 1 and fact.openings >> o & 1 and gap - self.gaps[o] < fact.span
                    for o, i in recent
                )
                if near >= fact.most:
                    return None
        return state, (*recent, (opening, item)) if self.spanned >> item & 1 else recent
