"""What a report says, in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One issue in which an ad ran. ``counted`` is whether ``sends`` is the mailer's receipt."""

    date: date
    edition: str
    slot: str
    gap: int
    section: str | None
    creative: str
    advertiser: str | None  # as recorded on the day
    neighbours: tuple[str, ...]
    sends: int | None
    counted: bool

    @property
    def place(self) -> str:
        """Where it stood, in words."""
        at = "before the first story" if self.gap == 0 else f"after story {self.gap}"
        return f"{at}, {self.section}" if self.section else at


@dataclass(frozen=True, slots=True)
class Point:
    """What had been delivered by the end of a date, and what the plan wanted by then (``None``: no goal).

    ``delivered`` is ``None`` for dates still to come.
    """

    date: date
    delivered: int | None
    planned: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One booking. ``booked``, ``delivered``, ``due`` and ``short`` are in ``unit`` (issues | sends).

    ``delivered`` counts every issue up to the end of the report's span, ``shown`` lists those within the span.
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
    shown: tuple[Shown, ...]
    curve: tuple[Point, ...]

    @property
    def sends(self) -> int:
        return sum(one.sends or 0 for one in self.shown)

    @property
    def expected(self) -> bool:
        """Whether some of the sends are not counted by the mailer yet."""
        return any(not one.counted for one in self.shown)

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
    accounts: tuple[Account, ...]
