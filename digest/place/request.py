"""What placement is asked: one issue, its bookings, and what the ledger remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from digest.model import AdBook, Edition, Lineup, Overrides, RunAd

_NONE = Overrides()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRequest:
    """The ads of one issue, to be planned.

    ``editions`` are all of the publication, in file order. ``ran_ads`` may hold any rows of the ledger; only
    those of earlier dates count. ``prefer`` names line items that a plan over the coming issues wants today:
    they come first; ``ahead`` is what that plan says of a line item, in words. ``reader`` holds by column of the
    audience what the readers of this issue have there; empty: the issue is for everybody.
    """

    ads: AdBook
    editions: tuple[Edition, ...]
    edition: Edition
    day: date
    lineup: Lineup
    ran_ads: tuple[RunAd, ...] = ()
    overrides: Overrides = _NONE
    prefer: tuple[str, ...] = ()
    ahead: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    reader: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
