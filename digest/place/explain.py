"""The whole story of one line item: its openings, what each rule took, and what putting it in would cost."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from digest.errors import CommandError
from digest.model import TIERS, Opening, Placement
from digest.model.counts import counted
from digest.place.amounts import amount
from digest.place.facts import bits
from digest.place.planning import Planning
from digest.place.problem import Plan
from digest.place.refusal_reason import TIER_WORDS, RefusalReasons
from digest.place.solver import BudgetSpent
from digest.place.stages import ORDER, PINNED, PREFERRED, SPREAD, Difference


@dataclass(frozen=True, slots=True)
class Removed:
    """One opening that a rule took away, and why."""

    opening: Opening
    why: str


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What one rule did: the openings it removed (none for a rule about the day) and how many it left."""

    rule: str
    removed: tuple[Removed, ...]
    left: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What the best plan with the line item would lose and gain, as ids. ``urgency`` and ``revenue`` are changes."""

    loses: tuple[str, ...]
    gains: tuple[str, ...]
    urgency: dict[str, int]
    revenue: str
    words: str
    level: (
        str | None
    )  # the first stage on which the plan is better: see ``stages``; None where a pin alone decides


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a line item is where it is, or is not in the issue."""

    line_item: str
    openings: int  # of the whole issue
    asked: tuple[RuleEffect, ...]
    left: tuple[Opening, ...]
    placed: Placement | None
    rule: str
    reason: str
    in_the_way: tuple[str, ...]  # placed line items without which an outranked one would fit
    cost: Cost | None

    def as_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        at = self.placed
        return {
            "placed": None
            if at is None
            else {"slot": at.slot, "gap": at.gap, "creative": at.creative, "because": at.because},
            "rule": self.rule,
            "reason": self.reason,
            "openings": self.openings,
            "asked": [
                {
                    "rule": effect.rule,
                    "removed": len(effect.removed),
                    "left": effect.left,
                    "why": [taken.why for taken in effect.removed] or [effect.why],
                }
                for effect in self.asked
            ],
            "openings_left": [{"slot": o.slot, "gap": o.gap, "section": o.section} for o in self.left],
            "in_the_way": list(self.in_the_way),
            "would_lose": list(self.cost.loses) if self.cost else None,
            "level": self.cost.level if self.cost else None,
            "cost": None
            if self.cost is None
            else {
                "loses": list(self.cost.loses),
                "gains": list(self.cost.gains),
                "urgency": self.cost.urgency,
                "revenue": self.cost.revenue,
            },
        }

    def as_text(self) -> str:
        """Lines for people."""
        lines = [f"{self.line_item}: " + ("placed" if self.placed else f"not placed: {self.rule}")]
        lines.append(f"   {self.placed.because if self.placed else self.reason}")
        lines.append(f"   the issue has {counted(self.openings, 'opening')}")
        for effect in self.asked:
            lines += _asked(effect)
        if self.left:
            lines.append(f"   left: {', '.join(f'{o.slot} at gap {o.gap}' for o in self.left)}")
        if self.cost:
            lines.append(
                f"   the best plan with it would lose {', '.join(self.cost.loses) or 'no line item'}"
            )
            lines.append(f"   and gain {', '.join(self.cost.gains)}: {self.cost.words}")
        return "\n".join(lines)


def _asked(effect: RuleEffect) -> list[str]:
    if not effect.removed:
        return [f"   {effect.rule}: {effect.why}"]
    reasons = list(dict.fromkeys(removed.why for removed in effect.removed))
    lines = [f"   {effect.rule}: removed {len(effect.removed)}, left {effect.left}"]
    lines += [f"      {why}" for why in reasons[:6]]
    return lines + ([f"      and {len(reasons) - 6} more"] if len(reasons) > 6 else [])


def explained(planning: Planning, line_item: str, placed: Placement | None) -> Explanation:
    """Raises ``CommandError`` for a line item the file has not."""
    context, table = planning.context, planning.table
    if line_item not in context.index:
        raise CommandError(f'adslots.yaml has no line item "{line_item}".')
    item = context.index[line_item]
    verdict = None if placed else RefusalReasons(planning).of(item)
    return Explanation(
        line_item,
        len(context.openings),
        tuple(
            RuleEffect(
                step.rule,
                tuple(Removed(context.openings[o], step.fact.why(o)) for o in bits(step.removed))
                if step.fact.openings != -1
                else (),
                step.left.bit_count() if step.fact.openings != -1 else 0,
                "" if step.fact.openings != -1 else step.fact.why(-1),
            )
            for step in table.steps[item]
        ),
        tuple(context.openings[o] for o in bits(table.left[item])),
        placed,
        verdict.rule if verdict else "",
        verdict.reason if verdict else "",
        verdict.in_the_way if verdict else (),
        _cost(planning, item) if verdict and verdict.rule == "outranked" else None,
    )


def _cost(planning: Planning, item: int) -> Cost | None:
    """By a search of its own; ``None`` where it ended at its bound on work."""
    group = planning.context.groups[item]
    try:
        solution, pinned = planning.best_with(group), True
        if solution is None:
            solution, pinned = planning.best_with(group, pinned=False), False
    except BudgetSpent:
        return None
    if solution is None:
        return None
    then, placed = dict(solution.plan), planning.placed
    names = [booking.id for booking in planning.context.items]
    stage = planning.difference(solution.plan)
    urgency, revenue = _worth(planning, solution.plan), _revenue(planning, solution.plan)
    change = {tier: urgency[tier] - had for tier, had in _worth(planning, planning.solution.plan).items()}
    more = revenue - _revenue(planning, planning.solution.plan)
    words = _words(stage, change, more) if pinned else _words(Difference(PINNED), change, more)
    if not solution.optimal:
        words += "; a better one may exist: the search ended at its bound on work"
    return Cost(
        tuple(names[i] for i in sorted(placed.keys() - then)),
        tuple(names[i] for i in sorted(then.keys() - placed)),
        change,
        amount(more),
        words,
        stage.stage if pinned or planning.is_better_than(solution.plan) else None,
    )


def _words(stage: Difference, urgency: dict[str, int], more: Fraction) -> str:
    """What the best plan with a line item is worth beside the plan."""
    parts = []
    for tier, change in urgency.items():
        if change:
            due = counted(abs(change), "due issue")
            parts.append(f"{due} {'more' if change > 0 else 'fewer'} of {TIER_WORDS[tier][1]}")
    if more:
        parts.append(f"{amount(abs(more))} {'more' if more > 0 else 'less'} in value")
    first = {
        PINNED: "without what is pinned by hand",
        PREFERRED: "without what the plan over the coming issues wants today",
        SPREAD: "bookings and value are the same, but the ads less evenly spread",
        ORDER: "bookings, value and spread are the same; what stands higher up decides",
    }.get(stage.stage)
    return ", ".join(([first] if first else []) + parts)


def _worth(planning: Planning, plan: Plan) -> dict[str, int]:
    """The urgency per tier."""
    context, urgency = planning.context, dict.fromkeys(TIERS, 0)
    for item, _ in plan:
        urgency[context.items[item].tier] += context.standings[item].urgency
    return urgency


def _revenue(planning: Planning, plan: Plan) -> Fraction:
    context = planning.context
    return sum((context.rate(item) * context.weight(opening) for item, opening in plan), Fraction(0))
