"""A line item runs in at most ``max_issues`` issues in any ``per_days`` days that end today.

Issues of every edition count, dated before today; today's own is the one more.
"""

from collections.abc import Iterator

from digest.model import LineItem, RunAd
from digest.model.counts import counted
from digest.place.context import IssueContext
from digest.place.delivery import in_window
from digest.place.facts import EVERYWHERE, Fact, NotIn, always

STAGE, ORDER = "today", 40
OPTIONS = ("line_items.frequency_cap",)


def facts(context: IssueContext) -> Iterator[Fact]:
    for number, item in enumerate(context.items):
        cap = item.frequency_cap
        if cap is None:
            continue
        ran = in_window(context.rows(item), context.day, cap.per_days)
        if len(ran) >= cap.max_issues:
            why = _why(item, ran)
            yield NotIn(number, EVERYWHERE, always(why))


def _why(item: LineItem, ran: tuple[RunAd, ...]) -> str:
    cap = item.frequency_cap
    assert cap is not None
    which = ", ".join(f"{run.edition} of {run.date}" for run in ran)
    listed = f": {which}" if ran else ""
    return (
        f"it ran in {counted(len(ran), 'issue')} of the {cap.per_days} days that end today and may run in "
        f"{cap.max_issues} of them, today's included{listed}"
    )
