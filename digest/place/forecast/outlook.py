"""What a plan over the coming issues is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from digest.model import AdBook, Edition, Lineup, RunAd

_NONE: Mapping[Coming, Lineup]


@dataclass(frozen=True, slots=True, order=True)
class Coming:
    """One issue ahead."""

    date: date
    edition: str


_NONE = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
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
    built: frozenset[Coming] = frozenset()
    known: Mapping[Coming, Lineup] = field(default_factory=lambda: _NONE)
    barred: Mapping[Coming, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))

    def issues(self) -> tuple[Coming, ...]:
        """Every issue of the span, by date, then edition in file order."""
        return tuple(
            Coming(day, edition.name)
            for day in self.days()
            for edition in self.editions
            if edition.has_issue(day)
        )

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=i) for i in range((self.last - self.first).days + 1))

    def lineup(self, issue: Coming) -> Lineup:
        return self.known.get(issue) or self.lineups[issue.edition]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A line item in a coming issue. ``gap`` and ``section`` are those of the typical issue."""

    date: date
    edition: str
    line_item: str
    slot: str
    gap: int
    section: str | None
    built: bool = False  # it is no plan any more: the issue is built


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a booking can look forward to. Counts are in ``unit`` (issues | sends), ``issues`` in issues.

    ``delivered`` is what issues built so far count, ``planned`` what the plan adds, ``due`` what was booked, or,
    where the flight goes on after the span, what its pacing wants by then (``asap``: an even plan). ``short`` is
    what is missing; it is ``final`` where the flight ends within the span. Without a goal ``booked`` and ``due``
    are ``None``.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The plan: by issue what runs where, by line item what comes of it.

    ``optimal`` is False only where the search was cut short.
    """

    first: date
    last: date
    issues: tuple[Coming, ...]
    runs: tuple[Run, ...]
    prospects: tuple[Prospect, ...]
    optimal: bool = True

    def in_issue(self, issue: Coming) -> tuple[Run, ...]:
        return tuple(run for run in self.runs if (run.date, run.edition) == (issue.date, issue.edition))

    def of(self, line_item: str) -> tuple[Run, ...]:
        return tuple(run for run in self.runs if run.line_item == line_item)
