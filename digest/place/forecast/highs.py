"""HiGHS, through highspy: the only file that knows it. One thread, no luck, and bounds on work that count steps.

A bound on steps is the same on every machine, a bound on time is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import floor, gcd
from typing import Any

from digest.distribution import install
from digest.errors import CommandError
from digest.place.forecast.booking import Row

NODES = 2_000  # of one search in whole numbers
STEPS = 200_000  # of one linear program
NEAR = 1e-6
_OPTIONS: dict[str, Any] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "simplex_iteration_limit": STEPS,
}


def available() -> bool:
    return find_spec("highspy") is not None


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The best fractional values of a stage; ``bound`` is more than any whole values can reach."""

    values: list[float]
    bound: int

    @property
    def fractional(self) -> list[int]:
        return [c for c, value in enumerate(self.values) if abs(value - round(value)) > NEAR]

    @property
    def rounded(self) -> list[int]:
        return [round(value) for value in self.values]


class Solver:
    """Columns from 0 to ``most``, and rows. Raises ``CommandError`` without highspy."""

    def __init__(self, most: Sequence[int], rows: Sequence[Row]) -> None:
        if not available():
            raise CommandError(
                f"planning ahead needs the solver HiGHS: {install('plan')}. "
                "Building issues does not need it, unless policy.horizon is set."
            )
        self.width = len(most)
        self.lower = [0.0] * self.width
        self.upper = [float(bound) for bound in most]
        self.rows: list[Row] = [_divided(row) for row in rows]
        self.tight: set[int] = set()  # rows that are equations
        self._linear = self._solver(self.lower, self.upper)

    def copy(self) -> Solver:
        """Another one in the same place, to look at what would be."""
        copied = object.__new__(Solver)
        copied.__dict__.update(self.__dict__)
        for name in ("lower", "upper", "rows", "tight"):
            setattr(copied, name, getattr(self, name).copy())
        copied._linear = copied._solver(copied.lower, copied.upper)
        return copied

    def relax(self, weights: Mapping[int, int]) -> Relaxed | None:
        """The linear program, from where the last one ended; ``None`` where the bound on steps ended it."""
        self._aim(self._linear, weights)
        self._linear.run()
        if self._linear.modelStatusToString(self._linear.getModelStatus()) != "Optimal":
            return None
        bound = float(self._linear.getInfo().objective_function_value)
        return Relaxed(list(self._linear.getSolution().col_value), floor(bound + 1e-4 + abs(bound) * 1e-9))

    def whole(
        self,
        weights: Mapping[int, int],
        fixed: Mapping[int, int],
        nodes: int,
        gap: float,
        start: Sequence[int] | None = None,
    ) -> tuple[list[int] | None, bool]:
        """Whole values with the greatest sum, those of ``fixed`` given, and whether none are better by ``gap``.

        A ``start`` that HiGHS is given may come back as its answer. What it answers is weighed and tried
        against the rows, and asked for again without presolve if it fails.
        """
        lower, upper = self.lower.copy(), self.upper.copy()
        for column, value in fixed.items():
            lower[column] = upper[column] = float(value)
        for presolve in ("on", "off"):
            solver = self._solver(lower, upper, integral=True)
            solver.setOptionValue("presolve", presolve)
            solver.setOptionValue("mip_max_nodes", nodes)
            solver.setOptionValue("mip_abs_gap", gap)
            self._aim(solver, weights)
            if start is not None:
                self._start(solver, start)
            solver.run()
            status = solver.modelStatusToString(solver.getModelStatus())
            if status == "Infeasible":
                return None, True
            values = [round(value) for value in solver.getSolution().col_value]
            claimed = solver.getInfo().objective_function_value
            if len(values) == self.width and self.keeps(values):
                worth = sum(weight * values[column] for column, weight in weights.items())
                if abs(worth - claimed) < 0.5 + abs(worth) * 1e-9:
                    return values, status == "Optimal" and start is None
        return None, False

    def keeps(self, values: Sequence[int]) -> bool:
        """Whether whole values keep every row."""
        return all(
            (used == most if number in self.tight else used <= most)
            for number, (terms, most) in enumerate(self.rows)
            for used in (sum(weight * values[c] for c, weight in terms),)
        ) and all(
            low <= value <= high for low, value, high in zip(self.lower, values, self.upper, strict=True)
        )

    def hold(self, weights: Mapping[int, int], worth: int) -> None:
        """From here on only values with at least this sum."""
        self.add(([(column, -weight) for column, weight in weights.items()], -worth))

    def hold_best(self, values: Sequence[int]) -> bool:
        """From here on only values as good as these are, the best of the stage last relaxed: they lie on one face of
        it, so the columns and rows with a price are fixed. False, and nothing is, where that does not hold these."""
        solution = self._linear.getSolution()
        at = list(solution.col_value)
        columns = [c for c, price in enumerate(solution.col_dual) if abs(price) > NEAR]
        rows = [r for r, price in enumerate(solution.row_dual) if abs(price) > NEAR and r not in self.tight]
        if any(abs(values[column] - at[column]) > NEAR for column in columns):
            return False
        if any(sum(w * values[c] for c, w in self.rows[r][0]) != self.rows[r][1] for r in rows):
            return False
        for column in columns:
            self.fix(column, values[column])
        for row in rows:
            self.tight.add(row)
            self._linear.changeRowBounds(row, float(self.rows[row][1]), float(self.rows[row][1]))
        return True

    def add(self, row: Row) -> None:
        terms, most = _divided(row)
        self.rows.append((terms, most))
        self._linear.addRow(
            -self._linear.getInfinity(),
            float(most),
            len(terms),
            [column for column, _ in terms],
            [float(weight) for _, weight in terms],
        )

    def fix(self, column: int, value: int) -> None:
        self.lower[column] = self.upper[column] = float(value)
        self._linear.changeColBounds(column, float(value), float(value))

    def _aim(self, solver: Any, weights: Mapping[int, int]) -> None:
        import numpy

        cost = numpy.zeros(self.width)
        if weights:
            cost[list(weights)] = list(weights.values())
        solver.changeColsCost(self.width, numpy.arange(self.width, dtype=numpy.int32), cost)

    @staticmethod
    def _start(solver: Any, values: Sequence[int]) -> None:
        import highspy

        start = highspy.HighsSolution()
        start.col_value = [float(value) for value in values]
        solver.setSolution(start)

    def _solver(self, lower: list[float], upper: list[float], *, integral: bool = False) -> Any:
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
            numpy.zeros(self.width), numpy.array(lower), numpy.array(upper),
            numpy.array(least, dtype=numpy.float64), numpy.array(most, dtype=numpy.float64),
            numpy.array(starts[:-1], dtype=numpy.int32), numpy.array(index, dtype=numpy.int32),
            numpy.array(value, dtype=numpy.float64), numpy.full(self.width, int(integral), dtype=numpy.int32),
        )  # fmt: skip
        return solver


def _divided(row: Row) -> Row:
    """The same in smaller numbers: sums of whole multiples of a number are compared in that number."""
    terms, most = row
    shared = gcd(*(weight for _, weight in terms)) or 1
    return [(column, weight // shared) for column, weight in terms], most // shared
