"""One booking through time: in which coming issues it may run, and what ties these chances to each other.

Goals and caps are read as the rules of a single issue read them: an issue sees those of earlier dates, and of its own
date those with an earlier cutoff. A
``Row`` says that a weighted sum of chances is at most a number; no weight is negative. Rows are exact: what they
allow is what a build on each of the days would allow, apart from one thing: a goal in issues is never planned beyond
what was booked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from math import ceil

from digest.model import Edition, LineItem, RunAd
from digest.model.calendar import Calendar
from digest.place import delivery
from digest.place.forecast.issues import BookingForecast, ForecastInputs, IssueDate

NO_CLICKS = "no receipt tells a click on it yet: how many issues its goal needs, nobody can say"
ON_DEMAND = "in editions on demand alone: when the next one comes, nobody can say"
SOME_READERS = "for some readers only: never in the issue for everybody, and so not in this plan"

Chance = tuple[IssueDate, int]  # an issue, and the number of the column that says whether it runs there
Row = tuple[list[tuple[int, int]], int]  # (column, weight), at most


@dataclass(frozen=True)
class Booking:
    """A line item with what the ledger has of it up to the end of the span, oldest first.

    ``item`` has no goal where no plan can speak of it; ``remark`` says so, or what is only expected.
    """

    item: LineItem
    inputs: ForecastInputs
    rows: tuple[RunAd, ...]
    remark: str = ""

    @classmethod
    def of(cls, item: LineItem, inputs: ForecastInputs, rows: Sequence[RunAd]) -> Booking:
        kept = {(run.edition, run.date): run for run in rows if inputs.is_fact(run)}
        booking = cls(item, inputs, tuple(sorted(kept.values(), key=lambda run: (run.date, run.edition))))
        if item.audience:
            return replace(booking, item=replace(item, goal=None), remark=SOME_READERS)
        if booking.editions and all(edition.cadence == "on_demand" for edition in booking.editions.values()):
            return replace(booking, item=replace(item, goal=None), remark=ON_DEMAND)
        if item.goal is None or item.goal.unit != "clicks":
            return booking
        least = min(map(booking.worth, booking.editions), default=0)
        if not least:
            return replace(booking, item=replace(item, goal=None), remark=NO_CLICKS)
        most = max(map(booking.worth, booking.editions))
        range_of = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        return replace(
            booking, remark=f"{range_of} clicks an issue expected, as many as it had a copy so far"
        )

    @cached_property
    def editions(self) -> dict[str, Edition]:
        """Of the issues for everybody, those it may run in: none of a booking for some readers."""
        if self.item.audience:
            return {}
        return {e.name: e for e in self.inputs.editions if delivery.runs_in(self.item, e)}

    @cached_property
    def _calendars(self) -> frozenset[Calendar]:
        return delivery.calendars(self.editions.values())

    @cached_property
    def _total(self) -> int:
        flight = self.item.flight
        return delivery.eligible_count(flight, self._calendars) if flight else 0

    @property
    def ends_within(self) -> bool:
        last = self.item.flight.last if self.item.flight else None
        return last is not None and last <= self.inputs.last

    @property
    def promises_all(self) -> bool:
        """A sponsorship without a goal or a cap is sold every issue of its flight."""
        item = self.item
        return (
            item.tier == "sponsorship"
            and item.goal is None
            and item.frequency_cap is None
            and not self.remark
        )

    def worth(self, edition: str) -> int:
        """What an issue of the edition counts for the goal."""
        if self.item.goal is None or self.item.goal.unit == "issues":
            return 1
        sends = self.editions[edition].expected_sends or 0
        if self.item.goal.unit == "sends":
            return sends
        return max(1, round(sends * self._click_rate)) if sends and self._click_rate else 0

    @cached_property
    def _click_rate(self) -> Fraction:
        """Clicks a copy, in its issues whose clicks are known; 0 where nobody clicked or no receipt tells."""
        known = [run for run in self.rows if run.clicks is not None]
        copies = sum(delivery.sends_of(run, self.inputs.editions) for run in known)
        return Fraction(sum(run.clicks or 0 for run in known), copies) if copies else Fraction(0)

    def _count(self, rows: Sequence[RunAd]) -> int:
        return delivery.delivered(self.item, rows, self.inputs.editions)

    @cached_property
    def delivered(self) -> int:
        """What the ledger counts up to the end of the span, in the goal's unit."""
        return self._count(self.rows)

    @cached_property
    def _before(self) -> int:
        return self._count([run for run in self.rows if run.date < self.inputs.first])

    @cached_property
    def _built_within(self) -> tuple[RunAd, ...]:
        return tuple(run for run in self.rows if run.date >= self.inputs.first)

    def had(self, issue: IssueDate) -> int:
        """What the issues built that come before ``issue`` count."""
        return self._before + self._count([run for run in self._built_within if self._precedes(run, issue)])

    def _precedes(self, run: RunAd, issue: IssueDate) -> bool:
        """Whether it ran on an earlier date, or on the same one with an earlier cutoff."""
        return delivery.precedes(run, issue.date, self._sooner[issue.edition])

    @cached_property
    def _sooner(self) -> dict[str, frozenset[str]]:
        return {n: delivery.editions_before(e, self.inputs.editions) for n, e in self.editions.items()}

    def allowed(self, day: date) -> int:
        """How much its pacing lets it have by ``day``."""
        assert self.item.goal is not None
        return delivery.allowed_by(self.item.pacing, self.item.goal.amount, self._elapsed(day), self._total)

    def _elapsed(self, day: date) -> int:
        """Issue dates of the flight up to ``day``."""
        if day not in self._counted:
            assert self.item.flight is not None
            self._counted[day] = delivery.eligible_count(self.item.flight, self._calendars, day)
        return self._counted[day]

    @cached_property
    def _counted(self) -> dict[date, int]:
        return {}

    @cached_property
    def chances(self) -> tuple[IssueDate, ...]:
        """The issues not built yet in which it may run as far as its own dates, cap and goal are concerned."""
        return tuple(
            issue
            for issue in self.issues
            if issue not in self.inputs.built
            and self.item.id not in self.inputs.barred.get(issue, ())
            and self._open(issue)
        )

    @cached_property
    def issues(self) -> tuple[IssueDate, ...]:
        """The issues of the span in its flight and editions."""
        flight, inputs = self.item.flight, self.inputs
        planned = flight.days_between(inputs.first, inputs.last) if flight else tuple(inputs.days())
        days = [day for day in planned if not self.item.rests_on(day) and self.item.creatives_on(day)]
        return tuple(
            IssueDate(day, name) for day in days for name, e in self.editions.items() if e.has_issue(day)
        )

    def _open(self, issue: IssueDate) -> bool:
        """Whether what is built already leaves room for it in ``issue``."""
        if self.item.goal is not None and self.had(issue) >= self.allowed(issue.date):
            return False
        cap = self.item.frequency_cap
        return cap is None or len(self._ran_in(issue)) < cap.max_issues

    def _ran_in(self, issue: IssueDate) -> tuple[RunAd, ...]:
        """The built issues before this one in the cap's window that ends on its date."""
        assert self.item.frequency_cap is not None
        before = (run for run in self.rows if self._precedes(run, issue))
        return delivery.in_window(before, issue.date, self.item.frequency_cap.per_days)

    def need(self) -> int:
        """What is due by the end of the span and not delivered, in the goal's unit; 0 without a goal."""
        return max(0, (self.due or 0) - self.delivered) if self.item.goal else 0

    @cached_property
    def due(self) -> int | None:
        """All that was booked; where the flight goes on after the span, what its pacing allows by then. Of a
        sponsorship without a goal, its issues of the span; of another booking without one, ``None``."""
        if self.item.goal is None:
            earlier = sum(run.date < self.inputs.first for run in self.rows)
            return earlier + len(self.issues) if self.promises_all else None
        return self.item.goal.amount if self.ends_within else self.allowed(self.inputs.last)

    @cached_property
    def expected(self) -> int | None:
        """What people expect by the end of the span: as ``due``, but ``asap`` promises no more than an even plan."""
        if self.item.goal is None or self.ends_within or self.item.pacing != "asap":
            return self.due
        elapsed = self._elapsed(self.inputs.last)
        return delivery.allowed_by("even", self.item.goal.amount, elapsed, self._total)

    def forecast(self, runs: Sequence[str], chances: int) -> BookingForecast:
        """What it can look forward to where the plan runs it in issues of the editions ``runs``."""
        item, due, planned = self.item, self.expected, sum(map(self.worth, runs))
        return BookingForecast(
            line_item=item.id,
            advertiser=item.advertiser,
            tier=item.tier,
            unit=item.goal.unit if item.goal else "issues",
            booked=item.goal.amount if item.goal else None,
            delivered=self.delivered,
            planned=planned,
            issues=len(runs),
            due=due,
            short=max(0, due - self.delivered - planned) if due is not None else 0,
            final=self.ends_within,
            chances=chances,
            dates=len(self.issues),
            remark=self.remark,
        )

    def lead(self, day: date) -> int:
        """How many of its issue dates of the span lie on or after ``day``: what a run on that day is early."""
        return self._elapsed(self.inputs.last) - self._elapsed(day) + 1 if self.item.flight else 0

    def ties(self, chances: Sequence[Chance], many: int = 1) -> Iterator[Row]:
        """Everything that its goal, pacing and cap say of sums of chances (in order of date).

        With ``many`` bookings that are alike in one column, what holds for all of them together.
        """
        by_day = [
            (day, list(some)) for (day, _), some in groupby(sorted(chances, key=self._when), key=self._when)
        ]
        if self.item.goal is not None:
            yield from self._goal(by_day, many)
        if self.item.frequency_cap is not None:
            yield from self._cap(by_day, many)

    def _when(self, chance: Chance) -> tuple[date, time]:
        """Issues of one date see those with an earlier cutoff."""
        return chance[0].date, self.editions[chance[0].edition].cutoff

    @cached_property
    def worths(self) -> dict[str, int]:
        """What an issue of each edition counts: 1 where all count the same."""
        by_edition = {name: self.worth(name) for name in self.editions}
        return dict.fromkeys(by_edition, 1) if len(set(by_edition.values())) == 1 else by_edition

    def _left(self, issue: IssueDate) -> int | None:
        """It runs in ``issue`` if what was planned before counts less than this (in ``worths``); ``None``: always."""
        left = self.allowed(issue.date) - self.had(issue)
        worths = {self.worth(name) for name in self.editions}
        if len(worths) > 1:
            return left
        worth = worths.pop() if worths else 0
        return ceil(left / worth) if worth else None

    def _goal(self, by_day: list[tuple[date, list[Chance]]], many: int) -> Iterator[Row]:
        """``most`` is what the dates so far can count for at most; a row is said where the date after it does not
        say more."""
        earlier: list[tuple[int, int]] = []
        most, before = 0, None
        for _, chances in by_day:
            left = self._left(chances[0][0])
            chance_worths = [(column, self.worths[issue.edition]) for issue, column in chances]
            full = sum(weight for _, weight in chance_worths)
            after, plain, rows = most + full, many > 1, list[Row]()
            if left is not None and most >= left:
                over, after = most - left + 1, max(most, left - 1 + full)
                plain = plain or (
                    len(chance_worths) == 1 and over == full
                )  # a sum that a later one may imply
                if plain:
                    rows = [([*earlier, *chance_worths], many * after)]
                else:
                    rows = [([*earlier, (column, over)], most) for column, _ in chance_worths]
            if before is not None and not (rows and rows[0][1] <= before[1]):
                yield before
            before = rows[0] if rows and plain else None
            yield from rows if before is None else ()
            most = after
            earlier = [*earlier, *chance_worths]
        if before is not None:
            yield before
        assert self.item.goal is not None
        if self.item.goal.unit == "issues" and most > self.item.goal.amount - self.delivered:
            yield earlier, many * max(0, self.item.goal.amount - self.delivered)

    def _cap(self, by_day: list[tuple[date, list[Chance]]], many: int) -> Iterator[Row]:
        cap = self.item.frequency_cap
        assert cap is not None
        for number, (day, chances) in enumerate(by_day):
            near = [some for d, some in by_day[:number] if (day - d).days < cap.per_days]
            prior = [(column, 1) for some in near for _, column in some]
            ran = self._ran_in(chances[0][0])
            early = sum(run.date < near[0][0][0].date for run in ran) if near else 0
            most = min(len(prior), cap.max_issues - 1 - early + max(map(len, near), default=0))
            room = (
                cap.max_issues - 1 - len(ran)
            )  # it runs on the day if the window had at most so many before
            if most <= room:
                continue
            if many > 1:
                yield [*prior, *((c, 1) for _, c in chances)], many * max(most, room + len(chances))
            else:
                yield from (([*prior, (column, most - room)], most) for _, column in chances)
