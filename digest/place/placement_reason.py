"""The sentence of a placed ad: what speaks for it, true and with its numbers."""

from __future__ import annotations

from digest.model.ads import PRIORITY
from digest.model.counts import counted
from digest.place.amounts import amount
from digest.place.openings import next_to
from digest.place.planning import Planning
from digest.place.refusal_reason import TIER_WORDS


def placement_reason(planning: Planning, item: int, opening: int) -> str:
    """Tier and urgency, the value of the place, the stories beside it, the hand that pinned it."""
    context = planning.context
    parts = [_standing(planning, item), _value(planning, item, opening), _beside(planning, opening)]
    if item in planning.pins:
        parts.insert(0, f"pinned to {planning.pins[item]} by hand")
    others = [
        companion.id
        for i, companion in enumerate(context.items)
        if context.groups[item] >> i & 1 and i != item
    ]
    if others:
        parts.append(f"runs together with {', '.join(others)}")
    parts.append(context.request.ahead.get(context.items[item].id, ""))
    return "; ".join(part for part in parts if part)


def _standing(planning: Planning, item: int) -> str:
    booking = planning.context.items[item]
    standing = planning.context.standings[item]
    tier = TIER_WORDS[booking.tier][0]
    if booking.priority != PRIORITY:
        tier = f"{tier} of priority {booking.priority}"
    if booking.goal is None or standing.even is None:
        return f"{tier} without a goal"
    behind = (
        f": {counted(standing.urgency, 'issue')} behind"
        if standing.even > standing.delivered
        else ", on time"
    )
    return (
        f"{tier} that has {standing.delivered} of its {booking.goal.amount} {booking.goal.unit} and should have "
        f"{standing.even} by today on an even plan{behind}"
    )


def _value(planning: Planning, item: int, opening: int) -> str:
    rate, weight = planning.context.rate(item), planning.context.weight(opening)
    if not rate:
        return ""
    third = planning.context.band(planning.context.openings[opening])
    if weight == 1:
        return f"worth {amount(rate)}, its rate, in the {third} third"
    return f"worth {amount(rate * weight)} here: its rate {amount(rate)} times {amount(weight)} in the {third} third"


def _beside(planning: Planning, opening: int) -> str:
    context = planning.context
    near = next_to(context.openings[opening].gap, context.policy.adjacency_radius, context.stories)
    if not near:
        return ""
    word = "story" if len(near) == 1 else "stories"
    return f"next to {word} {', '.join(str(position) for position in near)}, which no rule forbids"
