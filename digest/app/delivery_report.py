"""Booked against delivered: what the ledger says of every booking, ready to be reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from digest.errors import CommandError, did_you_mean
from digest.model import LineItem, Newsroom, RunAd
from digest.place import delivery
from digest.report.values import Account, Point, Report, Shown

MOST_POINTS = 400  # of a chart


@dataclass(frozen=True, slots=True)
class Span:
    """The issue dates a report is about; ``first`` is ``None`` for all."""

    first: date | None
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and (self.first is None or self.first <= day) and day <= self.last


def report(
    newsroom: Newsroom, ran: Iterable[RunAd], span: Span, today: date, advertiser: str | None
) -> Report:
    """Every booking, or those of one advertiser, with the ledger rows of their line item ids.

    Raises ``CommandError`` for an advertiser nobody knows.
    """
    rows: dict[str, list[RunAd]] = {}
    for run in sorted(ran, key=lambda run: (run.date, run.sequence, run.gap, run.line_item)):
        rows.setdefault(run.line_item, []).append(run)
    accounts = [
        account(newsroom, item, rows.get(item.id, []), span, today) for item in newsroom.ads.line_items
    ]
    known = {item.id for item in newsroom.ads.line_items}
    accounts += [_deleted(newsroom, rows[name], span) for name in sorted(rows) if name not in known]
    if advertiser is not None:
        _known(newsroom, accounts, rows, advertiser)
        accounts = [one for one in accounts if one.advertiser == advertiser]
    names = newsroom.ads.advertisers
    name = "" if advertiser is None else names[advertiser].name if advertiser in names else advertiser
    return Report(
        publication=newsroom.publication.name,
        name=name,
        first=span.first,
        last=span.last,
        accounts=tuple(one for one in accounts if one.shown or one.status != "deleted"),
    )


def _known(
    newsroom: Newsroom, accounts: list[Account], rows: dict[str, list[RunAd]], advertiser: str
) -> None:
    there = {one.advertiser for one in accounts if one.advertiser} | set(newsroom.ads.advertisers)
    if advertiser in there:
        return
    moved = sorted(
        f"{one.line_item} (now {one.advertiser})"
        for one in accounts
        if any(run.advertiser == advertiser for run in rows.get(one.line_item, ()))
    )
    if moved:
        raise CommandError(
            f'"{advertiser}" has no bookings any more; they are with others: {", ".join(moved)}.'
        )
    every = f" There are: {', '.join(sorted(there)) or 'none'}."
    hint = did_you_mean(advertiser, sorted(there), otherwise=every)
    raise CommandError(f'there is no advertiser "{advertiser}".{hint}')


def account(newsroom: Newsroom, item: LineItem, rows: Sequence[RunAd], span: Span, today: date) -> Account:
    """One booking of the file."""
    editions = newsroom.editions
    counted = [run for run in rows if run.date <= span.last]
    had = delivery.delivered(item, counted, editions)
    goal, flight = item.goal, item.flight
    advertiser = newsroom.ads.advertisers.get(item.advertiser or "")
    return Account(
        line_item=item.id,
        advertiser=item.advertiser,
        name=advertiser.name if advertiser else item.advertiser or newsroom.publication.name,
        tier=item.tier,
        pacing=item.pacing if goal else "",
        first=flight.first if flight else None,
        last=flight.last if flight else None,
        unit=goal.unit if goal else "issues",
        booked=goal.amount if goal else None,
        delivered=had,
        due=_wanted(newsroom, item, min(today, span.last)) if goal else None,
        short=max(0, goal.amount - had) if goal else 0,
        status=_status(item, today),
        shown=tuple(_shown(newsroom, run) for run in rows if run.date in span),
        curve=tuple(_curve(newsroom, item, counted, min(today, span.last))),
    )


def _status(item: LineItem, today: date) -> str:
    flight = item.flight
    if flight is None or flight.last is None:
        return "to come" if flight and flight.first and flight.first > today else "open"
    if flight.last < today:
        return "finished"
    return "to come" if flight.first and flight.first > today else "running"


def _deleted(newsroom: Newsroom, rows: Sequence[RunAd], span: Span) -> Account:
    """A line item the ledger knows and the file does not."""
    last = rows[-1]
    advertiser = newsroom.ads.advertisers.get(last.advertiser or "")
    return Account(
        line_item=last.line_item,
        advertiser=last.advertiser,
        name=advertiser.name if advertiser else last.advertiser or newsroom.publication.name,
        tier=last.tier,
        pacing="",
        first=None,
        last=None,
        unit="issues",
        booked=None,
        delivered=sum(run.date <= span.last for run in rows),
        due=None,
        short=0,
        status="deleted",
        shown=tuple(_shown(newsroom, run) for run in rows if run.date in span),
        curve=(),
    )


def _shown(newsroom: Newsroom, run: RunAd) -> Shown:
    sends = delivery.sends_of(run, newsroom.editions)
    titles = {section.id: section.title for section in newsroom.sections}
    return Shown(
        date=run.date,
        edition=run.edition,
        slot=run.slot,
        gap=run.gap,
        section=titles.get(run.section, run.section) if run.section else None,
        creative=run.creative,
        advertiser=run.advertiser,
        neighbours=run.neighbours,
        sends=sends or None,
        counted=run.delivered,
    )


def _wanted(newsroom: Newsroom, item: LineItem, day: date) -> int:
    """What the booking's pacing wants by the end of ``day``; an ``asap`` booking is measured by the even plan."""
    assert item.goal is not None
    elapsed, total = delivery.elapsed_and_total(item, newsroom.editions, day)
    pacing = "even" if item.pacing == "asap" else item.pacing
    return delivery.allowed_by(pacing, item.goal.amount, max(0, elapsed), total)


def _curve(newsroom: Newsroom, item: LineItem, rows: Sequence[RunAd], until: date) -> list[Point]:
    """By issue date of the flight; of a flight without end up to ``until``. At most ``MOST_POINTS`` of them."""
    days = _dates(newsroom, item, rows, until)
    step = -(-len(days) // MOST_POINTS) or 1
    return [
        Point(
            day,
            delivery.delivered(item, [run for run in rows if run.date <= day], newsroom.editions)
            if day <= until
            else None,
            _wanted(newsroom, item, day) if item.goal else None,
        )
        for number, day in enumerate(days)
        if number % step == 0 or number == len(days) - 1
    ]


def _dates(newsroom: Newsroom, item: LineItem, rows: Sequence[RunAd], until: date) -> list[date]:
    flight = item.flight
    first = flight.first if flight and flight.first else rows[0].date if rows else until
    last = flight.last if flight and flight.last else until
    if last < first or (last - first) > timedelta(days=20_000):
        return sorted({run.date for run in rows})
    days = set(delivery.eligible_dates(item, newsroom.editions, first, last))
    return sorted(days | {run.date for run in rows})
