"""The whole story of one line item: its openings, what each rule took, and what putting it in would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from digest.errors import CommandError
from digest.model import Opening, Placement
from digest.place.amounts import amount
from digest.place.facts import bits
from digest.place.planning import Planning, Price


@dataclass(frozen=True, slots=True)
class Removed:
    """One opening that a rule took away, and why."""

    opening: Opening
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What one rule did: the openings it removed (none for a rule about the day) and how many it left."""

    rule: str
    removed: tuple[Removed, ...]
    left: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What the best plan with the line item would lose and gain. ``urgency`` and ``revenue`` are changes."""

    loses: tuple[str, ...]
    gains: tuple[str, ...]
    urgency: dict[str, int]
    revenue: str
    words: str
    level: str  # the first level of the objective on which the plan without it is better


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a line item is where it is, or is not in the issue."""

    line_item: str
    openings: int  # of the whole issue
    asked: tuple[Asked, ...]
    left: tuple[Opening, ...]
    placed: Placement | None
    rule: str
    reason: str
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
                    "rule": one.rule,
                    "removed": len(one.removed),
                    "left": one.left,
                    "why": [why.why for why in one.removed] or [one.why],
                }
                for one in self.asked
            ],
            "openings_left": [{"slot": o.slot, "gap": o.gap, "section": o.section} for o in self.left],
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
        lines.append(f"   the issue has {self.openings} openings")
        for one in self.asked:
            lines += _asked(one)
        if self.left:
            lines.append(f"   left: {', '.join(f'{o.slot} at gap {o.gap}' for o in self.left)}")
        if self.cost:
            lines.append(f"   with it: {self.cost.words}")
            lines.append(f"   would lose: {', '.join(self.cost.loses) or 'no line item'}")
            lines += [f"   would gain: {', '.join(self.cost.gains)}"] if self.cost.gains else []
        return "\n".join(lines)


def _asked(one: Asked) -> list[str]:
    if not one.removed:
        return [f"   {one.rule}: {one.why}"]
    reasons = list(dict.fromkeys(removed.why for removed in one.removed))
    lines = [f"   {one.rule}: removed {len(one.removed)}, left {one.left}"]
    lines += [f"      {why}" for why in reasons[:6]]
    return lines + ([f"      and {len(reasons) - 6} more"] if len(reasons) > 6 else [])


def explained(planning: Planning, line_item: str, placed: Placement | None) -> Explanation:
    """Raises ``CommandError`` for a line item the file has not."""
    context, table = planning.context, planning.table
    if line_item not in context.index:
        raise CommandError(f'adslots.yaml has no line item "{line_item}".')
    item = context.index[line_item]
    verdict = None if placed else planning.verdict(item)
    return Explanation(
        line_item,
        len(context.openings),
        tuple(
            Asked(
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
        _cost(planning, verdict.price) if verdict and verdict.price else None,
    )


def _cost(planning: Planning, price: Price) -> Cost:
    items = planning.context.items
    return Cost(
        tuple(items[i].id for i in price.loses),
        tuple(items[i].id for i in price.gains),
        price.urgency,
        amount(price.revenue),
        planning.cost(price),
        _level(price),
    )


def _level(price: Price) -> str:
    """A tier, ``value``, ``spread`` or ``order``, as in the manifest's ``unproven``; ``preferred`` where a plan over
    the coming issues decides."""
    for tier, change in price.urgency.items():
        if change:  # a tier can only gain where what is preferred in it was lost
            return tier if change < 0 else "preferred"
    if price.wanted:
        return "preferred"
    if price.revenue:
        return "value"
    return "spread" if price.spread else "order"
