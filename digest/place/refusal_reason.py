"""Why a line item is not in the plan: the rule, and a sentence that is true. Searches nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from digest.model import TIERS, LineItem
from digest.model.counts import counted
from digest.place import overrides
from digest.place.amounts import amount
from digest.place.checker import Closing, against
from digest.place.facts import AtMost, bits, mask_of
from digest.place.planning import Planning
from digest.place.problem import reading
from digest.place.solver import BudgetSpent
from digest.place.solver.budget import WAYS, Budget
from digest.place.stages import PINNED, SPREAD, VALUE, Difference, Level
from digest.place.swaps import Swap
from digest.place.ways import ways


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """The rule and the sentence; of an ``outranked`` line item also the ids ``in_the_way``, without which it would fit,
    and the first stage on which the plan is better with them."""

    rule: str
    reason: str
    in_the_way: tuple[str, ...] = ()
    stage: str = ""


class RefusalReasons:
    """The reasons of one plan, line item by line item."""

    def __init__(self, planning: Planning) -> None:
        self.planning, self.table, self.context = planning, planning.table, planning.context
        self.rules = list(dict.fromkeys(rule for rule, _ in self.table.limits))
        self.held = mask_of([opening for _, opening in planning.solution.plan])
        self.rule_of_group: dict[int, str] = {}  # that stops it beside the placed ads; empty where none does

    def of(self, item: int) -> RefusalReason:
        """Why a line item that is not placed is not; and what a plan over the coming issues says of it."""
        verdict = self._of(item)
        ahead = self.context.request.ahead.get(self.context.items[item].id)
        return replace(verdict, reason=f"{verdict.reason}; {ahead}") if ahead else verdict

    def _of(self, item: int) -> RefusalReason:
        step = self.table.stopped.get(item)
        if step is not None:
            return RefusalReason(step.rule, overrides.sentence(self.table, item, step))
        if item not in self.planning.alive:
            return RefusalReason("companions", self._companions(item))
        grouped = self.context.groups[item] != 1 << item
        return (self._group_stopped(item) if grouped else self._stopped(item)) or self._outranked(item)

    def _companions(self, item: int) -> str:
        """The companion that cannot run, or that they cannot all run even alone."""
        table, context = self.table, self.context
        if item in table.barred:
            return table.barred[item].fact.why(-1)
        for other in bits(context.groups[item]):
            step = table.stopped.get(other) or table.barred.get(other)
            if step is not None:
                why = overrides.sentence(table, other, step)
                return f"its companion {context.items[other].id} cannot run: {step.rule}: {why}"
        names = self._companions_of(item)
        return f"it runs only together with {names}, and they cannot all run even if no other ad did"

    def _companions_of(self, item: int) -> str:
        return self._names(self.context.groups[item] & ~(1 << item))

    def _names(self, items: int) -> str:
        return ", ".join(self.context.items[item].id for item in bits(items))

    def _stopped(self, item: int) -> RefusalReason | None:
        """The first rule that alone closes every opening; one that another ad holds is closed by no rule about ads."""
        openings, held = self.planning.alive[item], self.held
        closing = [stop for stop in self.planning.swaps.closings if stop.fact.items >> item & 1]
        closed: dict[str, int] = dict.fromkeys(self.rules, 0)
        for stop in closing:
            closed[stop.rule] |= stop.openings & ~held if stop.ads else stop.openings
        for rule, mask in closed.items():
            if not openings & ~mask:
                return RefusalReason(
                    rule, self._closed_by(item, [stop for stop in closing if stop.rule == rule])
                )
        return None

    def _closed_by(self, item: int, closing: Sequence[Closing]) -> str:
        """How one rule closes every opening: one sentence where it is the same in all, else the first ones."""
        sentences: list[tuple[int, str]] = []
        left = self.planning.alive[item]
        for stop in closing:
            places = left & stop.openings
            if places and stop.fact.span is None:
                why = stop.fact.why(item, stop.ads)
                sentences += [(opening, why) for opening in bits(places)]
            else:
                sentences += [(opening, self._why(stop.fact, item, opening)) for opening in bits(places)]
            left &= ~places
        sentences.sort()
        if len({why for _, why in sentences}) == 1:
            return sentences[0][1]
        some = "; ".join(f"{self.context.place(opening)}: {why}" for opening, why in sentences[:3])
        more = f"; and {len(sentences) - 3} more" if len(sentences) > 3 else ""
        return f"in each of its {len(sentences)} openings: {some}{more}"

    def _why(self, fact: AtMost, item: int, opening: int) -> str:
        return fact.why(item, against(self.table, fact, (item, opening), self.planning.solution.plan) or ())

    def _group_stopped(self, item: int) -> RefusalReason | None:
        """The group as one ad: its openings are the ways in which all of it can run alone. Where another ad holds an
        opening of one of them, no rule stops it."""
        group, alive, held = self.context.groups[item], self.planning.alive, self.held
        if group not in self.rule_of_group:
            members = {member: alive[member] for member in bits(group)}
            through_held = ({**members, member: mask & held} for member, mask in members.items())
            can_run = any(self._can_run(some, "") for some in through_held)
            free = {member: mask & ~held for member, mask in members.items()}
            rules = () if can_run else self.rules
            self.rule_of_group[group] = next((rule for rule in rules if not self._can_run(free, rule)), "")
        rule = self.rule_of_group[group]
        if not rule:
            return None
        why = f"beside the placed ads {rule} stops every way they could"
        return RefusalReason(rule, f"it runs only together with {self._companions_of(item)}, and {why}")

    def _can_run(self, members: dict[int, int], rule: str) -> bool:
        """Whether a group has a way in these openings, where only one rule (empty: none) looks at the placed ads; true
        as well where that was not found out."""
        plan, group = self.planning.solution.plan if rule else (), mask_of(list(members))
        bearing = self.table.bearing(group | mask_of(list(self.planning.placed)))
        facts = [
            fact if name == rule else replace(fact, items=fact.items & group)
            for name, fact in bearing
            if fact.items & group
        ]
        try:
            return any(True for _ in ways(self.context, facts, members, plan, Budget(WAYS)))
        except BudgetSpent:
            return True

    def _outranked(self, item: int) -> RefusalReason:
        """The placed line items without which it would fit, and where the plan is better with them."""
        swap = self.planning.swaps.of(item)
        if swap is None:
            return RefusalReason("outranked", "the search for a place for it ended at its bound on work")
        difference = self._better(swap)
        names = tuple(self.context.items[other].id for other in bits(swap.out))
        gap = self.context.place(dict(swap.plan)[item])
        decides = _Words(self.planning, swap, item).of(difference)
        reason = f"without {_listed(names)} it would fit ({gap}), but {decides}"
        return RefusalReason("outranked", reason, names, difference.stage)

    def _better(self, swap: Swap) -> Difference:
        if swap.out & mask_of(list(self.planning.pins)):
            return Difference(PINNED)
        return self.planning.difference(swap.plan)


@dataclass(frozen=True, slots=True)
class _Words:
    """Why those in the way come first."""

    planning: Planning
    swap: Swap
    item: int

    def of(self, difference: Difference) -> str:
        """What decides for those who would have to leave."""
        out = list(bits(self.swap.out))
        if difference.stage == PINNED:
            return f"{self._say([i for i in out if i in self.planning.pins], 'is', 'are')} pinned by hand"
        if difference.level is not None:
            return self._bookings(difference.level)
        if difference.stage == VALUE:
            ours = sum((self._value(i, self.planning.placed[i]) for i in out), Fraction(0))
            theirs = sum((self._value(i, o) for i, o in self.swap.plan if i in self._group), Fraction(0))
            return f"{self._say(out, 'pays', 'pay together')} more here ({amount(ours)} to {amount(theirs)})"
        if difference.stage == SPREAD:
            return f"the value is the same, and the ads are spread more evenly with {self._say(out)}"
        return f"all else is equal, and {self._say(out)} {self._order()}"

    def _bookings(self, level: Level) -> str:
        """Where the bookings of a tier and priority decide."""
        out = [i for i in bits(self.swap.out) if i in level.weights]
        if level.wanted:
            return f"the plan over the coming issues wants {self._say(out)} today"
        theirs = [i for i in self._group if i in level.weights]
        if not theirs:
            return self._ranks(level, out)
        due = sum(level.weights[i] for i in out)
        if due == len(out):
            return f"{self._say(out)} are {len(out)} {TIER_WORDS[level.tier][1]} for {len(theirs)}"
        behind = self._say(out, "is further behind its plan", "are together further behind their plans")
        return f"{behind} ({counted(due, 'issue')} due to {sum(level.weights[i] for i in theirs)})"

    def _ranks(self, level: Level, out: list[int]) -> str:
        """Where no booking of the other side is of the tier and priority that decides."""
        first = min((self.planning.context.items[i] for i in self._group), key=_rank)
        singular, many = TIER_WORDS[level.tier]
        if TIERS.index(level.tier) < TIERS.index(first.tier):
            what = self._say(out, f"is {singular} and comes", f"are {many} and come")
            return f"{what} before {TIER_WORDS[first.tier][0]}"
        if (first.tier, level.priority > first.priority) == (level.tier, True):
            return f"{self._say(out, 'has', 'have')} priority {level.priority} and it has {first.priority}"
        return f"it would count no more than the others, and {self._say(out)} ({level.tier}) would be lost besides"

    @property
    def _group(self) -> list[int]:
        return list(bits(self.planning.context.groups[self.item]))

    def _value(self, item: int, opening: int) -> Fraction:
        return self.planning.context.rate(item) * self.planning.context.weight(opening)

    def _order(self) -> str:
        ours, theirs = (
            reading(self.planning.problem, p) for p in (self.planning.solution.plan, self.swap.plan)
        )
        if ours[0] != theirs[0]:
            return "brings the ads higher up in the issue"
        return (
            "has the slot that adslots.yaml names first"
            if ours[1] != theirs[1]
            else "stands higher up in adslots.yaml"
        )

    def _say(self, items: list[int], singular: str = "", more: str = "") -> str:
        """Line items by name, with a verb where one is given."""
        verb = singular if len(items) == 1 else more
        return _listed([self.planning.context.items[i].id for i in items]) + (f" {verb}" if verb else "")


TIER_WORDS = {
    "sponsorship": ("a sponsorship", "sponsorships"),
    "standard": ("a standard booking", "standard bookings"),
    "bulk": ("a bulk booking", "bulk bookings"),
    "house": ("an ad of our own", "ads of our own"),
}


def _rank(item: LineItem) -> tuple[int, int]:
    return TIERS.index(item.tier), -item.priority


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
