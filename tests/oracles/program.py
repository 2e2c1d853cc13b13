"""The best plan as integer programs, one a stage, for two solvers that share nothing with the product's search.

A stage's best sum becomes a row of the next. Spread is a flow over consecutive ads; the order is decided a few
gaps, openings or line items at a time. ``HighsModel`` and ``SatModel`` have the same five methods.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Protocol

from digest.place.facts import bits
from digest.place.problem import PlacementProblem, Plan, Scale

Sum = dict[int, int]  # column -> weight


class Model(Protocol):
    """Zero-one columns and rows over them."""

    def column(self) -> int: ...
    def row(self, terms: Sum, low: int | None, high: int | None) -> None: ...
    def best(self, goal: Sum) -> int | None: ...
    def value(self, column: int) -> bool: ...


class HighsModel:
    """HiGHS: one thread, no gap."""

    def __init__(self) -> None:
        from tests.oracles.quiet import quiet_highs

        self.solver = quiet_highs()
        for option, chosen in (("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0)):
            self.solver.setOptionValue(option, chosen)
        self.columns = 0
        self.goal: Sum = {}

    def column(self) -> int:
        import highspy

        self.solver.addCol(0.0, 0.0, 1.0, 0, [], [])
        self.solver.changeColIntegrality(self.columns, highspy.HighsVarType.kInteger)
        self.columns += 1
        return self.columns - 1

    def row(self, terms: Sum, low: int | None, high: int | None) -> None:
        endless = 1e30
        self.solver.addRow(
            -endless if low is None else float(low),
            endless if high is None else float(high),
            len(terms),
            list(terms),
            [float(weight) for weight in terms.values()],
        )

    def best(self, goal: Sum) -> int | None:
        import highspy

        for column in self.goal:
            self.solver.changeColCost(column, 0.0)
        for column, weight in goal.items():
            self.solver.changeColCost(column, float(weight))
        self.goal = goal
        self.solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        self.found = self.solver.getSolution().col_value
        return sum(weight for column, weight in goal.items() if self.found[column] > 0.5)

    def value(self, column: int) -> bool:
        return bool(self.found[column] > 0.5)


class SatModel:
    """CP-SAT: one worker, full linear relaxation."""

    def __init__(self) -> None:
        from ortools.sat.python import cp_model

        self.model: Any = cp_model.CpModel()
        self.solver: Any = cp_model.CpSolver()
        self.solver.parameters.num_workers = 1
        self.solver.parameters.linearization_level = 2
        self.variables: list[Any] = []
        self.optimal = cp_model.OPTIMAL

    def column(self) -> int:
        self.variables.append(self.model.new_bool_var(""))
        return len(self.variables) - 1

    def _sum(self, terms: Sum) -> Any:
        return sum(self.variables[column] * weight for column, weight in terms.items())

    def row(self, terms: Sum, low: int | None, high: int | None) -> None:
        if low is not None:
            self.model.add(self._sum(terms) >= low)
        if high is not None:
            self.model.add(self._sum(terms) <= high)

    def best(self, goal: Sum) -> int | None:
        self.model.maximize(self._sum(goal))
        if self.solver.solve(self.model) != self.optimal:
            return None
        found = [bool(self.solver.value(variable)) for variable in self.variables]
        self.found = found
        self.model.clear_hints()
        for variable, chosen in zip(self.variables, found, strict=True):
            self.model.add_hint(variable, chosen)
        return sum(weight for column, weight in goal.items() if found[column])

    def value(self, column: int) -> bool:
        return self.found[column]


def best_plan(problem: PlacementProblem, make: Callable[[], Model], known: Plan | None = None) -> Plan | None:
    """The best plan of a problem; ``None`` where no plan holds all that must run.

    With a ``known`` plan, which claims to be the best, nothing is looked at in which two neighbours alone are more
    uneven than all of it. Where it is not of the greatest worth, no plan may be left: an ``AssertionError``.
    """
    model = make()
    x = {(i, o): model.column() for i in problem.left for o in bits(problem.left[i])}
    _limits(problem, model, x)
    if model.best({}) is None:
        return None
    scale = Scale(problem)
    for level in problem.levels:
        _settle(model, {column: level.get(i, 0) for (i, _), column in x.items() if level.get(i, 0)})
    _settle(
        model,
        {c: scale.rates[i] * scale.bands[o] for (i, o), c in x.items() if scale.rates[i] * scale.bands[o]},
    )
    _settle(model, _spread(problem, model, x, scale, _unevenness(problem, scale, known)))
    _order(problem, model, x)
    return tuple(sorted((ad for ad, column in x.items() if model.value(column)), key=lambda ad: ad[1]))


def _settle(model: Model, goal: Sum) -> None:
    if goal:
        best = model.best(goal)
        assert best is not None
        model.row(goal, best, None)


def _limits(problem: PlacementProblem, model: Model, x: dict[tuple[int, int], int]) -> None:
    for i in problem.left:
        mine = {column: 1 for (item, _), column in x.items() if item == i}
        model.row(mine, 1 if problem.must >> i & 1 else 0, 1)
    for o in range(len(problem.gaps)):
        model.row({column: 1 for (_, opening), column in x.items() if opening == o}, None, 1)
    for fact in problem.facts:
        members = {(i, o): c for (i, o), c in x.items() if fact.items >> i & 1 and fact.openings >> o & 1}
        starts = sorted({problem.gaps[o] for _, o in members}) if fact.span is not None else [0]
        for start in starts:
            end = start + fact.span if fact.span is not None else None
            terms = {
                column: 1
                for (_, o), column in members.items()
                if end is None or start <= problem.gaps[o] < end
            }
            if len(terms) > fact.most:
                model.row(terms, None, fact.most)
    for group in problem.groups:
        first, *others = bits(group)
        for other in others:
            terms = {column: 1 for (i, _), column in x.items() if i == first}
            terms |= {column: -1 for (i, _), column in x.items() if i == other}
            model.row(terms, 0, 0)


def _unevenness(problem: PlacementProblem, scale: Scale, known: Plan | None) -> int | None:
    if known is None:
        return None
    return sum(scale.cost(problem.gaps[p] - problem.gaps[o]) for (_, o), (_, p) in pairwise(known))


def _spread(
    problem: PlacementProblem, model: Model, x: dict[tuple[int, int], int], scale: Scale, most: int | None
) -> Sum:
    """A flow from ad to ad over the openings; its cost is the spread, of which no two ads make more than ``most``."""
    gaps, goal = problem.gaps, {}
    nodes = sorted({o for _, o in x})
    jump = max((f.span or 0 for f in problem.facts if f.span and f.items == -1 and f.most == 1), default=0)
    into: dict[int, Sum] = {o: {} for o in nodes}
    out: dict[int, Sum] = {o: {} for o in nodes}
    starts = {}
    for o in nodes:
        starts[o] = model.column()
        into[o][starts[o]] = 1
        for p in nodes:
            near = most is None or scale.cost(gaps[p] - gaps[o]) <= most
            if p > o and gaps[p] - gaps[o] >= jump and near:
                arc = model.column()
                out[o][arc] = into[p][arc] = 1
                goal[arc] = -scale.cost(gaps[p] - gaps[o])
    for o in nodes:
        here = {column: -1 for (_, opening), column in x.items() if opening == o}
        model.row(into[o] | here, 0, 0)
        model.row(out[o] | here, None, 0)
    model.row(dict.fromkeys(starts.values(), 1), None, 1)
    return goal


def _order(problem: PlacementProblem, model: Model, x: dict[tuple[int, int], int], step: int = 12) -> None:
    """The least list of gaps, then of slots, then of line items."""
    gaps = sorted({problem.gaps[o] for _, o in x})
    for at in range(0, len(gaps), step):
        part = gaps[at : at + step]
        weight = {gap: 3 ** (len(part) - n) for n, gap in enumerate(part)}
        _settle(model, {c: weight[problem.gaps[o]] for (_, o), c in x.items() if problem.gaps[o] in weight})
    openings = sorted({o for _, o in x})
    for at in range(0, len(openings), step):
        weight = {o: 2 ** (step - n) for n, o in enumerate(openings[at : at + step])}
        _settle(model, {c: weight[o] for (_, o), c in x.items() if o in weight})
    used = sorted({o for (_, o), column in x.items() if model.value(column)})
    for at in range(0, len(used), 3):
        part = used[at : at + 3]
        base = max(problem.left) + 2
        weight = {o: base ** (len(part) - n) for n, o in enumerate(part)}
        _settle(model, {c: -i * weight[o] for (i, o), c in x.items() if o in weight})
