"""Better prices from the linear relaxation, where the optional solver HiGHS is installed.

Only prices are taken from it: the bound is computed from them in exact integers, so that nothing that is proven
rests on floating point.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from digest.place.facts import bits
from digest.place.quiet import quiet_highs
from digest.place.walk.dual import Gains, Row


def prices_of(gains: Gains, following: Sequence[int], rows: Sequence[Row], cap: int) -> list[int] | None:
    """A whole price per row, then the toll per ad; ``None`` where HiGHS is not installed or does not end well."""
    columns = [(i, o) for o, here in enumerate(gains) for i in here]
    limits = _limits(columns, following, rows)
    most = [*(1 for _ in rows), cap, *(1 for _ in limits[len(rows) + 1 :])]
    found = duals([gains[o][i] for i, o in columns], limits, most)
    return None if found is None else found[: len(rows) + 1]


def _limits(columns: list[tuple[int, int]], following: Sequence[int], rows: Sequence[Row]) -> list[list[int]]:
    """Row by row the columns that count: the limits, the cap, and one ad in each stretch of near openings."""
    by_opening: dict[int, list[int]] = {}
    by_item: dict[int, list[tuple[int, int]]] = {}
    for number, (i, o) in enumerate(columns):
        by_opening.setdefault(o, []).append(number)
        by_item.setdefault(i, []).append((o, number))
    found = [
        [n for i in bits(items) for o, n in by_item.get(i, ()) if openings >> o & 1]
        for items, openings in rows
    ]
    found.append(list(range(len(columns))))
    for o, end in stretches(following):
        found.append([n for near in range(o, end) for n in by_opening.get(near, ())])
    return found


def stretches(following: Sequence[int]) -> list[tuple[int, int]]:
    """The longest runs of openings of which only one may hold an ad: the first, and the first after."""
    found, last = [], 0
    for o, end in enumerate(following):
        if end > last:
            found.append((o, end))
            last = end
    return found


def duals(gains: Sequence[int], rows: Sequence[Sequence[int]], most: Sequence[int]) -> list[int] | None:
    """A whole price per row of "the columns of a row add up to at most so much"; ``None`` without HiGHS."""
    try:
        import highspy
        import numpy
    except ImportError:
        return None
    unit = float(max(gains))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(gains), len(rows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = numpy.array([gain / unit for gain in gains])
    model.col_lower_, model.col_upper_ = numpy.zeros(len(gains)), numpy.full(len(gains), highspy.kHighsInf)
    model.row_lower_ = numpy.full(len(rows), -highspy.kHighsInf)
    model.row_upper_ = numpy.array(most, dtype=float)
    starts, index = [0], list[int]()
    for row in rows:
        index += row
        starts.append(len(index))
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = numpy.array(starts)
    model.a_matrix_.index_ = numpy.array(index)
    model.a_matrix_.value_ = numpy.ones(len(index))
    return _solved(highspy, model, len(rows) - 1, unit)


def _solved(highspy: Any, model: Any, rows: int, unit: float) -> list[int] | None:
    solver = quiet_highs()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("dual_feasibility_tolerance", 1e-10)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    duals = solver.getSolution().row_dual
    return [max(0, round(abs(duals[row]) * unit)) for row in range(rows + 1)]
