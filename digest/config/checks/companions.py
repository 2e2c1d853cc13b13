"""Companions run together or not at all, so there must be an issue in which all of them may run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from digest.config import tree as t
from digest.config.checks.configuration import Configuration, problem
from digest.config.checks.dates import dates_in
from digest.errors import Problem
from digest.model import LineItem
from digest.model.calendar import DateSet
from digest.model.companions import companion_groups


def warn(config: Configuration) -> Iterator[Problem]:
    """Companions whose editions or flights never meet; groups are symmetric and transitive."""
    if config.ads is None:
        return
    items = {item.id: item for item in config.book.line_items}
    places = {item.id: index for index, item in reversed(list(enumerate(config.book.line_items)))}
    apart: set[str] = set()
    for index, item in enumerate(config.book.line_items):
        for number, name in enumerate(item.companions):
            companion = items.get(name)
            if companion is None or companion.id == item.id or meet(config, (item, companion)):
                continue
            apart |= {item.id, companion.id}
            says = f'never meets "{name}": {_why(config, (item, companion))}.'
            yield problem(
                config.ads,
                ("line_items", index, "companions", number),
                says,
                "Companions run in one issue or not at all.",
            )
    for group in companion_groups(config.book.line_items):
        if len(group) > 2 and apart.isdisjoint(group) and not meet(config, [items[name] for name in group]):
            first = next(name for name in group if items[name].companions)
            path: t.Path = ("line_items", places[first], "companions")
            says = f"never meet in one issue: {', '.join(group)}."
            yield problem(config.ads, path, says, "Companions run in one issue or not at all.")


def meet(config: Configuration, items: Sequence[LineItem]) -> bool:
    """Whether there is an issue in which all of them may run. True where the editions are not known."""
    if not all(config.all_editions_valid(item) for item in items):
        return True
    dates = _common(items)
    shared = [e for e in config.editions if all(e in config.editions_of(item) for item in items)]
    return any(_meet_on(items, dates_in(dates, edition)) for edition in shared)


def _meet_on(items: Sequence[LineItem], dates: DateSet) -> bool:
    """Whether there is a date among these on which none of them rests."""
    rests = [rest for item in items for rest in (*item.pauses, *item.blackout)]
    if not rests or dates.count is None:
        return not dates.is_empty
    return any(all(day not in rest for rest in rests) for day in dates.one_by_one().listed or ())


def _common(items: Sequence[LineItem]) -> DateSet:
    dates = DateSet()
    for item in items:
        dates = dates.meet(item.flight.span if item.flight else DateSet())
    return dates


def _why(config: Configuration, items: Sequence[LineItem]) -> str:
    shared = [e for e in config.editions if all(e in config.editions_of(item) for item in items)]
    if not shared:
        return "they have no edition in common"
    if _common(items).is_empty:
        return "their flights have no day in common"
    if any(not dates_in(_common(items), edition).is_empty for edition in shared):
        return "on every day of both flights one of them rests (pauses and blackout)"
    return "no issue falls on a day of both flights"
