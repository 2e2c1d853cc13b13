"""The bookings as written in ``adslots.yaml``. Amounts are exact fractions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType

TIERS = ("sponsorship", "standard", "bulk", "house")
_NO_BANDS: Mapping[str, Fraction] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitive:
    """Stories that get the flag ``sensitive``: of these sections, or with one of these keywords."""

    sections: frozenset[str] = frozenset()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The publisher's rules; no booking overrides them.

    ``competitive_exclusion`` is ``"issue"``, ``"none"``, or a distance in stories (``within_stories``).
    ``horizon`` in days lets a plan over the coming issues decide first; ``None`` is off.
    """

    max_ads: int = 4
    max_ratio: Fraction = Fraction(1, 4)
    min_gap: int = 3
    max_per_advertiser: int = 1
    competitive_exclusion: str | int = "issue"
    adjacency_radius: int = 1
    suppress_near: tuple[str, ...] = ("no_ads",)
    sensitive: Sensitive = Sensitive()
    disclosure: str = "Advertisement"
    horizon: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A named, sellable position. ``position``: top | section_start | section_end | between_stories | end."""

    id: str
    position: str
    sizes: tuple[str, ...] = ()
    native: bool = False
    first_after: int = 1
    bands: Mapping[str, Fraction] = field(default_factory=lambda: _NO_BANDS)  # upper | middle | lower


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertiser:
    """Who pays. Advertisers that share a label compete."""

    id: str
    name: str
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Creative:
    """One ad as shown. With ``image`` it has a ``size`` such as ``600x150``; without, it is native text."""

    id: str
    url: str
    image: str = ""
    size: str = ""
    alt: str = ""
    text: str = ""
    headline: str = ""
    body: str = ""
    cta: str = ""
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """Whole issue dates. Either ``dates``, or ``start`` to ``end`` (both inclusive) on ``days`` (Monday = 0)."""

    start: date | None = None
    end: date | None = None
    days: frozenset[int] = frozenset(range(7))
    dates: tuple[date, ...] = ()

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        if self.dates:
            return day in self.dates
        return (
            (self.start is None or day >= self.start)
            and (self.end is None or day <= self.end)
            and day.weekday() in self.days
        )

    @property
    def first(self) -> date | None:
        return min(self.dates) if self.dates else self.start

    @property
    def last(self) -> date | None:
        return max(self.dates) if self.dates else self.end

    def days_between(self, first: date, last: date) -> tuple[date, ...]:
        """The dates of the flight in ``first``..``last``, both inclusive, in order."""
        if self.dates:
            return tuple(sorted({day for day in self.dates if first <= day <= last}))
        low = max(first, self.start or first)
        high = min(last, self.end or last)
        return tuple(
            day for day in (low + timedelta(days=i) for i in range((high - low).days + 1)) if day in self
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What was booked: ``amount`` issues, or ``amount`` sends."""

    unit: str  # issues | sends
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyCap:
    """At most ``max_issues`` in any ``per_days`` days ending today."""

    max_issues: int
    per_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjacency:
    """What a line item keeps away from."""

    avoid_sections: frozenset[str] = frozenset()
    avoid_keywords: tuple[str, ...] = ()
    avoid_flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """One booking. ``editions`` and ``sections`` are ``None`` for any; ``flight`` is ``None`` only for house ads."""

    id: str
    advertiser: str | None = None
    tier: str = "standard"  # the key `type`
    flight: Flight | None = None
    editions: tuple[str, ...] | None = None
    slots: tuple[str, ...] = ()
    sections: tuple[str, ...] | None = None
    goal: Goal | None = None
    pacing: str = "even"
    rate: Fraction = Fraction(0)
    frequency_cap: FrequencyCap | None = None
    adjacency: Adjacency = Adjacency()
    exclusive: str = "none"
    companions: tuple[str, ...] = ()
    rotation: str = "sequential"
    creatives: tuple[Creative, ...] = ()

    @property
    def is_house(self) -> bool:
        return self.tier == "house"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdBook:
    """The whole of ``adslots.yaml``; slots and line items in file order, which decides ties."""

    policy: Policy = Policy()
    slots: tuple[Slot, ...] = ()
    advertisers: Mapping[str, Advertiser] = field(default_factory=lambda: MappingProxyType({}))
    line_items: tuple[LineItem, ...] = ()

    def line_item(self, name: str) -> LineItem | None:
        return next((item for item in self.line_items if item.id == name), None)
