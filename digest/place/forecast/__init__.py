"""The days ahead: a plan over the coming issues, so that a booking with few days is not starved by one with many.

Pure, like all of placement. It needs the solver HiGHS (``pip install "newsroom-digest[plan]"``).
"""

from digest.place.forecast.avails import Avail, Avails, avails
from digest.place.forecast.daily import day_by_day, short_day_by_day
from digest.place.forecast.guide import guided
from digest.place.forecast.outlook import Coming, Outlook, Prospect, Run, Schedule
from digest.place.forecast.overbooking import Shortfall, overbooking
from digest.place.forecast.plan import plan
from digest.place.forecast.search import available
from digest.place.forecast.typical import sections_of, typical

__all__ = [
    "Avail",
    "Avails",
    "Coming",
    "Outlook",
    "Prospect",
    "Run",
    "Schedule",
    "Shortfall",
    "available",
    "avails",
    "day_by_day",
    "guided",
    "overbooking",
    "plan",
    "sections_of",
    "short_day_by_day",
    "typical",
]  # fmt: skip
