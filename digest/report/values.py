"""What a report says, in plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """One issue in which an ad ran. ``counted`` is whether ``sends`` is the mailer's receipt."""

    date: date
    edition: str
    slot: str
    where: str  # the slot as people call it
    gap: int
    section: str | None
    creative: str
    advertiser: str | None  # as recorded on the day
    neighbours: tuple[str, ...]
    sends: int | None
    counted: bool
    opens: int | None = None  # of the issue
    clicks: int | None = None  # on the ad; None where the mailer told none
    clicks_kind: str = ""  # unique | total

    @property
    def place(self) -> str:
        """Where it stood, in words."""
        at = "before the first story" if self.gap == 0 else f"after story {self.gap}"
        return f"{at}, {self.section}" if self.section else at


@dataclass(frozen=True, slots=True)
class DeliveryPoint:
    """What had been delivered by the end of a date, and what the plan wanted by then (``None``: no goal).

    ``delivered`` is ``None`` for dates still to come.
    """

    date: date
    delivered: int | None
    planned: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreativePreview:
    """A creative as it ran. ``image`` is a ``data:`` address where the picture is a file of the newsroom."""

    creative: str
    headline: str = ""
    body: str = ""
    cta: str = ""
    alt: str = ""
    size: str = ""
    image: str = ""
    disclosure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingReport:
    """One booking. ``booked``, ``delivered``, ``due`` and ``short`` are in ``unit`` (issues | sends | clicks).

    ``delivered`` counts every issue up to the end of the report's span, ``insertions`` lists those within the span.
    ``due`` is what the plan wanted by then. ``short`` is what is missing to the goal; it is final, and a make-good
    is owed, where ``status`` is ``finished``. The other words are ``running``, ``to come``, ``open`` (no end) and
    ``deleted``: a line item of the ledger that the file does not have any more.
    """

    line_item: str
    advertiser: str | None
    name: str
    tier: str
    pacing: str
    first: date | None
    last: date | None
    unit: str
    booked: int | None
    delivered: int
    due: int | None
    short: int
    status: str
    insertions: tuple[Insertion, ...]
    curve: tuple[DeliveryPoint, ...]
    title: str = ""  # the campaign in words
    value: Fraction | None = None  # what the listed issues bring at the booked rate
    creatives: tuple[CreativePreview, ...] = ()  # the creatives that ran
    order: str = ""  # the number or name of the order
    rate: Fraction | None = None
    rate_for: str = ""  # per_issue | cpm
    elsewhere: str = ""  # what other publications that share it delivered of it, by publication

    @property
    def sends(self) -> int:
        return sum(insertion.sends or 0 for insertion in self.insertions)

    @property
    def opens(self) -> int | None:
        """Of the issues whose opens are known."""
        known = [insertion.opens for insertion in self.insertions if insertion.opens is not None]
        return sum(known) if known else None

    @property
    def clicks(self) -> int | None:
        known = [insertion.clicks for insertion in self.insertions if insertion.clicks is not None]
        return sum(known) if known else None

    @property
    def clicks_kind(self) -> str:
        """``unique`` where all counts are readers who clicked, ``total`` where some are all clicks."""
        kinds = {insertion.clicks_kind for insertion in self.insertions if insertion.clicks is not None}
        return "total" if "total" in kinds else "unique" if kinds else ""

    @property
    def ctr(self) -> float | None:
        """Clicks over the sends of the issues whose clicks are known."""
        return rate_of(self.insertions)

    @property
    def cpm(self) -> Fraction | None:
        """The value for a thousand sends."""
        return self.value * 1000 / self.sends if self.value and self.sends else None

    def of(self, creative: str) -> tuple[Insertion, ...]:
        """The issues in which a creative ran."""
        return tuple(insertion for insertion in self.insertions if insertion.creative == creative)

    @property
    def expected(self) -> bool:
        """Whether some of the sends are not counted by the mailer yet."""
        return any(not insertion.counted for insertion in self.insertions)

    @property
    def make_good(self) -> int:
        return self.short if self.status == "finished" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``first`` is ``None`` for everything from the beginning. ``name`` is whose report it is."""

    publication: str
    name: str
    first: date | None
    last: date
    bookings: tuple[BookingReport, ...]
    currency: str = "USD"
    neighbours: bool = False  # whether the page names the stories next to the ads


def in_words(name: str) -> str:
    """An id as people say it: ``spring-sale`` is ``Spring sale``."""
    words = re.sub(r"[-_.]+", " ", name).strip()
    return words[:1].upper() + words[1:] if words else name


def rate_of(insertions: Iterable[Insertion]) -> float | None:
    """Clicks over sends, of the issues where both are known."""
    known = [
        (insertion.clicks, insertion.sends)
        for insertion in insertions
        if insertion.clicks is not None and insertion.sends
    ]
    sends = sum(sends for _, sends in known)
    return sum(clicks for clicks, _ in known) / sends if sends else None
