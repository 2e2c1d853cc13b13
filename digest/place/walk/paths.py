"""The best plan without groups: two labelled walks over the openings in reading order, pruned by exact bounds.

The first walk finds the greatest worth (all stages above the spread), the second the best plan of that worth.
A label is a half-made plan; of two labels that leave the same possibilities the better one stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from digest.place.facts import EVERYWHERE, bits
from digest.place.fields import Fields, Recent
from digest.place.problem import Plan, Problem, Scale, Solution, candidates, reading
from digest.place.walk.dual import Prices
from digest.place.walk.relaxation import prices_of

WIDE = 48  # half-made plans an opening keeps in the last quick walk
BEAM = 6  # half-made plans an opening keeps in the first quick walk
STEPS = (
    (40, 12),
    (120, 24),
)  # steps that improve the prices, each time followed by a quick walk of that width
FEWER = ((15, 12),)  # the same where the search begins with good prices
EASY = 1000  # nodes up to which the search goes on without asking for better prices
BUDGET = 200_000  # labels after which the search gives up proving


@dataclass(frozen=True, slots=True)
class Effort:
    """How many labels a search may make before it gives up proving, and a similar problem's prices to begin with."""

    labels: int = BUDGET
    like: Solution | None = None


class Way(NamedTuple):
    """An ad placed, and all ads before it; ``spread`` is what their distances have cost, negative."""

    spread: int
    order: int
    before: Way | None
    item: int
    opening: int
    ads: int


@dataclass(slots=True, eq=False)
class Node:
    """Half-made plans that leave the same possibilities; ``at`` is the next opening, ``reduced`` the worth less
    prices. ``links`` are the nodes before, each with the line item placed (or ``ROOT``) and the opening."""

    worth: int
    reduced: int
    at: int
    state: int
    recent: Recent
    links: list[tuple[Node, int, int]] = field(default_factory=list)
    ways: dict[tuple[int, int], Way] = field(default_factory=dict)


ROOT = -1


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
        self.prices = Prices(self.gains, self.following, fields.rows(), fields.cap)
        self.counts = self._uneven()
        self.costs: dict[int, int] = {}
        self._orders()

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

    def begin(self, like: Solution) -> None:
        """Begin with the prices of a similar problem; what must run here pays what that is worth."""
        prices = dict(like.prices)
        top = self.scale.tops[0] // self.scale.spread
        for i in bits(self.problem.must):
            prices[1 << i, EVERYWHERE] = prices.get((1 << i, EVERYWHERE), 0.0) + top
        self.prices.start(prices, like.toll)

    def relax(self) -> int:
        """Take the prices of the linear relaxation where they are better; the bound."""
        own = [round(one) for one in self.prices.price]
        bound = self.prices.fix(own)
        better = prices_of(self.gains, self.following, self.prices.rows, self.fields.cap)
        if better is not None and (reached := self.prices.fix(better)) < bound:
            return reached
        return self.prices.fix(own)

    # every plan of that worth, and the best of them

    def graph(self, least: int, budget: int, width: int | None = None) -> tuple[int, list[Node], bool]:
        """The greatest worth that is at least ``least``, the ends of all plans of that worth, and whether it is proven.

        Of two nodes that leave the same possibilities only the one of greater worth can be part of a best plan.
        """
        here: list[dict[object, Node]] = [{} for _ in range(self.size + 1)]
        root = Node(0, 0, 0, self.fields.start, ())
        here[0][0] = root
        self.found, self.ends = max(least, 0), [root] if least <= 0 else []
        for o in range(self.size):
            nodes = list(here[o].values())
            if width is not None and len(nodes) > width:
                nodes = sorted(nodes, key=lambda node: node.reduced, reverse=True)[:width]
            budget -= len(nodes)
            if budget < 0:
                return self.found, [node for node in self.ends if node.worth == self.found], False
            if nodes:
                self._grow(o, nodes, here)
            here[o].clear()
        return self.found, [node for node in self.ends if node.worth == self.found], True

    def _grow(self, o: int, nodes: list[Node], here: list[dict[object, Node]]) -> None:
        """Leave the opening free, or place one of its line items, from every node that may still be best."""
        prices, fields = self.prices, self.fields
        then, on = self.following[o], here[o + 1]
        further, toll, over = here[then], prices.toll, fields.over
        rest, skip, paid = prices.ahead[then] - toll, prices.ahead[o + 1], prices.paid
        active, active_then, spans = fields.active[o], fields.active[then - 1], bool(fields.spans)
        gains, inc, blocked = self.gains[o], fields.inc[o], fields.blocked
        mine = sorted(((gain, i) for i, gain in prices.reduced[o].items()), reverse=True)
        for node in nodes:
            state, recent, reduced = node.state, node.recent, node.reduced
            need = self.found - paid - reduced
            if skip >= need:
                key: object = (state & active, recent) if spans else state & active
                old = on.get(key)
                if old is None or old.worth < node.worth:
                    on[key] = Node(node.worth, reduced, o + 1, state, recent, [(node, ROOT, o)])
                elif old.worth == node.worth:
                    old.links.append((node, ROOT, o))
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
                worth = node.worth + gains[i]
                key = (after & active_then, recently) if spans else after & active_then
                old = further.get(key)
                if old is None or old.worth < worth:
                    old = further[key] = Node(
                        worth, reduced + gain - toll, then, after, recently, [(node, i, o)]
                    )
                elif old.worth == worth:
                    old.links.append((node, i, o))
                else:
                    continue
                if worth >= self.found:
                    need += worth - self.found
                    self._end(old)

    def _end(self, node: Node) -> None:
        if node.worth > self.found:
            self.ends = []
            self.found = node.worth
        self.ends.append(node)

    def best_of(self, ends: list[Node]) -> list[Way]:
        """The plans of least spread, then of least order, one per number of ads, among those that end here."""
        best: dict[int, Way] = {}
        for node in _reached(ends):
            self._ways(node)
            node.links = []
        for end in {id(node): node for node in ends}.values():
            for way in end.ways.values():
                old = best.get(way.ads)
                if old is None or way[:2] > old[:2]:
                    best[way.ads] = way
        return list(best.values())

    def _ways(self, node: Node) -> None:
        """The best ways to a node, one per last opening (and number of ads, where that may differ)."""
        gaps, cost, ways = self.problem.gaps, self.cost, node.ways
        if not node.links:
            ways[ROOT, 0] = Way(0, 0, None, ROOT, ROOT, 0)
        for before, item, opening in node.links:
            if item == ROOT:
                for key, way in before.ways.items():
                    old = ways.get(key)
                    if old is None or way[:2] > old[:2]:
                        ways[key] = way
                continue
            early = self.order(item, opening)
            for way in before.ways.values():
                spread = way.spread
                if way.opening != ROOT:
                    spread -= cost(gaps[opening] - gaps[way.opening])
                key = (opening, way.ads + 1 if self.counts else 0)
                old = ways.get(key)
                if old is None or (spread, way.order + early) > old[:2]:
                    ways[key] = Way(spread, way.order + early, way, item, opening, way.ads + 1)


def _reached(ends: list[Node]) -> list[Node]:
    """The nodes from which one of the ends is reached, in reading order."""
    seen: dict[int, Node] = {}
    stack = list(ends)
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            stack += [before for before, _, _ in node.links]
    return sorted(seen.values(), key=lambda node: node.at)


def plan_of(way: Way | None) -> Plan:
    found = []
    while way is not None and way.item != ROOT:
        found.append((way.item, way.opening))
        way = way.before
    return tuple(reversed(found))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found. Where it is not ``proven``, there may be better plans, of at most ``bound`` worth."""

    solution: Solution | None
    proven: bool
    bound: int


def best_plan(problem: Problem, scale: Scale, above: int, effort: Effort | None = None) -> Outcome:
    """The best plan, leaving groups aside; none where no plan is worth more than ``above``."""
    effort = effort or Effort()
    walk = Walk(problem, scale)
    if effort.like is not None:
        walk.begin(effort.like)
    low = max(above + 1, walk.worth(above, BEAM)[0])
    bound = low
    for steps, width in STEPS if effort.like is None else FEWER:
        bound = walk.prices.descend(low, steps)
        if bound <= low:
            break
        low = walk.worth(low, width)[0]
    if bound < low:
        return Outcome(None, True, above)
    ends, proven = _descent(walk, bound, low, EASY)
    if not proven:
        bound = min(bound, walk.relax())
        if bound < low:
            return Outcome(None, True, above)
        low = max(low, walk.worth(low, WIDE)[0])
        ends, proven = _descent(walk, bound, low, effort.labels)
    if not proven:
        # The work bound is reached: the best plan that a narrow walk finds, and honestly no proof.
        _, narrow, _ = walk.graph(above + 1, effort.labels, WIDE)
        ends = max(ends, narrow, key=lambda some: max((node.worth for node in some), default=-1))
    return Outcome(_best(walk, walk.best_of(ends)), proven, bound)


def _descent(walk: Walk, bound: int, low: int, budget: int) -> tuple[list[Node], bool]:
    """Ask for plans worth nearly the bound first, then for less: the ends of the best ones, and if that is proven."""
    ends: list[Node] = []
    for share in (64, 16, 4, 1):
        least = bound - (bound - low) // share
        _, ends, proven = walk.graph(least, budget)
        if ends or not proven or least == low:
            return ends, proven
    return ends, True


def _best(walk: Walk, found: list[Way]) -> Solution | None:
    problem = walk.problem
    best: Solution | None = None
    for way in found:
        plan = plan_of(way)
        merit = walk.scale.merit(plan)
        if (
            best is None
            or merit > best.merit
            or (merit == best.merit and reading(problem, plan) < reading(problem, best.plan))
        ):
            best = Solution(plan, merit, True, merit, walk.prices.known(), walk.prices.price[-1])
    return best
