"""What one lineup offers the bookings: the rules' facts, without those about the day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from digest.model import AdBook, Edition, LineItem, Lineup, Opening
from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, AtMost, Refusal, bits
from digest.place.forecast.seats import Hall, Left
from digest.place.request import Request
from digest.place.rules import catalogue


@dataclass
class Ground:
    """The bookings of a file before one lineup.

    ``left`` is the mask of openings per line item, whatever the date; ``limits`` are the counting facts.
    """

    context: IssueContext
    left: list[int]
    limits: list[AtMost] = field(default_factory=list)
    _seats: dict[frozenset[int], Left | None] = field(default_factory=dict)

    @cached_property
    def hall(self) -> Hall:
        gaps = tuple(opening.gap for opening in self.context.openings)
        return Hall.of(gaps, (1 << len(self.left)) - 1, self.limits)

    @cached_property
    def counts(self) -> list[tuple[int, int]]:
        """At most so many of these line items, wherever they stand; those of one ad are in ``apart``."""
        wide = [fact for fact in self.limits if fact.openings == EVERYWHERE and fact.span is None]
        return [(fact.items, fact.most) for fact in wide if fact.most != 1]

    @cached_property
    def apart(self) -> list[int]:
        """Per line item, those it can never share this lineup with."""
        found, every = [0] * len(self.left), (1 << len(self.left)) - 1
        for fact in self.limits:
            mask = fact.items & every
            wide = fact.openings == EVERYWHERE and fact.span is None
            if fact.most == 1 and (wide or (mask.bit_count() == 2 and not self._coexist(fact, *bits(mask)))):
                for item in bits(mask):
                    found[item] |= mask & ~(1 << item)
        return found

    @cached_property
    def stretches(self) -> list[tuple[int, int]]:
        """How many ads go between two gaps, and into the openings of one line item, whoever they are."""
        gaps, masks = self.hall.gaps, sorted({mask for mask in self.left if mask})
        starts = sorted({gaps[next(bits(mask))] for mask in masks})
        ends = sorted({gaps[mask.bit_length() - 1] for mask in masks})
        between = {
            sum(1 << o for o, gap in enumerate(gaps) if low <= gap <= high)
            for low in starts
            for high in ends
            if low <= high
        }
        least: dict[int, int] = {}
        for openings in sorted(between | set(masks)):
            inside = sum(1 << item for item, mask in enumerate(self.left) if mask and mask & ~openings == 0)
            most = self.hall.most(openings)
            if inside.bit_count() > most:
                least[inside] = min(most, least.get(inside, most))
        return sorted(least.items())

    def _coexist(self, fact: AtMost, one: int, other: int) -> bool:
        """Whether two line items have openings in which the fact lets both run."""
        here, there = self.left[one], self.left[other]
        for inside, outside in ((here, there), (there, here)):
            free = inside & ~fact.openings
            if free and outside and not (free == outside and free.bit_count() == 1):
                return True
        if fact.span is None:
            return False
        gaps = self.hall.gaps
        return any(abs(gaps[a] - gaps[b]) >= fact.span for a in bits(here) for b in bits(there))

    @cached_property
    def bands(self) -> list[Fraction]:
        """Per opening, its weight."""
        slots, context = self.context.slots, self.context
        return [slots[o.slot].bands.get(context.band(o), Fraction(1)) for o in context.openings]

    def best_band(self, item: int) -> Fraction:
        """The greatest weight among the openings a line item may have."""
        return max((self.bands[o] for o in bits(self.left[item])), default=Fraction(1))

    def seat(self, chosen: frozenset[int]) -> Left | None:
        """Places for these line items in one issue, whichever; ``None`` where they do not fit together."""
        if chosen not in self._seats:
            self._seats[chosen] = self.hall.seat({item: self.left[item] for item in sorted(chosen)})
        return self._seats[chosen]

    def arrange(self, chosen: frozenset[int]) -> list[tuple[int, Opening]]:
        """Places for line items that fit: the highest rate chooses first among the openings that leave a place
        to all others, by weight, then reading order. By opening."""
        left = {item: self.left[item] for item in sorted(chosen)}
        items = self.context.items
        for item in sorted(chosen, key=lambda one: (-items[one].rate, one)):
            mask = left[item]
            for opening in sorted(bits(mask), key=lambda o: (-self.bands[o], o)):
                left[item] = 1 << opening
                if self.hall.seat(left) is not None:
                    break
            else:
                left[item] = mask
        places = sorted((next(bits(mask)), item) for item, mask in left.items())
        return [(item, self.context.openings[opening]) for opening, item in places]


def ground(ads: AdBook, edition: Edition, lineup: Lineup) -> Ground:
    """Ask every rule that does not speak of the day."""
    context = IssueContext(
        Request(ads=ads, editions=(edition,), edition=edition, day=date.min, lineup=lineup)
    )
    here = Ground(context, [context.everywhere] * len(context.items))
    for _, rule in catalogue():
        if rule.STAGE == "today":
            continue
        for fact in rule.facts(context):
            if isinstance(fact, AtMost):
                here.limits.append(fact)
            elif isinstance(fact, Refusal):
                here.left[fact.item] &= ~fact.openings
    return here


def groups_of(items: tuple[LineItem, ...]) -> list[tuple[int, ...]]:
    """The line items that run together, as numbers; one alone is a group. In file order."""
    index = {item.id: number for number, item in enumerate(items)}
    leader = list(range(len(items)))

    def lead(number: int) -> int:
        while leader[number] != number:
            leader[number] = number = leader[leader[number]]
        return number

    for number, item in enumerate(items):
        for name in item.companions:
            if name in index:
                leader[lead(index[name])] = lead(number)
    found: dict[int, list[int]] = {}
    for number in range(len(items)):
        found.setdefault(lead(number), []).append(number)
    return [tuple(group) for group in found.values()]
