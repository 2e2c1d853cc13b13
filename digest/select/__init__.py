"""Selection: which stories an issue runs, in which section and order, and why the others do not.

Pure: no disk, clock, database or randomness.
"""

from digest.model.calendar import cutoff_at
from digest.select.candidates import section_names, sections_for
from digest.select.events import Matcher, decided_by, group, match_between, plain_title, same_event
from digest.select.lineup import lineup_of, select
from digest.select.marks import marks_of
from digest.select.rank import DEFAULT_WEIGHTS, signal_names
from digest.select.request import SelectRequest
from digest.select.shared import Shared, shared_by
from digest.select.window import (
    last_issue_date,
    next_issue_date,
    passed_over,
    reach,
    until,
    why_no_issue,
    window_of,
)

__all__ = [
    "DEFAULT_WEIGHTS",
    "Matcher",
    "SelectRequest",
    "Shared",
    "cutoff_at",
    "decided_by",
    "group",
    "last_issue_date",
    "lineup_of",
    "marks_of",
    "match_between",
    "next_issue_date",
    "passed_over",
    "plain_title",
    "reach",
    "same_event",
    "section_names",
    "sections_for",
    "select",
    "shared_by",
    "signal_names",
    "until",
    "why_no_issue",
    "window_of",
]
