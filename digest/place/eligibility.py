"""Who may stand where: the refusals of the rules, asked in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from digest.model import TIERS
from digest.place.context import IssueContext
from digest.place.facts import AtMost, NotIn, Together, bits, mask_of
from digest.place.problem import PlacementProblem
from digest.place.rules import catalogue
from digest.place.stages import Level


@dataclass(frozen=True, slots=True)
class Step:
    """What one rule did to one line item: the openings it took away, and those it left."""

    rule: str
    fact: NotIn
    removed: int
    left: int


@dataclass(slots=True)
class Eligibility:
    """The facts of an issue, and per line item what they leave.

    ``left`` is a mask of openings per line item; ``steps`` are the refusals that bore on it, in order;
    ``stopped`` is the one that left nothing. ``limits`` are the counting facts by rule, in order of asking.
    """

    context: IssueContext
    left: list[int]
    steps: list[list[Step]]
    stopped: dict[int, Step] = field(default_factory=dict)
    limits: list[tuple[str, AtMost]] = field(default_factory=list)
    groups: list[Together] = field(default_factory=list)
    barred: dict[int, Step] = field(default_factory=dict)  # refused by a rule of the stage `plan`

    def bearing(self, items: int) -> list[tuple[str, AtMost]]:
        """The limits that these line items can reach together, in order of asking."""
        return [limit for limit in self.limits if (limit[1].items & items).bit_count() > limit[1].most]


def eligibility(context: IssueContext) -> Eligibility:
    """Ask every rule once."""
    table = Eligibility(context, [context.everywhere] * len(context.items), [[] for _ in context.items])
    for name, rule in catalogue():
        for fact in rule.facts(context):
            if isinstance(fact, AtMost):
                table.limits.append((name, fact))
            elif isinstance(fact, Together):
                table.groups.append(fact)
            elif rule.STAGE == "plan":
                table.barred.setdefault(fact.item, Step(name, fact, context.everywhere, 0))
            else:
                _refuse(table, name, rule.STAGE, fact)
    table.limits = table.bearing(mask_of([item for item, mask in enumerate(table.left) if mask]))
    return table


def _refuse(table: Eligibility, name: str, stage: str, fact: NotIn) -> None:
    item = fact.item
    if item in table.stopped:
        return
    before = table.left[item]
    removed = before & fact.openings
    table.left[item] = before & ~fact.openings
    step = Step(name, fact, removed, table.left[item])
    if removed or stage == "today":
        table.steps[item].append(step)
    if stage == "today" or not table.left[item]:
        table.left[item] = 0
        table.stopped[item] = step


def eligible(table: Eligibility) -> dict[int, int]:
    """The openings left of the line items that still have some, without groups that cannot be complete."""
    alive = {item: mask for item, mask in enumerate(table.left) if mask and item not in table.barred}
    for group in table.groups:
        members = list(bits(group.items))
        if any(member not in alive for member in members):
            for member in members:
                alive.pop(member, None)
    return alive


def problem(
    table: Eligibility, alive: dict[int, int], must: int = 0, rules: set[str] | None = None
) -> PlacementProblem:
    """The question of the best plan for these line items; ``rules`` names the counting rules (``None``: all)."""
    context = table.context
    mask = 0
    for item in alive:
        mask |= 1 << item
    rank = {slot: number for number, slot in enumerate(context.slots)}
    return PlacementProblem(
        left=alive,
        gaps=context.gaps,
        slots=[rank[opening.slot] for opening in context.openings],
        levels=tuple(level.weights for level in levels(context, alive)),
        rates={item: context.rate(item) for item in alive},
        bands=[context.weight(number) for number in range(len(context.openings))],
        ideal=Fraction(context.stories, context.capacity + 1),
        facts=tuple(fact for name, fact in table.bearing(mask) if rules is None or name in rules),
        groups=tuple(group.items for group in table.groups if group.items & mask),
        must=must,
    )


def levels(context: IssueContext, alive: Mapping[int, int]) -> list[Level]:
    """Per tier and priority, the urgency of its line items. Those that the plan over the coming issues wants come
    before all others, house ads excepted: it keeps a place for a lower tier only where that costs a higher one
    nothing."""
    wanted = {context.index[name] for name in context.request.prefer if name in context.index}
    members: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    for item in alive:
        booking = context.items[item]
        members[booking.tier, booking.priority][item] = context.standings[item].urgency
    first, then = list[Level](), list[Level]()
    for tier, priority in sorted(members, key=lambda rank: (TIERS.index(rank[0]), -rank[1])):
        weights = members[tier, priority]
        preferred = {item: urgency for item, urgency in weights.items() if item in wanted}
        (then if tier == "house" else first).append(Level(tier, priority, True, preferred))
        then.append(Level(tier, priority, False, weights))
    return [level for level in (*first, *then) if level.weights]
