"""What a forecast over the coming issues is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from digest.model import AdBook, Edition, Lineup, RunAd
from digest.model.issue_date import day_of

_NONE: Mapping[IssueDate, Lineup]


@dataclass(frozen=True, slots=True, order=True)
class IssueDate:
    """One issue ahead."""

    date: date
    edition: str


_NONE = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastInputs:
    """The issues of every edition dated ``first`` to ``last``, both inclusive.

    ``lineups`` are the typical issues by edition; ``known`` are the lineups that are known already. Of
    ``ran_ads`` those of the ``built`` issues are facts: no ad is added to a built issue, none is taken out.
    ``barred`` names line items that must not run in an issue.
    """

    ads: AdBook
    editions: tuple[Edition, ...]
    first: date
    last: date
    lineups: Mapping[str, Lineup]
    ran_ads: tuple[RunAd, ...] = ()
    built: frozenset[IssueDate] = frozenset()
    known: Mapping[IssueDate, Lineup] = field(default_factory=lambda: _NONE)
    barred: Mapping[IssueDate, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))

    def issues(self) -> tuple[IssueDate, ...]:
        """Every issue of the span, by date, then edition in file order."""
        return tuple(
            IssueDate(day, edition.name)
            for day in self.days()
            for edition in self.editions
            if edition.has_issue(day)
        )

    def told(self) -> tuple[IssueDate, ...]:
        """The same with what is built besides: specials, and issues of days that are days off now."""
        order = {edition.name: number for number, edition in enumerate(self.editions)}
        planned = self.issues()
        within = {
            issue
            for issue in self.built
            if self.first <= day_of(issue.date) <= self.last and issue.edition in order
        }
        return tuple(sorted(within.union(planned), key=lambda issue: (issue.date, order[issue.edition])))

    def is_fact(self, run: RunAd) -> bool:
        """Whether the ledger's row counts: of an issue before the span, or built within it."""
        built = IssueDate(run.date, run.edition) in self.built and day_of(run.date) <= self.last
        return run.date < self.first or built

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=i) for i in range((self.last - self.first).days + 1))

    def lineup(self, issue: IssueDate) -> Lineup:
        return self.known.get(issue) or self.lineups[issue.edition]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAd:
    """A line item in a coming issue. ``gap`` and ``section`` are those of the typical issue."""

    date: date
    edition: str
    line_item: str
    slot: str
    gap: int
    section: str | None
    built: bool = False  # it is no plan any more: the issue is built


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingForecast:
    """What a booking can look forward to. Counts are in ``unit`` (issues | sends | clicks), ``issues`` in issues.

    ``delivered`` is what issues built so far count, ``planned`` what the plan adds, ``due`` what was booked, or,
    where the flight goes on after the span, what its pacing wants by then (``asap``: an even plan). ``short`` is
    what is missing; it is ``final`` where the flight ends within the span. Without a goal ``booked`` and ``due``
    are ``None``; a sponsorship without a goal is due all its issues of the span.
    """

    line_item: str
    advertiser: str | None
    tier: str
    unit: str
    booked: int | None
    delivered: int
    planned: int
    issues: int
    due: int | None
    short: int
    final: bool
    chances: int  # issues of the span it may run in, each taken alone
    dates: int  # issues of the span in its flight and editions
    remark: str = ""  # in words, what is only expected, or why its goal is not planned


@dataclass(frozen=True, slots=True)
class Bound:
    """How far the shortfall of a tier is from the least there can be, in issues.

    ``least`` is proven: no plan that serves the tiers before as well is less short.
    """

    tier: str
    short: int
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The plan: by issue what runs where, by line item what comes of it.

    ``bounds`` are the tiers whose shortfall may not be the least; ``gap`` is the share by which the later stages
    (pacing, value, early dates) may be better. ``complete`` is False where somebody stopped the search.
    """

    first: date
    last: date
    issues: tuple[IssueDate, ...]
    ads: tuple[PlannedAd, ...]
    bookings: tuple[BookingForecast, ...]
    bounds: tuple[Bound, ...] = ()
    gap: float = 0.0
    complete: bool = True
    exact: bool = True  # False: planned day by day

    @property
    def optimal(self) -> bool:
        """Whether no plan is better in any stage."""
        return self.exact and self.complete and not self.bounds and not self.gap

    def in_issue(self, issue: IssueDate) -> tuple[PlannedAd, ...]:
        return tuple(ad for ad in self.ads if (ad.date, ad.edition) == (issue.date, issue.edition))

    def of(self, line_item: str) -> tuple[PlannedAd, ...]:
        return tuple(ad for ad in self.ads if ad.line_item == line_item)
