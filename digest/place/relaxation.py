"""Better prices from the linear relaxation, where the optional solver HiGHS is installed.

Only prices are taken from it: the bound is computed from them in exact integers, so that nothing that is proven
rests on floating point.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from digest.place.dual import Gains, Row
from digest.place.facts import bits
from digest.place.quiet import quiet_highs


def prices_of(gains: Gains, following: Sequence[int], rows: Sequence[Row], cap: int) -> list[int] | None:
    """A whole price per row, then the toll per ad; ``None`` where HiGHS is not installed or does not end well."""
    try:
        import highspy
        import numpy
    except ImportError:
        return None
    columns = [(i, o) for o, here in enumerate(gains) for i in here]
    unit = float(max(gains[o][i] for i, o in columns))
    starts, index = _matrix(columns, following, rows)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(columns), len(starts) - 1
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = numpy.array([gains[o][i] / unit for i, o in columns])
    model.col_lower_, model.col_upper_ = (
        numpy.zeros(len(columns)),
        numpy.full(len(columns), highspy.kHighsInf),
    )
    limits = numpy.ones(len(starts) - 1)
    limits[len(rows)] = cap
    model.row_lower_, model.row_upper_ = numpy.full(len(starts) - 1, -highspy.kHighsInf), limits
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = numpy.array(starts)
    model.a_matrix_.index_ = numpy.array(index)
    model.a_matrix_.value_ = numpy.ones(len(index))
    return _solved(highspy, model, len(rows), unit)


def _matrix(
    columns: list[tuple[int, int]], following: Sequence[int], rows: Sequence[Row]
) -> tuple[list[int], list[int]]:
    """Row by row the columns that count: the limits, the cap, and one ad in each stretch of near openings."""
    by_opening: dict[int, list[tuple[int, int]]] = {}
    by_item: dict[int, list[tuple[int, int]]] = {}
    for number, (i, o) in enumerate(columns):
        by_opening.setdefault(o, []).append((i, number))
        by_item.setdefault(i, []).append((o, number))
    starts, index = [0], []
    for items, openings in rows:
        for i in bits(items):
            index += [number for o, number in by_item.get(i, ()) if openings >> o & 1]
        starts.append(len(index))
    index += range(len(columns))
    starts.append(len(index))
    last = 0
    for o, end in enumerate(following):
        if end > last:
            index += [number for near in range(o, end) for _, number in by_opening.get(near, ())]
            starts.append(len(index))
            last = end
    return starts, index


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
