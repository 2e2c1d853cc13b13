"""The best plan without groups: two labelled walks over the openings in reading order, pruned by exact bounds.

The first walk finds the greatest worth (all stages above the spread), the second the best plan of that worth.
A label is a half-made plan; of two labels that leave the same possibilities the better one stays.
"""

from __future__ import annotations

from typing import NamedTuple

from digest.place.dual import Prices
from digest.place.facts import bits
from digest.place.fields import Fields, Recent, cliques
from digest.place.problem import Plan, Problem, Scale, Solution, candidates, reading

ROUNDS = 8  # of improving the prices
BEAM = 12  # labels an opening keeps in the quick walks
BUDGET = 1_500_000  # labels after which the search gives up proving


class Label(NamedTuple):
    """An ad placed, and all ads before it. ``reduced`` is ``worth`` less prices; ``spread`` is negative."""

    worth: int
    spread: int
    order: int
    reduced: int
    before: Label | None
    item: int
    opening: int
    state: int
    recent: Recent
    count: int


ROOT = -1
Here = list[dict[tuple[int, Recent, int], Label]]


class Walk:
    """One problem made ready to be walked."""

    def __init__(self, problem: Problem, scale: Scale) -> None:
        self.problem = problem
        self.scale = scale
        at = candidates(problem)
        self.fields = fields = Fields(problem, at)
        self.size = len(at)
        self.gains = self._gains(at)
        self.following = [fields.first_after(o) for o in range(self.size)]
        where = {i: list(bits(problem.left[i])) for i in bits(fields.items)}
        limits = [1 << i for i in bits(fields.items)] + cliques(fields.blocked)
        self.prices = Prices(self.gains, self.following, limits, fields.cap, where)
        self.counts = self._uneven()
        self.costs: dict[int, int] = {}
        self._orders()
        self.labels = 0

    def _gains(self, at: list[list[int]]) -> list[dict[int, int]]:
        scale = self.scale
        base = {i: scale.item(i) // scale.spread for i in self.problem.left}
        rates, bands = scale.rates, scale.bands
        return [{i: base[i] + rates[i] * bands[o] for i in here} for o, here in enumerate(at)]

    def _uneven(self) -> bool:
        """Whether plans of equal merit may differ in their number of ads."""
        return any(len({w for w in level.values() if w}) > 1 for level in self.problem.levels)

    def _orders(self) -> None:
        """What an ad adds to the order: earlier gaps before all, then earlier slots, then earlier line items."""
        gaps, size = self.problem.gaps, self.size
        distinct = sorted(set(gaps))
        rank = {gap: len(distinct) - number for number, gap in enumerate(distinct)}
        per = max((gaps.count(gap) for gap in distinct), default=0).bit_length()
        self.width = max(self.problem.left, default=0).bit_length() + 1
        self.early = [
            ((1 << per * rank[gaps[o]] << size) + (1 << (size - 1 - o))) << size * self.width
            for o in range(size)
        ]

    def order(self, item: int, opening: int) -> int:
        return self.early[opening] - (item << (self.size - 1 - opening) * self.width)

    def cost(self, distance: int) -> int:
        found = self.costs.get(distance)
        if found is None:
            found = self.costs[distance] = self.scale.cost(distance)
        return found

    # the greatest worth

    def worth(self, above: int, width: int | None) -> tuple[int, bool]:
        """The greatest worth of a plan, or ``above`` where none is greater; and whether nothing was cut.

        ``width`` keeps only the most promising labels of an opening.
        """
        here: list[dict[object, tuple[int, int, int, Recent]]] = [{} for _ in range(self.size + 1)]
        here[0][0] = (0, 0, self.fields.start, ())
        found, whole = max(above, 0), True
        for o in range(self.size):
            labels = list(here[o].values())
            here[o].clear()
            if width is not None and len(labels) > width:
                labels.sort(key=lambda one: one[1], reverse=True)
                del labels[width:]
                whole = False
            self.labels += len(labels)
            if width is None and self.labels > BUDGET:
                return found, False
            if labels:
                found = self._step(o, labels, here, found)
        return found, whole

    def _step(
        self,
        o: int,
        labels: list[tuple[int, int, int, Recent]],
        here: list[dict[object, tuple[int, int, int, Recent]]],
        found: int,
    ) -> int:
        """Leave the opening free, or place one of its line items; the greatest worth seen."""
        prices, fields = self.prices, self.fields
        then, on = self.following[o], here[o + 1]
        further, toll, over = here[then], prices.toll, fields.over
        rest, skip, paid = prices.ahead[then] - toll, prices.ahead[o + 1], prices.paid
        active, active_then, spans = fields.active[o], fields.active[then - 1], bool(fields.spans)
        gains, inc, blocked = self.gains[o], fields.inc[o], fields.blocked
        mine = sorted(((gain, i) for i, gain in prices.reduced[o].items()), reverse=True)
        for label in labels:
            worth, reduced, state, recent = label
            need = found + 1 - paid - reduced
            if skip >= need:
                key: object = (state & active, recent) if spans else state & active
                old = on.get(key)
                if old is None or old[0] < worth:
                    on[key] = label
            need -= rest
            for gain, i in mine:
                if gain < need:
                    break
                after = state + inc[i]
                if state & blocked[i] or after & over:
                    continue
                recently = fields.near(recent, i, o) if spans else recent
                if recently is None:
                    continue
                more = worth + gains[i]
                if more > found:
                    found = more
                    need = found + 1 - paid - reduced - rest
                key = (after & active_then, recently) if spans else after & active_then
                old = further.get(key)
                if old is None or old[0] < more:
                    further[key] = (more, reduced + gain - toll, after, recently)
        return found

    # the best plan of that worth

    def spread(self, floor: int, width: int | None, most: int | None) -> tuple[list[Label], bool]:
        """The best plans (one per number of ads) worth ``floor``, and whether nothing was cut.

        ``most`` is a spread that is known to do; ``width`` keeps only that many labels an opening.
        """
        here: Here = [{} for _ in range(self.size)]
        done: dict[int, Label] = {}
        self.most = most
        root = Label(0, 0, 0, 0, None, ROOT, ROOT, self.fields.start, (), 0)
        self._finish(root, floor, done)
        self._extend(root, floor, here)
        whole = True
        for labels in here:
            found = list(labels.values())
            labels.clear()
            if width is not None and len(found) > width:
                found.sort(key=lambda label: (label.reduced, label.spread, label.order), reverse=True)
                del found[width:]
                whole = False
            self.labels += len(found)
            if width is None and self.labels > BUDGET:
                return list(done.values()), False
            for label in found:
                if self.most is None or -label.spread <= self.most:
                    self._finish(label, floor, done)
                    self._extend(label, floor, here)
        return list(done.values()), whole

    def _finish(self, label: Label, floor: int, done: dict[int, Label]) -> None:
        """Take a label as a whole plan if it is the best of its number of ads."""
        if label.worth < floor:
            return
        old = done.get(label.count)
        if old is None or label[:3] > old[:3]:
            done[label.count] = label
            if self.most is None or -label.spread < self.most:
                self.most = -label.spread

    def _extend(self, label: Label, floor: int, here: Here) -> None:
        prices, fields = self.prices, self.fields
        ahead, toll, best, following = prices.ahead, prices.toll, prices.best, self.following
        at, state, over, most = label.opening, label.state, fields.over, self.most
        first = 0 if at == ROOT else following[at]
        gaps, spans, blocked = self.problem.gaps, bool(fields.spans), fields.blocked
        need = floor - prices.paid - label.reduced + toll  # what the rest must still add
        count = label.count + 1 if self.counts else 0
        for o in range(first, self.size):
            if ahead[o] + toll < need:
                return
            rest = need - ahead[following[o]]
            if best[o] < rest:
                continue
            spread = label.spread - (self.cost(gaps[o] - gaps[at]) if at != ROOT else 0)
            if most is not None and -spread > most:
                if gaps[o] - gaps[at] > self.problem.ideal:
                    return
                continue
            there, inc, active, gains = here[o], fields.inc[o], fields.active[o], self.gains[o]
            for i, gain in prices.reduced[o].items():
                if gain < rest or state & blocked[i]:
                    continue
                after = state + inc[i]
                if after & over:
                    continue
                recent = fields.near(label.recent, i, o) if spans else ()
                if recent is None:
                    continue
                key = (after & active, recent, count)
                worth = label.worth + gains[i]
                old = there.get(key)
                if old is not None and (old.worth, old.spread) > (worth, spread):
                    continue
                order = label.order + self.order(i, o)
                if old is None or (worth, spread, order) > old[:3]:
                    reduced = label.reduced + gain - toll
                    there[key] = Label(
                        worth, spread, order, reduced, label, i, o, after, recent, label.count + 1
                    )


def plan_of(label: Label | None) -> Plan:
    found = []
    while label is not None and label.item != ROOT:
        found.append((label.item, label.opening))
        label = label.before
    return tuple(reversed(found))


def best_plan(problem: Problem, scale: Scale, above: int) -> Solution | None:
    """The best plan, leaving groups aside; ``None`` where no plan is worth more than ``above``."""
    walk = Walk(problem, scale)
    low = max(above, walk.worth(above, BEAM)[0])
    bound = walk.prices.tighten(ROUNDS, low)
    if bound <= above:
        return None
    found, whole = low, True
    if bound > low:
        found = walk.worth(low, BEAM)[0]
        found, whole = walk.worth(found, None)
    if found <= above:
        return None
    tried, _ = walk.spread(found, BEAM, None)
    ended, proven = walk.spread(found, None, max((-label.spread for label in tried), default=None))
    return _best(walk, [*tried, *ended], whole and proven, bound)


def _best(walk: Walk, found: list[Label], proven: bool, bound: int) -> Solution | None:
    problem = walk.problem
    best: Solution | None = None
    for label in found:
        plan = plan_of(label)
        merit = walk.scale.merit(plan)
        if (
            best is None
            or merit > best.merit
            or (merit == best.merit and reading(problem, plan) < reading(problem, best.plan))
        ):
            best = Solution(plan, merit, proven, bound * walk.scale.spread)
    return best
