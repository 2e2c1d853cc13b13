"""An issue holds at most ``max_ads`` ads, house ads included."""

from collections.abc import Iterator

from digest.model.counts import counted
from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, AtMost, Fact

STAGE, ORDER = "plan", 20
OPTIONS = ("policy.max_ads",)


def facts(context: IssueContext) -> Iterator[Fact]:
    most = max(0, context.policy.max_ads)
    yield AtMost(
        most,
        EVERYWHERE,
        EVERYWHERE,
        lambda item, others: f"the issue has {counted(len(others), 'ad')} and may have {most}",
    )
