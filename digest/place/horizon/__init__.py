"""The days ahead: a plan over the coming issues, so that a booking with few days is not starved by one with many.

Pure, like all of placement. It needs the solver HiGHS (``pip install "digest[plan]"``).
"""

from digest.place.horizon.avails import Avail, Avails, avails
from digest.place.horizon.daily import day_by_day, short_day_by_day
from digest.place.horizon.guide import guided
from digest.place.horizon.outlook import Coming, Outlook, Prospect, Run, Schedule
from digest.place.horizon.overbooking import Shortfall, overbooking
from digest.place.horizon.plan import plan
from digest.place.horizon.search import available
from digest.place.horizon.typical import sections_of, typical

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
