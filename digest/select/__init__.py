"""Selection: which stories an issue runs, in which section and order, and why the others do not.

Pure: no disk, clock, database or randomness.
"""

from digest.select.desk import desk_of
from digest.select.events import group, same_event, tie
from digest.select.lineup import select
from digest.select.rank import DEFAULT_WEIGHTS, signal_names
from digest.select.request import Request
from digest.select.telling import plain_title
from digest.select.window import cutoff_at, last_issue_date, reach, window_of

__all__ = [
    "DEFAULT_WEIGHTS",
    "Request",
    "cutoff_at",
    "desk_of",
    "group",
    "last_issue_date",
    "plain_title",
    "reach",
    "same_event",
    "select",
    "signal_names",
    "tie",
    "window_of",
]
