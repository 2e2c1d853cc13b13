"""HiGHS, through highspy: the only file that knows it. One thread, no gap, whole numbers.

A stage is solved as a linear program from where the last one ended. Mostly its answer is whole already, or the
values known so far are as good as it; only if not, it is searched as an integer program. Where the stage is as
good as the linear program says, all its best plans lie on one face of it: the columns and rows with a price are
fixed, and the next stage looks on that face only. Where it is not, its value becomes a row.
"""

from __future__ import annotations

from importlib.util import find_spec
from math import floor, gcd
from typing import Any

from digest.distribution import install
from digest.errors import CommandError
from digest.place.forecast.booking import Row
from digest.place.forecast.program import Program, Weights

NODES = 20_000  # of one search; a bound on work is the same on every machine, a bound on time is not
_NEAR, _HALF = 1e-6, 0.5
_OPTIONS: dict[str, Any] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.5,  # every stage is a whole number
    "mip_max_nodes": NODES,
}


def available() -> bool:
    return find_spec("highspy") is not None


class Search:
    """The best values of one stage after the other. Raises ``CommandError`` without highspy.

    ``optimal`` becomes False when a search was cut short.
    """

    def __init__(self, made: Program) -> None:
        if not available():
            raise CommandError(
                f"planning ahead needs the solver HiGHS: {install('plan')}. "
                "Building issues does not need it, unless policy.horizon is set."
            )
        self.width = len(made.columns) + len(made.short)
        self._runs = len(made.columns)
        self.lower = [0.0] * self.width
        self.upper = [1.0] * len(made.columns) + [float(most) for _, most in made.short]
        self.rows: list[Row] = [_divided(row) for row in made.rows]
        self.tight: set[int] = set()  # rows that are equations
        self.optimal = True
        self._relaxed = self._solver(whole=False)
        self._bound = 0.0

    def copy(self) -> Search:
        """Another search in the same place, to look at what would be."""
        other = object.__new__(Search)
        other.__dict__.update(self.__dict__)
        for name in ("lower", "upper", "rows", "tight"):
            setattr(other, name, getattr(self, name).copy())
        other._relaxed = other._solver(whole=False)
        return other

    def best(self, weights: Weights, known: list[int] | None) -> list[int]:
        """Whole values for all columns with the greatest sum of ``weights``. ``known`` are values that keep all
        rows, if some are known; they are returned where nothing is better."""
        values = self._relax(weights)
        worth = total(weights, known) if known is not None else None
        if all(abs(value - round(value)) < _NEAR for value in values):
            found = [round(value) for value in values]
            if (worth is None or total(weights, found) > worth) and self._keeps(found):
                return found
        if known is not None and worth is not None and floor(self._bound + 1e-4) <= worth:
            return known
        return self._branch(weights, known)

    def hold(self, weights: Weights, values: list[int]) -> None:
        """From here on only values as good as these in the stage last solved."""
        worth = total(weights, values)
        if worth < floor(self._bound + 1e-4) or not self._face(values):
            self.at_least(weights, worth)

    def at_least(self, weights: Weights, worth: int) -> None:
        """From here on only values with at least this sum."""
        self.add(([(column, -weight) for column, weight in weights.items()], -worth))

    def _face(self, values: list[int]) -> bool:
        """Fix what has a price in the linear program. False where that does not hold these values."""
        solution = self._relaxed.getSolution()
        at = list(solution.col_value)
        columns = [c for c, price in enumerate(solution.col_dual) if abs(price) > _NEAR]
        rows = [r for r, price in enumerate(solution.row_dual) if abs(price) > _NEAR and r not in self.tight]
        if any(abs(values[column] - at[column]) > _NEAR for column in columns):
            return False
        if any(sum(w * values[c] for c, w in self.rows[r][0]) != self.rows[r][1] for r in rows):
            return False
        for column in columns:
            self.fix(column, values[column])
        for row in rows:
            self.tight.add(row)
            self._relaxed.changeRowBounds(row, float(self.rows[row][1]), float(self.rows[row][1]))
        return True

    def add(self, row: Row) -> None:
        terms, most = _divided(row)
        self.rows.append((terms, most))
        self._relaxed.addRow(
            -self._relaxed.getInfinity(),
            float(most),
            len(terms),
            [column for column, _ in terms],
            [float(weight) for _, weight in terms],
        )

    def fix(self, column: int, value: int) -> None:
        self.lower[column] = self.upper[column] = float(value)
        self._relaxed.changeColBounds(column, float(value), float(value))

    def _relax(self, weights: Weights) -> list[float]:
        solver = self._relaxed
        self._aim(solver, weights)
        solver.run()
        self._bound = float(solver.getInfo().objective_function_value)
        return list(solver.getSolution().col_value)

    def _branch(self, weights: Weights, known: list[int] | None) -> list[int]:
        """An integer program from scratch: a start that HiGHS is given may come back as its answer.

        What it answers is weighed and tried against the rows, and asked for again without presolve if it fails.
        """
        for presolve in ("on", "off"):
            solver = self._solver(whole=True)
            solver.setOptionValue("presolve", presolve)
            self._aim(solver, weights)
            solver.run()
            status = solver.modelStatusToString(solver.getModelStatus())
            found = [round(value) for value in solver.getSolution().col_value]
            worth = total(weights, found) if len(found) == self.width else None
            claimed = solver.getInfo().objective_function_value
            if worth is not None and abs(worth - claimed) < _HALF and self._keeps(found):
                self.optimal = self.optimal and status == "Optimal"
                return found if known is None or worth > total(weights, known) else known
        self.optimal = False
        return known if known is not None else self.nothing()

    def nothing(self) -> list[int]:
        """The values of a plan without any ad."""
        return [int(lower) for lower in self.lower[: self._runs]] + [
            int(most) for most in self.upper[self._runs :]
        ]

    def _keeps(self, values: list[int]) -> bool:
        return all(sum(weight * values[c] for c, weight in terms) <= most for terms, most in self.rows)

    def _aim(self, solver: Any, weights: Weights) -> None:
        import numpy

        cost = numpy.zeros(self.width)
        if weights:
            cost[list(weights)] = list(weights.values())
        solver.changeColsCost(self.width, numpy.arange(self.width, dtype=numpy.int32), cost)

    def _solver(self, *, whole: bool) -> Any:
        import highspy
        import numpy

        # The class below ``Highs``: the same solver, without a greeting on standard output when it is made.
        solver: Any = highspy.Highs.__mro__[1]()
        for name, value in _OPTIONS.items():
            solver.setOptionValue(name, value)
        starts, index, value = [0], [], []
        for terms, _ in self.rows:
            index += [c for c, _ in terms]
            value += [w for _, w in terms]
            starts.append(len(index))
        count, most = len(self.rows), [float(most) for _, most in self.rows]
        least = [most[r] if r in self.tight else -solver.getInfinity() for r in range(count)]
        solver.passModel(
            self.width, count, len(index), int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMaximize), 0.0,
            numpy.zeros(self.width), numpy.array(self.lower), numpy.array(self.upper),
            numpy.array(least, dtype=numpy.float64), numpy.array(most, dtype=numpy.float64),
            numpy.array(starts[:-1], dtype=numpy.int32), numpy.array(index, dtype=numpy.int32),
            numpy.array(value, dtype=numpy.float64), numpy.full(self.width, int(whole), dtype=numpy.int32),
        )  # fmt: skip
        return solver


def _divided(row: Row) -> Row:
    """The same in smaller numbers: sums of whole multiples of a number are compared in that number."""
    terms, most = row
    shared = gcd(*(weight for _, weight in terms)) or 1
    return [(column, weight // shared) for column, weight in terms], most // shared


def total(weights: Weights, values: list[int]) -> int:
    """The sum of a stage."""
    return sum(weight * values[column] for column, weight in weights.items())
