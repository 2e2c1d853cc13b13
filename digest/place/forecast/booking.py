"""One booking through time: in which coming issues it may run, and what ties these chances to each other.

Goals and caps are read as the rules of a single issue read them: an issue sees those of earlier dates only. A
``Row`` says that a weighted sum of chances is at most a number. Rows are exact: what they allow is what a build
on each of the days would allow, apart from one thing: a goal in issues is never planned beyond what was booked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import ceil

from digest.model import Edition, LineItem, RunAd
from digest.place import delivery
from digest.place.forecast.outlook import Coming, Outlook, Prospect

Chance = tuple[Coming, int]  # an issue, and the number of the column that says whether it runs there
Row = tuple[list[tuple[int, int]], int]  # (column, weight), at most


@dataclass(frozen=True)
class Booking:
    """A line item with what the ledger has of it up to the end of the span, oldest first."""

    item: LineItem
    outlook: Outlook
    rows: tuple[RunAd, ...]

    @classmethod
    def of(cls, item: LineItem, outlook: Outlook, rows: Sequence[RunAd]) -> Booking:
        kept = {(run.edition, run.date): run for run in rows if cls._counts(outlook, run)}
        return cls(item, outlook, tuple(sorted(kept.values(), key=lambda run: (run.date, run.edition))))

    @staticmethod
    def _counts(outlook: Outlook, run: RunAd) -> bool:
        return run.date < outlook.first or (
            Coming(run.date, run.edition) in outlook.built and run.date <= outlook.last
        )

    @cached_property
    def editions(self) -> dict[str, Edition]:
        return {e.name: e for e in self.outlook.editions if delivery.runs_in(self.item, e)}

    @cached_property
    def _weekdays(self) -> frozenset[int]:
        return delivery.eligible_weekdays(self.editions.values())

    @cached_property
    def _total(self) -> int:
        flight = self.item.flight
        return delivery.eligible_count(flight, self._weekdays) if flight else 0

    @property
    def ends_within(self) -> bool:
        last = self.item.flight.last if self.item.flight else None
        return last is not None and last <= self.outlook.last

    def worth(self, edition: str) -> int:
        """What an issue of the edition counts for the goal."""
        if self.item.goal is None or self.item.goal.unit == "issues":
            return 1
        return self.editions[edition].expected_sends or 0

    def _count(self, rows: Sequence[RunAd]) -> int:
        return delivery.delivered(self.item, rows, self.outlook.editions)

    @cached_property
    def delivered(self) -> int:
        """What the ledger counts up to the end of the span, in the goal's unit."""
        return self._count(self.rows)

    @cached_property
    def _before(self) -> int:
        return self._count([run for run in self.rows if run.date < self.outlook.first])

    @cached_property
    def _built_within(self) -> tuple[RunAd, ...]:
        return tuple(run for run in self.rows if run.date >= self.outlook.first)

    def had(self, day: date) -> int:
        """What the issues built of dates before ``day`` count."""
        within = [run for run in self._built_within if run.date < day]
        return self._before + (self._count(within) if within else 0)

    def allowed(self, day: date) -> int:
        """How much its pacing lets it have by ``day``."""
        assert self.item.goal is not None
        return delivery.allowed_by(self.item.pacing, self.item.goal.amount, self._elapsed(day), self._total)

    def _elapsed(self, day: date) -> int:
        """Issue dates of the flight up to ``day``."""
        if day not in self._counted:
            assert self.item.flight is not None
            self._counted[day] = delivery.eligible_count(self.item.flight, self._weekdays, day)
        return self._counted[day]

    @cached_property
    def _counted(self) -> dict[date, int]:
        return {}

    def chances(self) -> tuple[Coming, ...]:
        """The issues not built yet in which it may run as far as its own dates, cap and goal are concerned."""
        return tuple(
            Coming(day, name)
            for day in self._days()
            for name, edition in self.editions.items()
            if edition.has_issue(day)
            and Coming(day, name) not in self.outlook.built
            and self.item.id not in self.outlook.barred.get(Coming(day, name), ())
            and self._open(day)
        )

    def _days(self) -> Iterator[date]:
        flight, outlook = self.item.flight, self.outlook
        return iter(flight.days_between(outlook.first, outlook.last)) if flight else outlook.days()

    def _open(self, day: date) -> bool:
        """Whether what is built already leaves room for it on ``day``."""
        if self.item.goal is not None and self.had(day) >= self.allowed(day):
            return False
        cap = self.item.frequency_cap
        return cap is None or len(self._ran_in(day)) < cap.max_issues

    def _ran_in(self, day: date) -> list[RunAd]:
        """The built issues of earlier dates in the cap's window that ends on ``day``."""
        cap = self.item.frequency_cap
        assert cap is not None
        return [run for run in self.rows if run.date < day and (day - run.date).days < cap.per_days]

    def need(self) -> int:
        """What is due by the end of the span and not delivered, in the goal's unit; 0 without a goal."""
        return max(0, (self.due or 0) - self.delivered)

    @cached_property
    def due(self) -> int | None:
        """All that was booked; where the flight goes on after the span, what its pacing allows by then."""
        if self.item.goal is None:
            return None
        return self.item.goal.amount if self.ends_within else self.allowed(self.outlook.last)

    @cached_property
    def expected(self) -> int | None:
        """What people expect by the end of the span: as ``due``, but ``asap`` promises no more than an even plan."""
        if self.item.goal is None or self.ends_within or self.item.pacing != "asap":
            return self.due
        elapsed = self._elapsed(self.outlook.last)
        return delivery.allowed_by("even", self.item.goal.amount, elapsed, self._total)

    def prospect(self, runs: Sequence[str], chances: int) -> Prospect:
        """What it can look forward to where the plan runs it in issues of the editions ``runs``."""
        item, due, planned = self.item, self.expected, sum(map(self.worth, runs))
        return Prospect(
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
        )

    def lead(self, day: date) -> int:
        """How many of its issue dates of the span lie on or after ``day``: what a run on that day is early."""
        return self._elapsed(self.outlook.last) - self._elapsed(day) + 1 if self.item.flight else 0

    def ties(self, chances: Sequence[Chance]) -> Iterator[Row]:
        """Everything that its goal, pacing and cap say of a sum of chances (in order of date)."""
        by_day: dict[date, list[Chance]] = defaultdict(list)
        for chance in chances:
            by_day[chance[0].date].append(chance)
        if self.item.goal is not None:
            yield from self._goal(by_day)
        if self.item.frequency_cap is not None:
            yield from self._cap(by_day)

    def _plain(self, by_day: dict[date, list[Chance]]) -> bool:
        """At most one issue a date, all of one worth, and nothing built in between: sums alone say it all."""
        worths = {self.worth(issue.edition) for chances in by_day.values() for issue, _ in chances}
        single = all(len(chances) == 1 for chances in by_day.values())
        return single and len(worths) <= 1 and not self._built_within

    def _goal(self, by_day: dict[date, list[Chance]]) -> Iterator[Row]:
        if self._plain(by_day):
            yield from self._prefixes(by_day)
            return
        yield from self._each_day(by_day)
        if self.item.goal is not None and self.item.goal.unit == "issues":
            columns = [(column, 1) for chances in by_day.values() for _, column in chances]
            yield columns, max(0, self.item.goal.amount - self.delivered)

    def _prefixes(self, by_day: dict[date, list[Chance]]) -> Iterator[Row]:
        """Up to each date no more than its pacing allows by then."""
        so_far: list[tuple[int, int]] = []
        before: Row | None = None
        for day, chances in by_day.items():
            worth = self.worth(chances[0][0].edition)
            most = ceil((self.allowed(day) - self._before) / worth) if worth else len(by_day)
            if before is not None and most > before[1] and len(before[0]) > before[1]:
                yield before
            so_far = [*so_far, (chances[0][1], 1)]
            before = (so_far, most)
        if before is not None and len(before[0]) > before[1]:
            yield before

    def _each_day(self, by_day: dict[date, list[Chance]]) -> Iterator[Row]:
        """It runs on a date only if what earlier dates brought is below what its pacing allows."""
        widest = max(sum(self.worth(issue.edition) for issue, _ in chances) for chances in by_day.values())
        earlier: list[tuple[int, int]] = []
        for day, chances in by_day.items():
            slack = widest + self.had(day) - self._before
            most = self.allowed(day) - self.had(day) - 1 + slack
            if sum(weight for _, weight in earlier) + slack > most:
                for _, column in chances:
                    yield [*earlier, (column, slack)], most
            earlier = earlier + [(column, self.worth(issue.edition)) for issue, column in chances]

    def _cap(self, by_day: dict[date, list[Chance]]) -> Iterator[Row]:
        cap = self.item.frequency_cap
        assert cap is not None
        widest = max(len(chances) for chances in by_day.values())
        days = list(by_day)
        for number, day in enumerate(days):
            near = [d for d in days[:number] if (day - d).days < cap.per_days]
            prior = [(column, 1) for d in near for _, column in by_day[d]]
            ran = self._ran_in(day)
            built = sum(run.date >= self.outlook.first for run in ran)
            slack = widest + built
            most = cap.max_issues - 1 - len(ran) + slack
            if len(prior) + slack > most:
                for _, column in by_day[day]:
                    yield [*prior, (column, slack)], most
