"""The plan over the coming issues, stage by stage: the linear program first, whole numbers only where it is fractional.

Whatever whole values are found, the linear program says how much better any others could be: where that is nothing,
they are proven. Where it is something after all bounded work, the answer tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from digest.model import TIERS
from digest.place.forecast import stages
from digest.place.forecast.booking import Row
from digest.place.forecast.filling import Filling, by_deadline, fill
from digest.place.forecast.highs import NODES, Relaxed, Solver
from digest.place.forecast.issues import Bound, ForecastInputs
from digest.place.forecast.model import Chosen, Model, Values, model
from digest.place.forecast.stages import Rank, Weights, total

ROUNDS = 200  # of cuts in one stage
NEARER = 4  # searches around the best values known
SMALL = 300  # columns that are searched in whole numbers, all of them, in the later stages too
MIDDLING = 4_000  # columns that are, for a shortfall that is not proven
SLACK = 0.005  # of a later stage's sum that is not worth a longer search
Progress = Callable[[int, int], None]  # stages done, and stages in all


@dataclass
class Solved:
    """A model with who runs where in its best plan. ``gap`` is that of the later stages, as a share."""

    model: Model
    values: Values
    bounds: list[Bound] = field(default_factory=list)
    gap: float = 0.0
    complete: bool = True

    @property
    def chosen(self) -> Chosen:
        return self.model.chosen(self.values)


def solved(
    inputs: ForecastInputs, *, deliveries_only: bool = False, progress: Progress | None = None
) -> Solved:
    """The best plan, or of its stages only those that decide what every booking is short.

    Ctrl-C leaves the best plan known so far. Raises ``CommandError`` without highspy.
    """
    built = model(inputs)
    search = Search(built, progress)
    try:
        search.deliveries(deliveries_only)
        search.later(pacing_only=deliveries_only and len(built.columns) > SMALL)
    except KeyboardInterrupt:
        search.interrupted()
    return search.found


def refine(
    model: Model, solver: Solver, weights: Weights, known: Values, *, exactly: bool = True
) -> tuple[Values, int | None]:
    """Values with a greater sum than ``known``, which keep the rows, if there are some, and what the sum is at most."""
    return Search(model, solver=solver, known=known).best(solver, weights, exactly=exactly)


class Search:
    """The stages of one model. What was found so far stands in ``found``, at any moment."""

    def __init__(
        self,
        model: Model,
        progress: Progress | None = None,
        solver: Solver | None = None,
        known: Values | None = None,
    ) -> None:
        self.model = model
        self.solver = solver or Solver(model.most, model.rows)
        self.found = Solved(model, known or fill(model, by_deadline(model)))
        self.ranks = stages.ranks(model)
        self.exact_rows = True
        self.open = list(self.ranks)  # whose shortfall is not looked at yet
        self.losing: list[Rank] = []  # whose flights that end must be short
        self.progress = progress or (lambda done, all_of_it: None)
        self.done, self.count = 0, 3 * len(self.ranks) + 2

    def deliveries(self, only: bool) -> None:
        """Tier by tier: the least shortfall of flights that end, then of those that go on, then of the bookings
        that are sold every issue. Then the tier's other bookings without a goal are promised, before any lower tier
        is served, as many issues as they have when the goals of their own tier keep pace as well as they can. At last
        it is settled on whom the shortfalls of flights that end fall."""
        for number, who in enumerate(self.ranks):
            for final in (True, False):
                if weights := stages.deliveries(self.model, who, final=final):
                    self._deliver(who, weights, final=final)
                self._step()
            for promised in (True, False):
                weights = stages.runs(self.model, who, promised=promised)
                lower = not only or self._goals_after(number)
                if weights and (promised or lower):
                    self._promise(who, weights, promised=promised)
            self._step()
            self.open.remove(who)
        for who in self.losing:
            weights = stages.favoured(self.model, who)
            values, bound = self.best(self.solver, weights, exactly=False)
            self._hold(weights, values, bound)
            self.found.values = values

    def _goals_after(self, number: int) -> bool:
        return any(
            stages.deliveries(self.model, who, final=final)
            for who in self.ranks[number + 1 :]
            for final in (True, False)
        )

    def _deliver(self, who: Rank, weights: Weights, *, final: bool) -> None:
        values, bound = self.best(self.solver, weights, exactly=True)
        self._hold(weights, values, bound)
        self.found.values = values
        short = stages.shortfall(self.model, who, final=final, weights=weights, values=values)
        if bound is None or bound > total(weights, values):
            least = short - (bound - total(weights, values)) if bound is not None else 0
            self.found.bounds.append(Bound(TIERS[who[0]], short, max(0, least)))
        if final and short:
            self.losing.append(who)

    def _promise(self, who: Rank, weights: Weights, *, promised: bool) -> None:
        paced = stages.pacing(self.model, (who,))
        solver, values = self.solver, self.found.values
        if paced and not promised:
            solver = self.solver.copy()
            values, bound = self.best(solver, paced, exactly=False)
            self._hold(paced, values, bound, solver)
        values, bound = self.best(solver, weights, exactly=promised, known=values)
        if solver is self.solver:
            self._hold(weights, values, bound)
        else:
            self.solver.hold(weights, total(weights, values))
        self.found.values = values

    def later(self, *, pacing_only: bool) -> None:
        """Pacing, that is the least lag behind what is allowed, summed over issue dates; issues without a goal by
        tier; value; the earliest dates."""
        model = self.model
        wanted = [
            stages.pacing(model, self.ranks),
            *(stages.runs(model, who) for who in self.ranks),
            stages.value(model),
        ]
        for weights in wanted[:1] if pacing_only else wanted:
            if weights:
                values, bound = self.best(self.solver, weights, exactly=False)
                self._hold(weights, values, bound)
                self.found.values = values
                self._tell_gap(total(weights, values), bound)
        self._step()
        if not pacing_only and (weights := stages.earliest(model)):
            self.found.values, _ = self.best(self.solver, weights, exactly=False)
        self._step()

    def interrupted(self) -> None:
        """Of the tiers that were not looked at, all that is known is what the plan at hand leaves short."""
        known = self.found
        known.complete = False
        for who in self.open:
            for final in (True, False):
                weights = stages.deliveries(self.model, who, final=final)
                short = stages.shortfall(self.model, who, final=final, weights=weights, values=known.values)
                if short:
                    known.bounds.append(Bound(TIERS[who[0]], short, 0))

    def _tell_gap(self, worth: int, bound: int | None) -> None:
        if bound is not None and bound > worth:
            self.found.gap = max(self.found.gap, (bound - worth) / max(1, abs(bound)))

    def _step(self) -> None:
        self.done += 1
        self.progress(min(self.done, self.count), self.count)

    def _hold(
        self, weights: Weights, values: Values, bound: int | None, solver: Solver | None = None
    ) -> None:
        """Values of the next stages are as good as these in this one."""
        solver, worth = solver or self.solver, total(weights, values)
        if bound is None or worth < bound or not solver.hold_best(values):
            solver.hold(weights, worth)

    def best(
        self, solver: Solver, weights: Weights, *, exactly: bool, known: Values | None = None
    ) -> tuple[Values, int | None]:
        """The best values of a stage with which every issue really has a place for each of its ads, and a bound."""
        known = self.found.values if known is None else known
        bound: int | None = None
        for _ in range(ROUNDS):
            relaxed = solver.relax(weights)
            if relaxed is None:
                return known, None
            values, bound = self._rounded(solver, weights, relaxed, known, exactly)
            cuts = [] if values is known else misfits(self.model, values)
            if not cuts:
                return values, bound if self.exact_rows else None
            for row in cuts:
                solver.add(row)
                several = [c for c, _ in row[0] if self.model.columns[c].most > 1]
                self.exact_rows = self.exact_rows and len(several) < 2
        return known, bound if self.exact_rows else None

    def _rounded(
        self, solver: Solver, weights: Weights, relaxed: Relaxed, known: Values, exactly: bool
    ) -> tuple[Values, int]:
        """Whole values near the fractional ones: first where those are fractional, then wider and wider. And what no
        others can exceed."""
        best, bound = known, relaxed.bound
        if not relaxed.fractional and solver.keeps(relaxed.rounded):
            return relaxed.rounded, bound
        small = exactly or len(self.model.columns) <= SMALL
        enough = bound if small else bound - int(abs(bound) * SLACK)
        gap = 0.99 if small else max(0.99, (bound - enough) / 2)
        if total(weights, best) < enough:
            best = self._filled(solver, weights, relaxed, best)
        if len(self.model.columns) > SMALL:
            best = self._near(solver, weights, relaxed, best, enough, gap)
        for fixed in self._neighbourhoods(relaxed, exactly):
            if total(weights, best) >= enough:
                break
            values, proven = solver.whole(weights, fixed, NODES if fixed else 4 * NODES, gap)
            if values is not None and total(weights, values) > total(weights, best):
                best = values
            if proven and not fixed and values is not None:
                bound = min(bound, total(weights, values) + int(gap))
        return best, bound

    def _near(
        self, solver: Solver, weights: Weights, relaxed: Relaxed, best: Values, enough: int, gap: float
    ) -> Values:
        """Of a large book, only what the fractional values and the best known ones do not agree on is searched, again
        as long as that gets better."""
        fractional, rounded = set(relaxed.fractional), relaxed.rounded
        for _ in range(NEARER):
            if total(weights, best) >= enough:
                break
            every = range(len(self.model.columns))
            fixed = {c: best[c] for c in every if c not in fractional and rounded[c] == best[c]}
            values, _ = solver.whole(weights, fixed, NODES, gap, best)
            if values is None or total(weights, values) <= total(weights, best):
                break
            best = values
        return best

    def _filled(self, solver: Solver, weights: Weights, relaxed: Relaxed, known: Values) -> Values:
        """What is known with all that has room beside it, first what the fractional values have most of."""
        filling = Filling(self.model, solver.rows, known)
        wanted = [c for c, weight in weights.items() if weight > 0]  # what is no ad has no such weight
        for column in sorted(wanted, key=lambda c: (-relaxed.values[c], -weights[c], c)):
            while filling.values[column] < solver.upper[column] and filling.take(column):
                pass
        values = self.model.completed(filling.values)
        return values if total(weights, values) > total(weights, known) and solver.keeps(values) else known

    def _neighbourhoods(self, relaxed: Relaxed, exactly: bool) -> Iterator[dict[int, int]]:
        """What stays as it is: all but the fractional columns' bookings in their issues; all but these bookings or
        these issues; nothing, where the model is not too large for it."""
        columns, values, every = self.model.columns, relaxed.rounded, range(len(self.model.columns))
        inside = [c for c in relaxed.fractional if c < len(columns)]
        issues, units = {columns[c].issue for c in inside}, {columns[c].unit for c in inside}
        if len(columns) <= MIDDLING:
            yield {
                c: values[c] for c in every if columns[c].issue not in issues or columns[c].unit not in units
            }
        if len(columns) <= (MIDDLING if exactly else SMALL):
            yield {
                c: values[c] for c in every if columns[c].issue not in issues and columns[c].unit not in units
            }
            yield {}


def misfits(model: Model, values: Values) -> list[Row]:
    """For issues whose ads do not fit together: the fewest that do not, wherever they could come up again."""
    cuts: dict[tuple[int, ...], Row] = {}
    for issue, columns in enumerate(model.in_issue):
        running = {column: values[column] for column in columns if values[column]}
        if len(running) < 2 or _seated(model, issue, running):
            continue
        for column in list(running):
            while running.get(column) and not _seated(model, issue, running | {column: running[column] - 1}):
                running[column] -= 1
        counts = {model.columns[column].unit: count for column, count in running.items() if count}
        for twin, twins in enumerate(model.in_issue):
            same = [c for c in twins if model.columns[c].unit in counts]
            if model.capacity_of[twin] == model.capacity_of[issue] and len(same) == len(counts):
                cuts[tuple(same)] = _cut(model, same, counts)
    return list(cuts.values())


def _seated(model: Model, issue: int, counts: dict[int, int]) -> bool:
    values = [0] * len(model.columns)
    for column, count in counts.items():
        values[column] = count
    return model.capacity(issue).seat(model.items(list(counts), values)) is not None


def _cut(model: Model, same: list[int], counts: dict[int, int]) -> Row:
    """Not all of these columns reach their counts. Where several stand for bookings that are alike, it asks for a
    little more than that: a weighted sum cannot say it."""
    several = [c for c in same if model.columns[c].most > 1]
    if len(several) != 1:
        return [(c, 1) for c in same], sum(counts.values()) - 1
    (column,) = several
    count = counts[model.columns[column].unit]
    over = model.columns[column].most - count + 1
    others = [(c, over) for c in same if c != column]
    return [*others, (column, 1)], count - 1 + over * len(others)
