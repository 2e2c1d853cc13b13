"""One issue's plan in the making: the facts, the best plan, and every question asked of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from digest.errors import CommandError
from digest.model import TIERS, OptimalityGap
from digest.place import overrides
from digest.place.amounts import amount
from digest.place.checker import against
from digest.place.context import IssueContext
from digest.place.eligibility import Eligibility, eligibility, eligible, levels, problem
from digest.place.facts import AtMost, bits, mask_of
from digest.place.optimality_gap import optimality_gap
from digest.place.problem import Plan, Problem, Solution
from digest.place.request import Request
from digest.place.solver import BudgetSpent, Solver, possible


@dataclass(frozen=True, slots=True)
class Price:
    """What the best plan with a line item would lose and gain against the best plan, as line item numbers.

    ``urgency`` is the change per tier (negative: lost), ``revenue`` that of the sum of rate x band.
    """

    loses: tuple[int, ...]
    gains: tuple[int, ...]
    urgency: dict[str, int]
    revenue: Fraction
    spread: Fraction = Fraction(0)
    wanted: bool = False  # whether a plan over the coming issues wants one of those it loses
    proven: bool = True  # whether the best plan with it is proven to be the best


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a line item with openings left is not in the plan: a rule, and the sentence."""

    rule: str
    reason: str
    price: Price | None = None


REASONS = 400_000  # steps that the searches for prices may take, all together


class Planning:
    """Raises ``CommandError`` for pins that cannot be kept."""

    def __init__(self, request: Request) -> None:
        self.context = IssueContext(request)
        self.pins = overrides.read(self.context, request.overrides)
        self.table: Eligibility = eligibility(self.context)
        overrides.apply(self.table, self.pins)
        self.alive = eligible(self.table)
        self.torn = self._torn()
        self.solution = self._solve()
        self.steps = REASONS
        self.asked: dict[int, tuple[Problem, list[tuple[str, AtMost]]] | None] = {}  # per group
        if not self.solution.optimal:
            self.solution = self._improved()
        self.placed: dict[int, int] = dict(self.solution.plan)
        self.rules = self._rules()

    def _torn(self) -> set[int]:
        """The line items of groups that cannot all run even alone; they leave the plan."""
        torn: set[int] = set()
        for group in self.table.groups:
            members = {i: self.alive[i] for i in bits(group.items) if i in self.alive}
            if members and not possible(problem(self.table, members, group.items)):
                torn |= set(members)
        for item in torn:
            del self.alive[item]
        return torn

    def _solve(self) -> Solution:
        must = mask_of(list(self.pins))
        found = None
        if all(item in self.alive for item in self.pins):
            self.solver = Solver(problem(self.table, self.alive))
            try:
                found = self.solver.best(must)
            except BudgetSpent:
                raise CommandError(
                    f"{len(self.pins)} pins are too many to find a plan for; drop some."
                ) from None
        if found is None:
            raise overrides.clash(self.table, self.pins)
        return found

    def _improved(self) -> Solution:
        """Where the plan is not proven: the best of it and of the plans that each other line item leads to."""
        best, placed = self.solution, {item for item, _ in self.solution.plan}
        for item in self.alive:
            try:
                found = None if item in placed else self._forced(item)
            except BudgetSpent:
                continue
            if found is not None and found.merit > best.merit:
                best = replace(found, optimal=False, bound=max(self.solution.bound, found.merit))
        return best

    def _forced(self, item: int, *, pinned: bool = True) -> Solution | None:
        """The best plan with a line item, its group and the pins, or without asking for the pins."""
        must = mask_of(list(self.pins)) if pinned else 0
        try:
            return self.solver.best(must | self.group(item), max(10_000, self.steps))
        finally:
            self.steps -= self.solver.steps

    def _rules(self) -> dict[str, list[AtMost]]:
        """The counting rules in order of asking, each with those of its facts that one more ad may break."""
        placed, rules = mask_of(list(self.placed)), dict[str, list[AtMost]]()
        for name, fact in self.table.limits:
            facts = rules.setdefault(name, [])
            if (fact.items & placed).bit_count() >= fact.most:
                facts.append(fact)
        return rules

    def optimality_gap(self) -> OptimalityGap | None:
        """Where the search was cut short: the stage that is open, and by how much; else nothing."""
        if self.solution.optimal:
            return None
        return optimality_gap(
            self.solver.scale, levels(self.context, self.solver.problem.left), self.solution
        )

    def group(self, item: int) -> int:
        return self.context.groups[item]

    def verdict(self, item: int) -> Verdict:
        """Why a line item that is not placed is not; and what a plan over the coming issues says of it."""
        found = self._verdict(item)
        ahead = self.context.request.ahead.get(self.context.items[item].id)
        return replace(found, reason=f"{found.reason}; {ahead}") if ahead else found

    def _verdict(self, item: int) -> Verdict:
        table = self.table
        step = table.stopped.get(item)
        if step is not None:
            return Verdict(step.rule, overrides.sentence(table, item, step))
        if item not in self.alive:
            return Verdict("companions", self._companions(item))
        held = mask_of(list(self.placed.values()))
        for rule in self.rules:
            reason = self._stopped_by(rule, item, held)
            if reason:
                return Verdict(rule, reason)
        return self._outranked(item)

    def _companions(self, item: int) -> str:
        """The companion that cannot run, or that they cannot all run even alone."""
        table, context = self.table, self.context
        if item in table.barred:
            return table.barred[item].fact.why(-1)
        for other in bits(self.group(item)):
            step = table.stopped.get(other) or table.barred.get(other)
            if step is not None:
                why = overrides.sentence(table, other, step)
                return f"its companion {context.items[other].id} cannot run: {step.rule}: {why}"
        names = ", ".join(context.items[other].id for other in bits(self.group(item) & ~(1 << item)))
        return f"it runs only together with {names}, and they cannot all run even if no other ad did"

    def _stopped_by(self, rule: str, item: int, held: int) -> str:
        """How one rule stops a line item, with its group, in every way it could run; empty if it does not."""
        if self.group(item) & (self.group(item) - 1):
            return self._group_stopped_by(rule, item, held)
        if self.alive[item] & held:
            return ""
        said = []
        for opening in bits(self.alive[item]):
            why = self._stops(rule, item, opening)
            if not why:
                return ""
            said.append((opening, why))
        return self._every(said)

    def _stops(self, rule: str, item: int, opening: int) -> str:
        for fact in self.rules[rule]:
            hit = against(self.table, fact, (item, opening), self.solution.plan)
            if hit is not None:
                return fact.why(item, hit)
        return ""

    def _every(self, said: list[tuple[int, str]]) -> str:
        """One sentence for all openings where it is the same, else that of the first ones."""
        reasons = list(dict.fromkeys(why for _, why in said))
        if len(reasons) == 1:
            return reasons[0]
        some = "; ".join(f"{self.context.place(opening)}: {why}" for opening, why in said[:3])
        more = f"; and {len(said) - 3} more" if len(said) > 3 else ""
        return f"in each of its {len(said)} openings: {some}{more}"

    def _group_stopped_by(self, rule: str, item: int, held: int) -> str:
        """The group as one ad: its openings are the ways in which all of it can run alone."""
        group = self.group(item)
        if group not in self.asked:
            self.asked[group] = self._beside(group, held)
        question = self.asked[group]
        if question is None or not self._clashes(question, rule, group):
            return ""
        names = ", ".join(self.context.items[other].id for other in bits(group & ~(1 << item)))
        return (
            f"it runs only together with {names}, and beside the placed ads {rule} stops every way they could"
        )

    def _beside(self, group: int, held: int) -> tuple[Problem, list[tuple[str, AtMost]]] | None:
        """The question whether a group can run beside the placed ads, and the facts about it by rule; ``None`` where
        one of its openings is held by another ad, and so no rule stops it."""
        members = {i: self.alive[i] for i in bits(group)}
        for member, mask in members.items():
            for opening in bits(mask & held):
                if possible(problem(self.table, {**members, member: 1 << opening}, group)):
                    return None
        free = {i: mask & ~held for i, mask in members.items()}
        fixed = {i: 1 << o for i, o in self.placed.items()}
        together = group | mask_of(list(fixed))
        question = problem(self.table, {**free, **fixed}, together)
        return question, self.table.bearing(together)

    def _clashes(self, question: tuple[Problem, list[tuple[str, AtMost]]], rule: str, group: int) -> bool:
        """Whether one rule alone, against the placed ads, stops every way in which the group could run."""
        asked, bearing = question
        facts = tuple(
            fact if name == rule else replace(fact, items=fact.items & group) for name, fact in bearing
        )
        return not possible(replace(asked, facts=facts))

    def _outranked(self, item: int) -> Verdict:
        try:
            price = self.price(item)
        except BudgetSpent:
            return Verdict("outranked", "the search for a plan with it ended at its bound on work")
        if price is None:
            return Verdict("outranked", self._beside_pins(item))
        names = ", ".join(self.context.items[other].id for other in price.loses)
        what = f"would lose {names or 'no line item'} ({self.cost(price)})"
        if price.proven:
            return Verdict("outranked", f"the best plan with it {what}", price)
        better = "the search for a better one ended at its bound on work"
        return Verdict("outranked", f"a plan with it {what}; {better}", price)

    def _beside_pins(self, item: int) -> str:
        """Of a line item that no plan with the pins has room for: which of them the best plan with it would lose."""
        says = "the pinned line items leave no plan in which it runs"
        try:
            free = self.price(item, pinned=False)
        except BudgetSpent:
            return says
        if free is None or not free.proven or not free.loses:
            return says
        names = ", ".join(self.context.items[other].id for other in free.loses)
        return f"{says}; the best plan with it would lose {names} ({self.cost(free)})"

    def cost(self, price: Price) -> str:
        """What a price amounts to, in words."""
        parts = [f"{tier} urgency {change:+d}" for tier, change in price.urgency.items() if change]
        if price.wanted:
            parts.append("what the plan over the coming issues wants today")
        if price.revenue:
            parts.append(f"rate x band {amount(price.revenue, sign=True)}")
        if not parts and price.spread:
            parts.append("the same bookings and value, less evenly spread")
        return (
            ", ".join(parts)
            or "the same bookings, value and spread; the order of gaps, slots and file decides"
        )

    def price(self, item: int, *, pinned: bool = True) -> Price | None:
        """What the best plan with the line item and its group would lose; ``None`` where the pins forbid one."""
        forced = self._forced(item, pinned=pinned)
        if forced is None:
            return None
        then, now = dict(forced.plan), self.placed
        worth, worth_now = self._worth(forced.plan), self._worth(self.solution.plan)
        return Price(
            tuple(sorted(set(now) - set(then))),
            tuple(sorted(set(then) - set(now))),
            {tier: worth[0][tier] - worth_now[0][tier] for tier in TIERS},
            worth[1] - worth_now[1],
            worth[2] - worth_now[2],
            any(self.context.items[i].id in self.context.request.prefer for i in set(now) - set(then)),
            forced.optimal,
        )

    def _worth(self, plan: Plan) -> tuple[dict[str, int], Fraction, Fraction]:
        """Urgency per tier, revenue and spread of a plan."""
        context = self.context
        urgency = dict.fromkeys(TIERS, 0)
        for item, _ in plan:
            urgency[context.items[item].tier] += context.standings[item].urgency
        revenue = sum((self.revenue(item, opening) for item, opening in plan), Fraction(0))
        gaps = [context.openings[opening].gap for _, opening in plan]
        ideal = Fraction(context.stories, context.capacity + 1)
        spread = sum(((b - a - ideal) ** 2 for a, b in pairwise(gaps)), Fraction(0))
        return urgency, revenue, spread

    def band(self, opening: int) -> Fraction:
        one = self.context.openings[opening]
        return self.context.slots[one.slot].bands.get(self.context.band(one), Fraction(1))

    def revenue(self, item: int, opening: int) -> Fraction:
        return self.context.rate(item) * self.band(opening)
