"""The search for one problem, asked again and again with other line items that must run.

With few ads in an issue the sets of line items are searched (``few``); where that is too much work, or many ads fit,
prices lead to outlines that are then seated (``many``); what neither decides is walked (``walk``). All are exact and
give the same plan.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from itertools import combinations

from digest.place.facts import EVERYWHERE, AtMost, bits
from digest.place.few.arrange import Asked, Undecided, arrange, arrange_apart, least_ahead, plan_of
from digest.place.few.patterns import Patterns
from digest.place.few.sets import Chosen, Dive, Shelf
from digest.place.filling import filled
from digest.place.many.alike import Stock
from digest.place.many.crowd import SEATS, Budget, Crowd, Exhausted, Node
from digest.place.many.seating import Seating
from digest.place.problem import Overworked, Plan, Problem, Scale, Solution, reading
from digest.place.walk.branches import Branches
from digest.place.walk.paths import BUDGET, Effort, best_plan

FEW = 9  # ads in an issue up to which sets are searched
EFFORT = 400_000  # steps of the search for sets
STEPS = 4  # steps of the search by prices that a label of the walk is worth
HELD = 9  # line items that must run whose places are sought on their own
TRIES = 24  # arrangements of one set, before its openings are walked
STAGES = ((8, 5_000), (64, 100_000))  # sets of equal worth to arrange; steps of the search for patterns


class Search:
    """A problem without its ``must``, and all that is learnt about it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = settled(replace(problem, must=0))
        self.scale = Scale(self.problem)
        self.like: Solution | None = None
        self.effort = EFFORT  # less after each search that did not end
        self.hints: dict[int, Plan] = {}  # plans that such a search found, by what must run
        self.answers: dict[int, Solution | None] = {}
        self.spent = 0  # labels' worth of work of the searches by prices that ended
        self.near: Node | None = None  # where a search by prices may begin
        self.named: dict[tuple[int, ...], Solution] = {}  # best plans by the classes of what must run
        self.apart: dict[int, Plan | None] = {}  # sets of line items whose areas or spans matter

    @cached_property
    def shelf(self) -> Shelf:
        return Shelf(self.problem, self.scale)

    @cached_property
    def ahead(self) -> list[list[int]]:
        limits = self.shelf.limits
        return least_ahead(self.scale, limits.jump, limits.cap)

    def best(self, must: int, labels: int = BUDGET) -> Solution | None:
        """The best plan with these; ``None`` where it is proven that no plan holds them.

        It is the unique best one where ``optimal``; else ``bound`` is what no plan exceeds. ``labels`` bounds the
        walk. Raises ``Undecided`` where neither a plan nor the proof that there is none was found.
        """
        must = self._whole(must)
        if must not in self.answers:
            self.answers[must] = self._best(must, labels)
        return self.answers[must]

    def _best(self, must: int, labels: int) -> Solution | None:
        if self.shelf.plain and self.shelf.limits.cap <= FEW:
            try:
                return self._of_sets(must)
            except Overworked:
                self.effort = max(self.effort // 2, EFFORT // 16)
        if self.shelf.plain:
            with suppress(Overworked):
                return self._crowded(must, labels)
        return self._branched(must, labels)

    def _crowded(self, must: int, labels: int) -> Solution | None:
        problem = settled(replace(self.problem, must=must))
        name = tuple(sorted(self.stock.of_item.get(i, -1) for i in bits(must)))
        if name in self.named and (found := self._seated(problem, self.named[name])) is not None:
            return found
        known = [self.hints[must]] if must in self.hints else []
        crowd = Crowd(problem, known, STEPS * labels, self.near)
        found = crowd.run()
        self.spent += (STEPS * labels - crowd.left) // STEPS
        self.near = self.near or crowd.root
        if found is not None and found.optimal and -1 not in name:
            self.named[name] = found
        return found

    def _seated(self, problem: Problem, like: Solution) -> Solution | None:
        """The best plan where those that must run are alike those of another best plan: the outline is the same."""
        stock, top = Stock(problem, self.scale.of(problem)), self.scale.tops[0] // self.scale.spread
        budget = Budget(lambda _: None, SEATS)
        least = -(-like.merit // self.scale.spread) + problem.must.bit_count() * top
        with suppress(Exhausted):
            plan = Seating(stock, [o for _, o in like.plan], least, budget.spend).first()
            return None if plan is None else self._solution(plan)
        return None

    @cached_property
    def stock(self) -> Stock:
        return Stock(self.problem, self.scale)

    def _branched(self, must: int, labels: int) -> Solution | None:
        problem = settled(replace(self.problem, must=must))
        held, decided = self._held(must)
        if held is None and decided:
            return None
        known = [] if held is None else [filled(problem, self.scale, held)]
        known += [self.hints[must]] if must in self.hints else []
        branches = Branches(problem, Effort(labels, self.like), known)
        found = branches.run()
        if found is None and not branches.exact:
            raise Undecided
        if self.like is None and found is not None and found.prices:
            self.like = found
        return found

    def holds(self, must: int) -> bool:
        """Whether some plan holds these. Raises ``Undecided`` where that was not found out."""
        held, decided = self._alone(self._whole(must))
        if held is None and not decided:
            return self.best(must) is not None
        return held is not None

    def _held(self, must: int) -> tuple[Plan | None, bool]:
        """A plan with just what must run, if there is one; and whether that is decided."""
        held, decided = self._alone(must)
        return (None if held is None else self._solution(self._arranged(held)).plan), decided

    def _alone(self, must: int) -> tuple[Chosen | None, bool]:
        if not self.shelf.plain or must.bit_count() > HELD:
            return None, False
        dive = Dive(self.shelf, EFFORT, 1, self._exactly)
        try:
            dive.run(must, alone=True)
        except Overworked:
            return None, False
        return (dive.best[0] if dive.best else None), True

    def _of_sets(self, must: int) -> Solution | None:
        """Few sets of the greatest worth are arranged one by one; of many the pattern of gaps is sought first."""
        for ties, steps in STAGES:
            dive = Dive(self.shelf, self.effort, ties, self._exactly)
            try:
                dive.run(must)
                if not dive.many:
                    break
                return self._patterned(must, dive.worth, min(steps, self.effort))
            except Overworked:
                if dive.best:
                    self.hints[must] = self._solution(self._arranged(dive.best[0])).plan
                if not dive.many or ties == STAGES[-1][0]:
                    raise
        plans = [self._solution(self._arranged(chosen)) for chosen in dive.best]
        return min(plans, key=lambda one: (-one.merit, reading(self.problem, one.plan)), default=None)

    def _patterned(self, must: int, worth: int, steps: int) -> Solution:
        if self.shelf.limits.jump < 1:
            raise Overworked  # patterns hold one ad a gap
        plan = Patterns(self.shelf, worth, must, steps).best()
        assert plan is not None
        return self._solution(plan)

    def _whole(self, must: int) -> int:
        """With the companions of what must run."""
        for group in self.problem.groups:
            if group & must:
                must |= group
        return must

    def _solution(self, plan: Plan) -> Solution:
        plan = tuple(sorted(plan, key=lambda one: one[1]))
        merit = self.scale.merit(plan)
        return Solution(plan, merit, True, merit)

    def _arranged(self, chosen: Chosen) -> Plan:
        if chosen.plan is not None:
            return chosen.plan
        label = arrange(self._asked(chosen))
        assert label is not None
        return plan_of(label)

    def _asked(self, chosen: Chosen) -> Asked:
        allowed = {i: self.problem.left[i] for i in chosen.items}
        return Asked(self.scale, self.shelf.following, self.ahead, allowed, chosen.worth)

    def _exactly(self, chosen: Chosen) -> Chosen | None:
        """A set whose areas and spans matter, with its best plan; ``None`` where it cannot run."""
        if chosen.mask not in self.apart:
            facts = self._bearing(chosen)
            try:
                plan = arrange_apart(self._asked(chosen), facts, TRIES)
            except Undecided:
                plan = None
            self.apart[chosen.mask] = plan or self._walked(chosen, facts)
        plan = self.apart[chosen.mask]
        if plan is None:
            return None
        choices = self.shelf.choices
        worth = sum(next(gain for mask, gain in choices[i] if mask >> o & 1) for i, o in plan)
        return replace(chosen, worth=worth, plan=plan)

    def _bearing(self, chosen: Chosen) -> tuple[AtMost, ...]:
        """The facts that these line items can break together."""
        pairs = (1 << i | 1 << j for i, j in combinations(chosen.items, 2))
        found = [fact for pair in pairs for fact in self.by_pair.get(pair, ())]
        wide = [f for f in self.by_pair[EVERYWHERE] if (f.items & chosen.mask).bit_count() > f.most]
        return (*found, *wide)

    @cached_property
    def by_pair(self) -> dict[int, list[AtMost]]:
        """The facts about two line items, by their mask; all others under ``EVERYWHERE``."""
        found: dict[int, list[AtMost]] = {EVERYWHERE: []}
        for fact in self.problem.facts:
            pair = fact.most == 1 and fact.items.bit_count() == 2 and fact.items > 0
            found.setdefault(fact.items if pair else EVERYWHERE, []).append(fact)
        return found

    def _walked(self, chosen: Chosen, facts: tuple[AtMost, ...]) -> Plan | None:
        left = {i: self.problem.left[i] for i in sorted(chosen.items)}
        part = replace(self.problem, left=left, facts=facts, groups=(), must=chosen.mask)
        outcome = best_plan(part, self.scale.of(part), -1)
        found = outcome.solution
        if not outcome.proven:
            raise Overworked
        return found.plan if found is not None and len(found.plan) == len(chosen.items) else None


def settled(problem: Problem) -> Problem:
    """Groups with a member that has no opening cannot run; a group of which one must run must run."""
    left, must = dict(problem.left), problem.must
    for group in problem.groups:
        members = list(bits(group))
        if not all(left.get(i) for i in members):
            left.update((i, 0) for i in members if i in left)
        elif must & group:
            must |= group
    return replace(problem, left={i: mask for i, mask in left.items() if mask}, must=must)
