"""Bookings that an issue will miss because nothing to show has come yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from digest.model import LineItem, Newsroom
from digest.place.delivery import eligible_dates

_AHEAD = timedelta(days=366)


def missed(newsroom: Newsroom, first: date) -> Iterator[str]:
    """Each booking that has no creative for one of its issues dated ``first`` or later, and which issue that is.

    Of a flight without an end a year is looked at.
    """
    for item in newsroom.ads.line_items:
        if day := _first_missed(newsroom, item, first):
            message = "has none of its creatives" if item.creatives else "has no creatives yet"
            yield (
                f'line item "{item.id}" {message} for the issue of {day}: it will be missed there. Add a creative in '
                "adslots.yaml, or pause the booking."
            )


def _first_missed(newsroom: Newsroom, item: LineItem, first: date) -> date | None:
    last = item.flight.last if item.flight and item.flight.last else first + _AHEAD
    if item.creatives and all(creative.dates.is_open for creative in item.creatives):
        return None
    days = eligible_dates(item, newsroom.editions, first, min(last, first + 10 * _AHEAD))
    return next((day for day in days if not item.rests_on(day) and not item.creatives_on(day)), None)
