"""Every plan over a few coming issues, judged by the rules of the single issue; nothing of the planner is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from itertools import chain, combinations
from math import ceil

from digest.model import TIERS, LineItem, RunAd
from digest.place import delivery
from digest.place.context import IssueContext
from digest.place.eligibility import Eligibility, eligibility, problem
from digest.place.facts import mask_of
from digest.place.forecast import ForecastInputs, IssueDate
from digest.place.request import PlaceRequest
from digest.place.solver import solve

Choice = tuple[frozenset[int], ...]  # per issue that is not built, the line items that run


def drawn(name: str) -> int:
    return int(sha256(name.encode()).hexdigest()[:8], 16)


class Oracle:
    """Which plans keep every rule, and what each is worth."""

    def __init__(self, outlook: ForecastInputs) -> None:
        self.outlook = outlook
        self.items = outlook.ads.line_items
        self.editions = {edition.name: edition for edition in outlook.editions}
        ahead = (issue for issue in outlook.issues() if issue not in outlook.built)
        self.issues = sorted(ahead, key=lambda issue: (issue.date, self.editions[issue.edition].cutoff))
        self._kept: dict[object, bool] = {}

    def plans(self) -> Iterator[Choice]:
        yield from self._from(0, ())

    def _from(self, number: int, chosen: Choice) -> Iterator[Choice]:
        if number == len(self.issues):
            if not self.overbooked(chosen):
                yield chosen
            return
        every = range(len(self.items))
        for some in chain.from_iterable(combinations(every, size) for size in range(len(self.items) + 1)):
            if self.keeps(number, chosen, frozenset(some)):
                yield from self._from(number + 1, (*chosen, frozenset(some)))

    def rows(self, chosen: Choice) -> tuple[RunAd, ...]:
        """The ledger as it would be after these issues."""
        outlook = self.outlook
        facts = tuple(
            run
            for run in outlook.ran_ads
            if run.date < outlook.first or IssueDate(run.date, run.edition) in outlook.built
        )
        planned = tuple(
            RunAd(
                edition=issue.edition,
                date=issue.date,
                line_item=self.items[item].id,
                creative="native",
                advertiser=self.items[item].advertiser,
                tier=self.items[item].tier,
                slot="stream",
                gap=1,
                sends=self.editions[issue.edition].expected_sends,
            )
            for issue, items in zip(self.issues, chosen, strict=False)
            for item in sorted(items)
        )
        return facts + planned

    def keeps(self, number: int, chosen: Choice, items: frozenset[int]) -> bool:
        """Whether a build of this issue, after these, could run all of ``items``."""
        issue = self.issues[number]
        rows = tuple(run for run in self.rows(chosen) if run.date <= issue.date)
        key = (number, items, rows)
        if key not in self._kept:
            table = eligibility(IssueContext(self._request(issue, rows)))
            alive = {item: table.left[item] for item in items if item not in table.barred}
            whole = all(group.items & mask_of(list(items)) in (0, group.items) for group in table.groups)
            self._kept[key] = (
                whole
                and all(alive.get(item) for item in items)
                and solve(problem(table, alive, mask_of(list(items)))) is not None
            )
        return self._kept[key]

    def _request(self, issue: IssueDate, rows: tuple[RunAd, ...]) -> PlaceRequest:
        outlook = self.outlook
        return PlaceRequest(
            ads=outlook.ads,
            editions=outlook.editions,
            edition=self.editions[issue.edition],
            day=issue.date,
            lineup=outlook.lineup(issue),
            ran_ads=rows,
        )

    def overbooked(self, chosen: Choice) -> bool:
        """Whether it plans more issues than were booked, on top of what is built."""
        for number, item in enumerate(self.items):
            if item.goal is None or item.goal.unit == "sends":
                continue
            planned = sum(number in items for items in chosen)
            if planned and planned + self.delivered(item, ()) > item.goal.amount:
                return True
        return False

    def delivered(self, item: LineItem, chosen: Choice) -> int:
        rows = [run for run in self.rows(chosen) if run.line_item == item.id]
        return delivery.delivered(item, rows, self.outlook.editions)

    def best(self) -> list[Choice]:
        """The best plans up to and with their value.

        Tier by tier the least shortfall, with a promise to the tier's bookings without a goal: the runs they have
        where the goals of the tier keep pace as well as they can.
        """
        left = list(self.plans())
        for tier in TIERS:
            left = self._served(left, tier)
        for tier in TIERS:
            left = _greatest(left, lambda choice: -self.blame(choice, tier))  # noqa: B023
        left = _greatest(left, lambda choice: self.early(choice, TIERS))
        for tier in TIERS:
            left = self._fullest(left, tier)
        return _greatest(left, self.value)

    def _served(self, left: list[Choice], tier: str) -> list[Choice]:
        left = _greatest(left, lambda choice: -self.shortfall(choice, tier, True))
        left = _greatest(left, lambda choice: -self.shortfall(choice, tier, False))
        paced = _greatest(left, lambda choice: self.early(choice, (tier,)))
        promised = max(self.runs(choice, tier) for choice in paced)
        return [choice for choice in left if self.runs(choice, tier) >= promised]

    def _fullest(self, left: list[Choice], tier: str) -> list[Choice]:
        return _greatest(left, lambda choice: self.runs(choice, tier))

    def shortfall(self, chosen: Choice, tier: str, final: bool) -> int:
        booked = [item for item in self.items if item.tier == tier and item.goal]
        return sum(self.short(item, chosen) for item in booked if self.ends_within(item) == final)

    def blame(self, chosen: Choice, tier: str) -> int:
        """As ``shortfall`` of flights that end, but issues of who stands higher up in the file weigh more."""
        return sum(
            self.short(item, chosen) * (100 * (len(self.items) - number) + drawn(item.id) % 100)
            for number, item in enumerate(self.items)
            if item.tier == tier and item.goal and self.ends_within(item)
        )

    def runs(self, chosen: Choice, tier: str) -> int:
        """Runs of the tier's bookings without a goal."""
        items = self.items
        return sum(items[n].tier == tier and items[n].goal is None for some in chosen for n in some)

    def ends_within(self, item: LineItem) -> bool:
        assert item.flight is not None
        assert item.flight.last is not None
        return item.flight.last <= self.outlook.last

    def short(self, item: LineItem, chosen: Choice) -> int:
        """Issues short; a goal in sends is here for the daily edition only."""
        assert item.goal is not None
        due = item.goal.amount if self.ends_within(item) else self.allowed(item)
        missing = max(0, due - self.delivered(item, chosen))
        return missing if item.goal.unit == "issues" else ceil(Fraction(missing, 1000))

    def allowed(self, item: LineItem) -> int:
        """What its pacing allows by the end of the span."""
        assert item.goal is not None
        elapsed, total = delivery.elapsed_and_total(item, self.outlook.editions, self.outlook.last)
        return delivery.allowed_by(item.pacing, item.goal.amount, elapsed, total)

    def early(self, chosen: Choice, tiers: tuple[str, ...]) -> int:
        """Summed over the runs of bookings with a goal: its issue dates of the span that are not before the run,
        thrice as much as those of the next tier."""
        return sum(
            3 ** (3 - TIERS.index(self.items[number].tier))
            * len(
                delivery.eligible_dates(
                    self.items[number], self.outlook.editions, issue.date, self.outlook.last
                )
            )
            for issue, items in zip(self.issues, chosen, strict=True)
            for number in items
            if self.items[number].goal is not None and self.items[number].tier in tiers
        )

    def _rate(self, issue: IssueDate, number: int) -> Fraction:
        return self.items[number].rate_for(self.editions[issue.edition].expected_sends)

    def value(self, chosen: Choice) -> Fraction:
        return sum(
            (
                self._rate(issue, number) * self.band(issue, number)
                for issue, items in zip(self.issues, chosen, strict=True)
                for number in items
            ),
            Fraction(0),
        )

    def band(self, issue: IssueDate, number: int) -> Fraction:
        """The greatest weight of the openings a line item may have."""
        context = IssueContext(self._request(issue, ()))
        table = eligibility(context)
        weights = [
            context.slots[opening.slot].bands.get(context.band(opening), Fraction(1))
            for o, opening in enumerate(context.openings)
            if self._place(table, number) >> o & 1
        ]
        return max(weights, default=Fraction(1))

    def _place(self, table: Eligibility, number: int) -> int:
        """The openings left by the rules that do not speak of the day."""
        item = replace(
            self.items[number], flight=None, goal=None, frequency_cap=None, editions=None, companions=()
        )
        alone = replace(self.outlook.ads, line_items=(item,))
        request = replace(table.context.request, ads=alone, ran_ads=())
        return eligibility(IssueContext(request)).left[0]


def _greatest(choices: list[Choice], worth: Callable[[Choice], Fraction | int]) -> list[Choice]:
    found = [(worth(choice), choice) for choice in choices]
    most = max(value for value, _ in found)
    return [choice for value, choice in found if value == most]
