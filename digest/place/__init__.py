"""Placement: the best plan of ads for a lineup, and the exact reason of every one that is not in it.

Pure: no disk, clock, database or randomness. Rules state facts (``digest.place.rules``), the solver finds the
one best plan, the checker reads the facts again.
"""

from __future__ import annotations

from digest.errors import CommandError, DigestError
from digest.model import Placement, Plan, Refusal
from digest.place.checker import violations
from digest.place.context import IssueContext
from digest.place.explain import Explanation, explained
from digest.place.placement_reason import placement_reason
from digest.place.planning import Planning
from digest.place.refusal_reason import RefusalReasons
from digest.place.request import PlaceRequest
from digest.place.rotation import choose

__all__ = ["Explanation", "PlaceRequest", "explain", "left_today", "place", "placements"]


def place(request: PlaceRequest) -> Plan:
    """The plan of one issue. Raises ``CommandError`` for an unknown override or pins that cannot be kept."""
    planning = _planned(request)
    return Plan(
        placed=_placed(planning),
        refused=_refused(planning),
        overrides=request.overrides,
        optimality_gap=planning.optimality_gap(),
    )


def placements(request: PlaceRequest) -> tuple[tuple[Placement, ...], tuple[str, ...]]:
    """What ``place`` would place, without asking why the others are not in it; and the line items that may run."""
    planning = _planned(request)
    return _placed(planning), tuple(planning.context.items[item].id for item in planning.alive)


def left_today(request: PlaceRequest) -> dict[str, int]:
    """Of the line items with a goal in sends, how many more sends their pacing lets them have today."""
    context = IssueContext(request)
    return {
        item.id: max(0, standing.allowed - standing.delivered)
        for item, standing in zip(context.items, context.standings, strict=True)
        if item.goal is not None and item.goal.unit == "sends" and standing.allowed is not None
    }


def _planned(request: PlaceRequest) -> Planning:
    planning = Planning(request)
    broken = violations(planning.table, planning.solution.plan)
    if broken:
        raise DigestError(f"the plan of {request.edition.name} {request.day} breaks a rule: {broken[0]}")
    return planning


def explain(request: PlaceRequest, line_item_id: str) -> Explanation:
    """Everything about one line item. Raises ``CommandError`` for an id the file has not."""
    if request.ads.line_item(line_item_id) is None:
        raise CommandError(f'adslots.yaml has no line item "{line_item_id}".')
    planning = Planning(request)
    placed = next((ad for ad in _placed(planning) if ad.line_item == line_item_id), None)
    return explained(planning, line_item_id, placed)


def _placed(planning: Planning) -> tuple[Placement, ...]:
    context = planning.context
    return tuple(
        Placement(
            line_item=context.items[item].id,
            creative=choose(
                context.items[item],
                context.slots[context.openings[opening].slot],
                context.rows(context.items[item]),
                f"{context.edition.name} {context.day}",
            ).id,
            advertiser=context.items[item].advertiser,
            tier=context.items[item].tier,
            slot=context.openings[opening].slot,
            gap=context.openings[opening].gap,
            section=context.openings[opening].section,
            because=placement_reason(planning, item, opening),
        )
        for item, opening in planning.solution.plan
    )


def _refused(planning: Planning) -> tuple[Refusal, ...]:
    out = [number for number in range(len(planning.context.items)) if number not in planning.placed]
    reasons = RefusalReasons(planning)
    verdicts = ((number, reasons.of(number)) for number in out)
    return tuple(
        Refusal(line_item=planning.context.items[number].id, rule=verdict.rule, reason=verdict.reason)
        for number, verdict in verdicts
    )
