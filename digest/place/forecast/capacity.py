"""What an issue of one kind holds: the rules' facts about its lineup, without those about the day.

As sums over line items they are capacities of the plan over all issues. The sums are necessary, not sufficient: whether
line items really fit into the issue together is asked of ``seat``, once for every set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property

from digest.model import AdBook, Edition, LineItem, Lineup, Opening
from digest.model.companions import companion_groups
from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, AtMost, NotIn, bits, mask_of
from digest.place.forecast.seating import Left, Seating
from digest.place.request import PlaceRequest
from digest.place.rules import catalogue

Sum = tuple[int, int]  # mask of line items, at most so many of them


@dataclass
class IssueCapacity:
    """The bookings of a file before one lineup.

    ``left`` is the mask of openings per line item, whatever the date; ``limits`` are the counting facts.
    """

    context: IssueContext
    left: list[int]
    limits: list[AtMost] = field(default_factory=list)
    _seats: dict[frozenset[int], Left | None] = field(default_factory=dict)
    _sums: dict[int, list[Sum]] = field(default_factory=dict)

    @cached_property
    def seating(self) -> Seating:
        gaps = tuple(opening.gap for opening in self.context.openings)
        return Seating.of(gaps, (1 << len(self.left)) - 1, self.limits)

    @cached_property
    def counts(self) -> list[tuple[int, int]]:
        """At most so many of these line items, wherever they stand; those of one ad are in ``apart``."""
        wide = [fact for fact in self.limits if fact.openings == EVERYWHERE and fact.span is None]
        return [(fact.items, fact.most) for fact in wide if fact.most != 1]

    @cached_property
    def apart(self) -> list[int]:
        """Per line item, those it can never share this lineup with."""
        masks, every = [0] * len(self.left), (1 << len(self.left)) - 1
        for fact in self.limits:
            mask = fact.items & every
            wide = fact.openings == EVERYWHERE and fact.span is None
            if fact.most == 1 and (wide or (mask.bit_count() == 2 and not self._coexist(fact, *bits(mask)))):
                for item in bits(mask):
                    masks[item] |= mask & ~(1 << item)
        return masks

    @cached_property
    def stretches(self) -> list[tuple[int, int]]:
        """How many ads go between two gaps, and into the openings of one line item, whoever they are."""
        gaps, masks = self.seating.gaps, sorted({mask for mask in self.left if mask})
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
            most = self.seating.most(openings)
            if inside.bit_count() > most:
                least[inside] = min(most, least.get(inside, most))
        return sorted(least.items())

    def _coexist(self, fact: AtMost, one: int, other: int) -> bool:
        """Whether two line items have openings in which the fact lets both run."""
        openings, there = self.left[one], self.left[other]
        for inside, outside in ((openings, there), (there, openings)):
            free = inside & ~fact.openings
            if free and outside and not (free == outside and free.bit_count() == 1):
                return True
        if fact.span is None:
            return False
        gaps = self.seating.gaps
        return any(abs(gaps[a] - gaps[b]) >= fact.span for a in bits(openings) for b in bits(there))

    @cached_property
    def bands(self) -> list[Fraction]:
        """Per opening, its weight."""
        slots, context = self.context.slots, self.context
        return [slots[o.slot].bands.get(context.band(o), Fraction(1)) for o in context.openings]

    def sums(self, items: int) -> list[Sum]:
        """Everything that limits the line items of the mask ``items`` in one issue; the least limit of each."""
        if items not in self._sums:
            least: dict[int, int] = {}
            wide = ((mask & items, most) for mask, most in (*self.counts, *self.stretches))
            apart = [others & items if items >> item & 1 else 0 for item, others in enumerate(self.apart)]
            for mask, most in (*wide, *((circle, 1) for circle in _circles(apart))):
                if mask.bit_count() > most:
                    least[mask] = min(most, least.get(mask, most))
            self._sums[items] = [limit for limit in sorted(least.items()) if not _implied(limit, least)]
        return self._sums[items]

    def fits(self, chosen: frozenset[int]) -> bool:
        """Whether these line items go into the issue together."""
        mask = mask_of(sorted(chosen))
        kept = all((mask & some).bit_count() <= most for some, most in self.sums(mask))
        return kept and self.seat(chosen) is not None

    def best_band(self, item: int) -> Fraction:
        """The greatest weight among the openings a line item may have."""
        return max((self.bands[o] for o in bits(self.left[item])), default=Fraction(1))

    def seat(self, chosen: frozenset[int]) -> Left | None:
        """Places for these line items in one issue, whichever; ``None`` where they do not fit together."""
        if chosen not in self._seats:
            self._seats[chosen] = self.seating.seat({item: self.left[item] for item in sorted(chosen)})
        return self._seats[chosen]

    def arrange(self, chosen: frozenset[int]) -> list[tuple[int, Opening]]:
        """Places for line items that fit: the highest rate chooses first among the openings that leave a place
        to all others, by weight, then reading order. By opening."""
        left = {item: self.left[item] for item in sorted(chosen)}
        for item in sorted(chosen, key=lambda number: (-self.context.rate(number), number)):
            mask = left[item]
            for opening in sorted(bits(mask), key=lambda o: (-self.bands[o], o)):
                left[item] = 1 << opening
                if self.seating.seat(left) is not None:
                    break
            else:
                left[item] = mask
        places = sorted((next(bits(mask)), item) for item, mask in left.items())
        return [(item, self.context.openings[opening]) for opening, item in places]


def capacity(ads: AdBook, edition: Edition, lineup: Lineup, day: date) -> IssueCapacity:
    """Ask every rule that does not speak of the day, but for the creatives that may be shown on it."""
    context = IssueContext(
        PlaceRequest(ads=ads, editions=(edition,), edition=edition, day=day, lineup=lineup)
    )
    issue_capacity = IssueCapacity(context, [context.everywhere] * len(context.items))
    for _, rule in catalogue():
        if rule.STAGE == "today":
            continue
        for fact in rule.facts(context):
            if isinstance(fact, AtMost):
                issue_capacity.limits.append(fact)
            elif isinstance(fact, NotIn):
                issue_capacity.left[fact.item] &= ~fact.openings
    return issue_capacity


def _implied(limit: Sum, others: Mapping[int, int]) -> bool:
    """Whether a sum over more line items says as much."""
    mask, most = limit
    return any(least <= most and more != mask and mask & ~more == 0 for more, least in others.items())


def _circles(apart: Sequence[int]) -> Iterator[int]:
    """Sets of line items no two of which share an issue, so that every such pair is in one of them."""
    done = [0] * len(apart)
    for item in range(len(apart)):
        for other in bits(apart[item] & ~done[item]):
            if done[item] >> other & 1:
                continue
            circle, common = 1 << item | 1 << other, apart[item] & apart[other]
            for more in bits(common):
                if common >> more & 1 and circle & ~apart[more] == 0:
                    circle |= 1 << more
            for member in bits(circle):
                done[member] |= circle
            yield circle


def groups_of(items: tuple[LineItem, ...]) -> list[tuple[int, ...]]:
    """The line items that run together, as numbers; one alone is a group. In file order."""
    index = {item.id: number for number, item in enumerate(items)}
    return [tuple(index[line_item] for line_item in group) for group in companion_groups(items)]
