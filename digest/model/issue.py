"""One issue: openings, the plan of ads, and the finished thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from digest.model.edition import Edition
from digest.model.stories import Selection, Window


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """One concrete place of a slot in a lineup; it holds at most one ad."""

    gap: int
    slot: str
    section: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A creative of a line item in an opening."""

    line_item: str
    creative: str
    advertiser: str | None
    tier: str
    slot: str
    gap: int
    section: str | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A line item of the file that was not placed, the rule that stopped it, and the reason."""

    line_item: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What this build was told by hand: pins as ``LINE_ITEM@SLOT``, and paused line items."""

    pin: tuple[str, ...] = ()
    pause: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimalityGap:
    """What of a plan is not proven: in ``stage`` another plan might be better by at most ``most`` of ``unit``.

    ``stage`` is a tier (``unit``: bookings, or urgency where they differ in it), ``value`` (rate x band), ``spread``
    or ``order``; what is asked before that stage is proven. ``words`` says so for a reader.
    """

    stage: str
    most: str
    unit: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The ads of an issue: placed by gap, then slot in file order; refused in file order.

    ``optimality_gap`` is there only where the search hit its bound on work: how far the plan may be off.
    """

    placed: tuple[Placement, ...] = ()
    refused: tuple[Refusal, ...] = ()
    overrides: Overrides = Overrides()
    optimality_gap: OptimalityGap | None = None

    @property
    def optimal(self) -> bool:
        return self.optimality_gap is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """Both parts of an issue, and what its envelope needs. ``more_online`` are ids moved there for size.

    ``images`` are the newsroom's picture files that the HTML shows, by name. ``headers`` are mail headers that hold
    the mailer's own tags, such as ``List-Unsubscribe``. ``pieces`` are what HTML and text are the join of, cut at line
    ends; variants of an issue share most of them.
    """

    html: bytes
    text: bytes
    subject: str
    preheader: str
    more_online: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    images: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    pieces: tuple[tuple[bytes, ...], tuple[bytes, ...]] = field(default=((), ()), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One edition on one date, complete but for its revision."""

    edition: Edition
    date: date
    window: Window
    selection: Selection
    plan: Plan
    rendered: Rendered
    inputs: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    audience: Mapping[str, Any] = field(
        default_factory=lambda: MappingProxyType({})
    )  # counts, where it has one
