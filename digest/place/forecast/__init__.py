"""The days ahead: a plan over the coming issues, so that a booking with few days is not starved by one with many.

Pure, like all of placement. It needs the solver HiGHS (``pip install "newsroom-digest[plan]"``).
"""

from digest.place.forecast.avails import Avail, Avails, avails, brings
from digest.place.forecast.daily import day_by_day, short_day_by_day
from digest.place.forecast.follow import guided
from digest.place.forecast.highs import available
from digest.place.forecast.issues import (
    BookingForecast,
    Bound,
    Forecast,
    ForecastInputs,
    IssueDate,
    PlannedAd,
)
from digest.place.forecast.plan import plan
from digest.place.forecast.shortfalls import Shortfall, in_the_way, is_unserved, shortfalls
from digest.place.forecast.typical import sections_of, typical

__all__ = [
    "Avail",
    "Avails",
    "BookingForecast",
    "Bound",
    "Forecast",
    "ForecastInputs",
    "IssueDate",
    "PlannedAd",
    "Shortfall",
    "available",
    "avails",
    "brings",
    "day_by_day",
    "guided",
    "in_the_way",
    "is_unserved",
    "plan",
    "sections_of",
    "short_day_by_day",
    "shortfalls",
    "typical",
]  # fmt: skip
