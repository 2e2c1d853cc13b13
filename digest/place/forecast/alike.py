"""Bookings that differ in nothing that matters to a plan are counted together: one column an issue for all of them.

What the column says is shared out afterwards: each issue goes to those that have had the fewest. So the sums over any
run of dates differ by one at most, and what pacing and caps allow all of them together, they allow each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, fields

from digest.model import AdBook, LineItem
from digest.place.forecast.booking import Booking
from digest.place.forecast.capacity import groups_of

Group = tuple[int, ...]  # line items that run together or not at all


@dataclass(frozen=True)
class Unit:
    """Groups of companions of which each is as good as the other, in file order; mostly one alone."""

    groups: tuple[Group, ...]

    @property
    def first(self) -> Group:
        return self.groups[0]

    @property
    def many(self) -> int:
        return len(self.groups)


_NO_MATTER = {"id", "advertiser", "creatives", "audience", "order", "notes"}
_MATTERS = [field.name for field in fields(LineItem) if field.name not in _NO_MATTER]
MANY = 8  # alike bookings that are counted together; fewer are quick to tell apart, and then served in file order


def units(ads: AdBook, bookings: list[Booking], least: int = MANY) -> list[Unit]:
    """The groups of the book, those that are alike together where they are ``least`` or more, by the first of each."""
    advertisers = Counter(item.advertiser for item in ads.line_items)
    alike: dict[object, list[Group]] = defaultdict(list)
    for group in groups_of(ads.line_items):
        alone = len(group) == 1 and _plain(ads, ads.line_items[group[0]])
        alike[_key(bookings[group[0]], advertisers) if alone else group].append(group)
    together = [groups if len(groups) >= least else [] for groups in alike.values()]
    apart = [[group] for groups in alike.values() if len(groups) < least for group in groups]
    return [Unit(tuple(groups)) for groups in sorted(filter(None, [*together, *apart]))]


def _plain(ads: AdBook, item: LineItem) -> bool:
    """Whether it has no wishes about others."""
    advertiser = ads.advertisers.get(item.advertiser or "")
    return item.exclusive == "none" and not (advertiser and advertiser.labels) and not item.companions


def _key(booking: Booking, advertisers: Counter[str | None]) -> object:
    item = booking.item
    shared = item.advertiser if advertisers[item.advertiser] > 1 else ""
    shown = tuple((creative.size, bool(creative.image), creative.dates) for creative in item.creatives)
    bare = tuple(getattr(item, name) for name in _MATTERS)
    ran = tuple((run.date, run.edition, run.sends, run.delivered, run.clicks) for run in booking.rows)
    return bare, shared, shown, ran, booking.chances


def share(units: list[Unit], counts: list[dict[int, int]]) -> list[frozenset[int]]:
    """Per issue the line items that run, where ``counts`` has per issue how many of each unit do."""
    had = [[0] * unit.many for unit in units]
    shared = []
    for running in counts:
        chosen: set[int] = set()
        for number, count in running.items():
            ran, groups = had[number], units[number].groups
            for which in sorted(range(len(groups)), key=lambda number: (ran[number], number))[:count]:
                ran[which] += 1
                chosen.update(groups[which])
        shared.append(frozenset(chosen))
    return shared
