"""The counting facts of a problem, sorted by what the search does with them."""

from __future__ import annotations

from bisect import bisect_left

from digest.place.facts import AtMost, bits, mask_of
from digest.place.problem import PlacementProblem, eligible_items


class CountingLimits:
    """``blocked[i]`` is what excludes line item ``i`` from the issue, itself included; ``cap`` the most ads of the
    issue; ``jump`` the stories between any two; ``spans`` and ``local`` (most, line items, openings) are the others.
    """

    def __init__(self, problem: PlacementProblem) -> None:
        self.gaps = problem.gaps
        self.left = problem.left
        self.items = eligible_items(problem)
        self.everywhere = (1 << len(self.gaps)) - 1
        self.present: dict[int, int] = {}  # mask of openings -> the line items that may stand in one of them
        self.blocked = {item: 1 << item for item in bits(self.items)}
        self.cap = self.items.bit_count()
        self.jump = 0
        self.spans: list[AtMost] = []
        self.local: list[tuple[int, int, int]] = []
        self._read(problem.facts)

    def _read(self, facts: tuple[AtMost, ...]) -> None:
        """Sort the facts: exclusions, the cap, spans, and counts of their own."""
        counts: dict[tuple[int, int], int] = {}
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
                counts[items, openings] = min(fact.most, counts.get((items, openings), fact.most))
        for (items, openings), most in counts.items():
            if openings == self.everywhere and most == 1:
                for item in bits(items):
                    self.blocked[item] |= items
            else:
                self.local.append((most, items, openings))

    def _present(self, openings: int) -> int:
        items = self.present.get(openings)
        if items is None:
            items = mask_of([item for item, mask in self.left.items() if mask & openings])
            self.present[openings] = items
        return items

    def _read_span(self, fact: AtMost, items: int, openings: int) -> None:
        if fact.most == 1 and items == self.items and openings == self.everywhere:
            self.jump = max(self.jump, fact.span or 0)
        elif fact.most < items.bit_count():
            self.spans.append(fact)

    def first_after(self, opening: int) -> int:
        """The first opening that may hold an ad where ``opening`` is the last that does."""
        return max(opening + 1, bisect_left(self.gaps, self.gaps[opening] + self.jump))
