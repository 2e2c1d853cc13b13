"""The least shortfall as one integer program over openings, written from the rules of single issues alone.

A column per booking, issue and opening; the facts of ``eligibility`` as they are; pacing and caps as a build of each
day reads them, with a large number where a rule says *if*. Nothing of the forecast is used but its values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from fractions import Fraction
from math import ceil
from typing import Any

import highspy

from digest.model import TIERS, Edition, LineItem
from digest.place import delivery
from digest.place.context import IssueContext
from digest.place.eligibility import Eligibility, eligibility
from digest.place.facts import AtMost, bits
from digest.place.forecast import ForecastInputs, IssueDate
from digest.place.request import PlaceRequest

Terms = Mapping[int, float]


class ForecastMip:
    """Least shortfalls, tier by tier: of flights that end within the span, then of those that go on."""

    def __init__(self, inputs: ForecastInputs) -> None:
        self.inputs, self.items = inputs, inputs.ads.line_items
        self.solver: Any = highspy.Highs.__mro__[1]()
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 0.5),
        ):
            self.solver.setOptionValue(name, value)
        self.count = 0
        self.runs: dict[tuple[int, IssueDate], int] = {}
        tables: dict[str, Eligibility] = {}
        for issue in inputs.issues():
            if issue.edition not in tables:
                tables[issue.edition] = self._timeless(issue)
            self._issue(issue, tables[issue.edition])
        for number in range(len(self.items)):
            self._time(number)

    def _timeless(self, issue: IssueDate) -> Eligibility:
        """The facts of an issue without those about its day."""
        bare = tuple(
            replace(i, flight=None, goal=None, frequency_cap=None, editions=None) for i in self.items
        )
        edition = next(e for e in self.inputs.editions if e.name == issue.edition)
        return eligibility(
            IssueContext(
                PlaceRequest(
                    ads=replace(self.inputs.ads, line_items=bare),
                    editions=self.inputs.editions,
                    edition=edition,
                    day=issue.date,
                    lineup=self.inputs.lineup(issue),
                )
            )
        )

    def _column(self, most: float = 1.0) -> int:
        self.solver.addCol(0.0, 0.0, most, 0, [], [])
        self.solver.changeColIntegrality(self.count, highspy.HighsVarType.kInteger)
        self.count += 1
        return self.count - 1

    def _row(self, low: float, terms: Terms, high: float) -> None:
        self.solver.addRow(low, high, len(terms), list(terms), list(map(float, terms.values())))

    def _issue(self, issue: IssueDate, table: Eligibility) -> None:
        context, endless = table.context, highspy.kHighsInf
        places: dict[tuple[int, int], int] = {}
        for number, item in enumerate(self.items):
            flies = item.flight is None or issue.date in item.flight
            edition = next(e for e in self.inputs.editions if e.name == issue.edition)
            if flies and delivery.runs_in(item, edition) and number not in table.barred:
                mine = {o: self._column() for o in bits(table.left[number])}
                places |= {(number, o): column for o, column in mine.items()}
                run = self._column()
                self.runs[number, issue] = run
                self._row(0, {run: 1, **dict.fromkeys(mine.values(), -1)}, 0)
        for opening in range(len(context.openings)):
            self._row(-endless, {c: 1 for (_, o), c in places.items() if o == opening}, 1)
        gaps = [opening.gap for opening in context.openings]
        for fact in (fact for _, fact in table.limits):
            for window in self._windows(fact, gaps):
                terms = {c: 1 for (i, o), c in places.items() if fact.items >> i & 1 and o in window}
                self._row(-endless, terms, fact.most)
        for group in table.groups:
            members = [self.runs.get((i, issue)) for i in bits(group.items)]
            for one in members:
                for other in members:
                    if one is not None:
                        self._row(-endless, {one: 1} if other is None else {one: 1, other: -1}, 0)

    @staticmethod
    def _windows(fact: AtMost, gaps: list[int]) -> list[set[int]]:
        allowed = {o for o in range(len(gaps)) if fact.openings >> o & 1 or fact.openings < 0}
        if fact.span is None:
            return [allowed]
        return [{o for o in allowed if low <= gaps[o] < low + fact.span} for low in sorted(set(gaps))]

    def _worth(self, item: LineItem, issue: IssueDate) -> int:
        if item.goal is None or item.goal.unit == "issues":
            return 1
        return next(e.expected_sends or 0 for e in self.inputs.editions if e.name == issue.edition)

    def _editions(self, item: LineItem) -> list[Edition]:
        return [e for e in self.inputs.editions if delivery.runs_in(item, e)]

    def _time(self, number: int) -> None:
        item, mine = self.items[number], [(d, c) for (n, d), c in self.runs.items() if n == number]
        for issue, column in mine:
            prior = [(d, c) for d, c in mine if self._when(d) < self._when(issue)]
            if item.goal is not None:
                elapsed, every = delivery.elapsed_and_total(item, self.inputs.editions, issue.date)
                allowed = delivery.allowed_by(item.pacing, item.goal.amount, elapsed, every)
                self._if(column, {c: self._worth(item, d) for d, c in prior}, allowed - 1)
            if cap := item.frequency_cap:
                near = {c: 1 for d, c in prior if (issue.date - d.date).days < cap.per_days}
                self._if(column, near, cap.max_issues - 1)
        if item.goal is not None and item.goal.unit == "issues":
            self._row(-highspy.kHighsInf, {c: 1 for _, c in mine}, item.goal.amount)

    def _when(self, issue: IssueDate) -> tuple[date, time]:
        return issue.date, next(e.cutoff for e in self.inputs.editions if e.name == issue.edition)

    def _if(self, column: int, terms: Terms, most: float) -> None:
        big = max(sum(terms.values()) - most, 0)
        self._row(-highspy.kHighsInf, {**terms, column: big}, most + big)

    def least(self) -> list[int]:
        """Per tier the least shortfall of flights that end, then of those that go on, in issues of the edition that
        counts most; each with the ones before it held."""
        found = []
        for tier in TIERS:
            for final in (True, False):
                short = dict.fromkeys(self._short(tier, final), -1.0)
                for column in range(self.count):
                    self.solver.changeColCost(column, short.get(column, 0.0))
                self.solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
                self.solver.run()
                assert self.solver.modelStatusToString(self.solver.getModelStatus()) == "Optimal"
                best = round(-self.solver.getInfo().objective_function_value)
                found.append(best)
                if short:
                    self._row(-best, short, 0)
        return found

    def _short(self, tier: str, final: bool) -> list[int]:
        """A column per booking: what it is short."""
        columns = []
        for number, item in enumerate(self.items):
            if item.tier != tier or item.goal is None or item.flight is None or item.flight.last is None:
                continue
            if (item.flight.last <= self.inputs.last) != final:
                continue
            mine = {c: self._worth(item, d) for (n, d), c in self.runs.items() if n == number}
            due = item.goal.amount
            if not final:
                elapsed, every = delivery.elapsed_and_total(item, self.inputs.editions, self.inputs.last)
                due = delivery.allowed_by(item.pacing, due, elapsed, every)
            largest = max(
                self._worth(item, IssueDate(self.inputs.first, e.name)) for e in self._editions(item)
            )
            column = self._column(ceil(Fraction(due, largest)))
            self._row(due, {**mine, column: largest}, highspy.kHighsInf)
            columns.append(column)
        return columns
