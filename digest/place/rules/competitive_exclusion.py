"""Paid ads of different advertisers that share a label are kept apart: in an issue, or within some stories."""

from __future__ import annotations

from collections.abc import Iterator

from digest.model.counts import counted
from digest.place.context import IssueContext
from digest.place.facts import EVERYWHERE, AtMost, Candidate, Fact, bits

STAGE, ORDER = "plan", 50
OPTIONS = ("policy.competitive_exclusion", "advertisers.labels")


def facts(context: IssueContext) -> Iterator[Fact]:
    policy = context.policy.competitive_exclusion
    span = policy if isinstance(policy, int) else None
    if policy == "none" or (span is not None and span <= 0):
        return
    labelled = [number for number in bits(context.paid) if _labels(context, number)]
    for at, item in enumerate(labelled):
        for rival in labelled[at + 1 :]:
            if _compete(context, item, rival):
                yield AtMost(
                    1,
                    1 << item | 1 << rival,
                    EVERYWHERE,
                    lambda i, others: _why(context, i, others),
                    span=span,
                )


def _labels(context: IssueContext, number: int) -> frozenset[str]:
    advertiser = context.request.ads.advertisers.get(context.items[number].advertiser or "")
    return advertiser.labels if advertiser else frozenset()


def _compete(context: IssueContext, item: int, rival: int) -> bool:
    if context.items[item].advertiser == context.items[rival].advertiser:
        return False
    return not _labels(context, item).isdisjoint(_labels(context, rival))


def _why(context: IssueContext, item: int, others: tuple[Candidate, ...]) -> str:
    rivals = []
    for other, opening in others:
        shared = ", ".join(sorted(_labels(context, item) & _labels(context, other)))
        rivals.append(f"{context.items[other].id} at gap {context.openings[opening].gap} ({shared})")
    policy = context.policy.competitive_exclusion
    where = (
        f"fewer than {counted(policy, 'story', 'stories')} from"
        if isinstance(policy, int)
        else "in one issue with"
    )
    return f"{where} its competitor {', '.join(rivals)}"
