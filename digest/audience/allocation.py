"""Who of an audience gets which booking: goals in readers shared out over groups by a linear program.

Columns are readers of a group who get a line item. Tier by tier: the least shortfall, then the least of the largest
shares short (so that all keep pace); last the most value. What is fractional is rounded down and handed out again by
the largest remainders, so a line item gets what is planned up to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from digest.audience.choices import Group, Piece
from digest.audience.extras import needs

NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Demand:
    """A line item today: at most ``target`` readers; where it is ``limited`` no others get it."""

    item: str
    tier: int
    target: int
    rate: float
    limited: bool


@dataclass(frozen=True, slots=True)
class Supply:
    """A group with the bookings that may run for it, as numbers of demands, and how many ads its issue holds."""

    group: Group
    items: tuple[int, ...]
    load: int


def allocate(supplies: Sequence[Supply], demands: Sequence[Demand]) -> list[dict[int, int]]:
    """By group, how many of its readers get which demand."""
    columns = [(g, i) for g, supply in enumerate(supplies) for i in supply.items]
    if not columns:
        return [{} for _ in supplies]
    program = _Program(supplies, demands, columns)
    for tier in sorted({demand.tier for demand in demands}):
        program.least_shortfall(tier)
    values = program.most_value()
    return _whole(supplies, demands, columns, values)


class _Program:
    """The stages of one linear program; what a stage reached holds in the next."""

    def __init__(
        self, supplies: Sequence[Supply], demands: Sequence[Demand], columns: Sequence[tuple[int, int]]
    ) -> None:
        highspy: Any = needs("highspy")
        self.demands, self.columns = demands, columns
        # The class below ``Highs``: the same solver, without a greeting on standard output when it is made.
        self.solver: Any = highspy.Highs.__mro__[1]()
        for name, value in (("output_flag", False), ("threads", 1), ("parallel", "off"), ("random_seed", 0)):
            self.solver.setOptionValue(name, value)
        self.solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        for g, _ in columns:
            self.solver.addVar(0.0, float(supplies[g].group.readers))
        self.short = [self.solver.getNumCol() + k for k, _ in enumerate(sorted({d.tier for d in demands}))]
        self.tiers = sorted({d.tier for d in demands})
        for _ in self.short:
            self.solver.addVar(0.0, 1.0)
        of_group: dict[int, list[int]] = {}
        self.of_item: dict[int, list[int]] = {}
        for column, (g, i) in enumerate(columns):
            of_group.setdefault(g, []).append(column)
            self.of_item.setdefault(i, []).append(column)
        for g, members in of_group.items():
            self._row(-highspy.kHighsInf, supplies[g].load * supplies[g].group.readers, members)
        for i, members in self.of_item.items():
            self._row(-highspy.kHighsInf, demands[i].target, members)
        self.endless = highspy.kHighsInf

    def _row(self, low: float, high: float, columns: list[int], values: list[float] | None = None) -> None:
        import numpy

        ones = values or [1.0] * len(columns)
        places, worth = numpy.array(columns, dtype=numpy.int32), numpy.array(ones, dtype=numpy.float64)
        self.solver.addRow(float(low), float(high), len(columns), places, worth)

    def _best(self, costs: dict[int, float]) -> list[float]:
        total = len(self.columns) + len(self.short)
        for column in range(total):
            self.solver.changeColCost(column, costs.get(column, 0.0))
        self.solver.run()
        return list(self.solver.getSolution().col_value)

    def least_shortfall(self, tier: int) -> None:
        members = [i for i in self.of_item if self.demands[i].tier == tier]
        columns = [column for i in members for column in self.of_item[i]]
        if not columns:
            return
        values = self._best(dict.fromkeys(columns, 1.0))
        self._row(sum(values[column] for column in columns) - 1e-4, self.endless, columns)
        short = self.short[self.tiers.index(tier)]
        for i in members:
            target = float(self.demands[i].target)
            if target:
                own = self.of_item[i]
                self._row(target, self.endless, [*own, short], [1.0] * len(own) + [target])
        values = self._best({short: -1.0})
        self.solver.changeColBounds(short, 0.0, min(1.0, values[short] + 1e-6))

    def most_value(self) -> list[float]:
        return self._best({c: self.demands[i].rate for c, (_, i) in enumerate(self.columns)})


def _whole(
    supplies: Sequence[Supply],
    demands: Sequence[Demand],
    columns: Sequence[tuple[int, int]],
    values: Sequence[float],
) -> list[dict[int, int]]:
    counts: list[dict[int, int]] = [{} for _ in supplies]
    left: dict[int, float] = {}
    parts: dict[int, list[tuple[float, int]]] = {}
    for (g, i), value in zip(columns, values, strict=False):
        count = int(value + NEAR)
        counts[g][i] = count
        left[i] = left.get(i, 0.0) + value - count
        if value - count > NEAR:
            parts.setdefault(i, []).append((count - value, g))
    for i, rests in sorted(parts.items()):
        for _, g in sorted(rests)[: round(left[i])]:
            supply = supplies[g]
            room = supply.load * supply.group.readers - sum(counts[g].values())
            if room > 0 and counts[g][i] < supply.group.readers:
                counts[g][i] += 1
    return counts


def pieces(supply: Supply, counts: dict[int, int], demands: Sequence[Demand]) -> list[Piece]:
    """The group parted so that each line item has its readers, laid one after another around the group: no reader has
    more than the issue holds."""
    group, cuts, spans = supply.group, {0, supply.group.readers}, list[tuple[int, list[tuple[int, int]]]]()
    at = 0
    for i in supply.items:
        if not demands[i].limited or counts.get(i, 0) >= group.readers:
            continue
        end = at + counts.get(i, 0)
        laid = [(at, min(end, group.readers))] + ([(0, end - group.readers)] if end > group.readers else [])
        spans.append((i, [interval for interval in laid if interval[0] < interval[1]]))
        cuts.update(edge for interval in laid for edge in interval)
        at = end % group.readers
    edges = sorted(cuts)
    parts: list[Piece] = []
    for first, last in pairwise(edges):
        without = tuple(
            sorted(demands[i].item for i, laid in spans if not any(low <= first < high for low, high in laid))
        )
        parts.append(Piece(group.code, group.choice, first, last, without))
    return parts
