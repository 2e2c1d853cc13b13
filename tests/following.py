"""Builds that follow the plan ahead, one issue after the other, as a newsroom makes them with ``policy.horizon``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from digest.model import RunAd
from digest.place import PlaceRequest, place
from digest.place.forecast import ForecastInputs, guided


@dataclass(frozen=True)
class Followed:
    """The ledger after the last issue, and how many paid ads the plans of the mornings wanted and got."""

    rows: tuple[RunAd, ...]
    wanted: int
    ran: int


def followed(asked: ForecastInputs, days: Callable[[date], int]) -> Followed:
    """Build every issue of the span, each with a plan over so many ``days``."""
    rows, wanted, ran = asked.ran_ads, 0, 0
    editions = {edition.name: edition for edition in asked.editions}
    paid = {item.id for item in asked.ads.line_items if not item.is_house}
    for issue in sorted(asked.issues(), key=lambda one: (one.date, editions[one.edition].cutoff)):
        request = PlaceRequest(
            ads=asked.ads, editions=asked.editions, edition=editions[issue.edition], day=issue.date,
            lineup=asked.lineup(issue), ran_ads=rows,
        )  # fmt: skip
        led = guided(request, asked.lineups, days(issue.date))
        placed = place(led).placed
        wanted += len(paid.intersection(led.prefer))
        ran += len(paid.intersection(led.prefer).intersection(ad.line_item for ad in placed))
        rows += tuple(
            RunAd(
                edition=issue.edition, date=issue.date, line_item=ad.line_item, creative=ad.creative,
                advertiser=ad.advertiser, tier=ad.tier, slot=ad.slot, gap=ad.gap,
            )
            for ad in placed
        )  # fmt: skip
    return Followed(rows, wanted, ran)
