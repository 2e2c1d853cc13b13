"""Booked against delivered: what the ledger says of every booking, ready to be reported."""

from __future__ import annotations

from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from digest.errors import CommandError, did_you_mean
from digest.model import LineItem, Newsroom, RunAd
from digest.model.issue_date import day_of
from digest.model.places import place_names
from digest.model.rates import Cpm
from digest.place import delivery
from digest.report.values import BookingReport, CreativePreview, DeliveryPoint, Insertion, Report, in_words

MOST_POINTS = 400  # of a chart
KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}
LARGEST = 1_000_000  # bytes of a picture that a page carries


@dataclass(frozen=True, slots=True)
class Span:
    """The issue dates a report is about; ``first`` is ``None`` for all."""

    first: date | None
    last: date

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        day = day_of(day)
        return (self.first is None or self.first <= day) and day <= self.last


def report(
    newsroom: Newsroom, ran: Iterable[RunAd], span: Span, today: date, advertiser: str | None
) -> Report:
    """Every booking, or those of one advertiser, with the ledger rows of their line item ids.

    Raises ``CommandError`` for an advertiser nobody knows.
    """
    rows: dict[str, list[RunAd]] = {}
    for run in sorted(ran, key=lambda run: (run.date, run.sequence, run.gap, run.line_item)):
        rows.setdefault(run.line_item, []).append(run)
    bookings = [
        booking_report(newsroom, item, rows.get(item.id, []), span, today) for item in newsroom.ads.line_items
    ]
    known = {item.id for item in newsroom.ads.line_items}
    bookings += [_deleted(newsroom, rows[name], span) for name in sorted(rows) if name not in known]
    if advertiser is not None:
        _check_advertiser(newsroom, bookings, rows, advertiser)
        bookings = [booking for booking in bookings if booking.advertiser == advertiser]
    names = newsroom.ads.advertisers
    name = "" if advertiser is None else names[advertiser].name if advertiser in names else advertiser
    return Report(
        publication=newsroom.publication.name,
        name=name,
        first=span.first,
        last=span.last,
        bookings=tuple(booking for booking in bookings if booking.insertions or booking.status != "deleted"),
        currency=newsroom.publication.currency,
    )


def _check_advertiser(
    newsroom: Newsroom, bookings: list[BookingReport], rows: dict[str, list[RunAd]], advertiser: str
) -> None:
    known = {booking.advertiser for booking in bookings if booking.advertiser} | set(newsroom.ads.advertisers)
    if advertiser in known:
        return
    moved = sorted(
        f"{booking.line_item} (now {booking.advertiser})"
        for booking in bookings
        if any(run.advertiser == advertiser for run in rows.get(booking.line_item, ()))
    )
    if moved:
        raise CommandError(
            f'"{advertiser}" has no bookings any more; they are with others: {", ".join(moved)}.'
        )
    choices = f" There are: {', '.join(sorted(known)) or 'none'}."
    hint = did_you_mean(advertiser, sorted(known), otherwise=choices)
    raise CommandError(f'there is no advertiser "{advertiser}".{hint}')


def booking_report(
    newsroom: Newsroom, item: LineItem, rows: Sequence[RunAd], span: Span, today: date
) -> BookingReport:
    """One booking of the file."""
    editions = newsroom.editions
    counted = [run for run in rows if day_of(run.date) <= span.last]
    delivered = delivery.delivered(item, counted, editions)
    goal, flight = item.goal, item.flight
    advertiser = newsroom.ads.advertisers.get(item.advertiser or "")
    return BookingReport(
        line_item=item.id,
        advertiser=item.advertiser,
        name=advertiser.name if advertiser else item.advertiser or newsroom.publication.name,
        tier=item.tier,
        pacing=item.pacing if goal else "",
        first=flight.first if flight else None,
        last=flight.last if flight else None,
        unit=goal.unit if goal else "issues",
        booked=goal.amount if goal else None,
        delivered=delivered,
        due=_wanted_by(newsroom, item, min(today, span.last)) if goal else None,
        short=max(0, goal.amount - delivered) if goal else 0,
        status=_status(item, today),
        insertions=(insertions := tuple(_insertion(newsroom, run) for run in rows if run.date in span)),
        title=title_of(item),
        value=_value(newsroom, item, insertions),
        creatives=tuple(_creatives(newsroom, item, insertions)),
        curve=tuple(_curve(newsroom, item, counted, min(today, span.last))),
        order=item.order,
        rate=(item.rate.amount if isinstance(item.rate, Cpm) else item.rate) if item.rate else None,
        rate_for=("cpm" if isinstance(item.rate, Cpm) else "per_issue") if item.rate else "",
        elsewhere=delivery.elsewhere(item, counted, editions),
    )


def title_of(item: LineItem) -> str:
    """The campaign as an advertiser knows it: the name of the order, else the id in words."""
    return item.order or in_words(item.id)


def _value(newsroom: Newsroom, item: LineItem, insertions: Sequence[Insertion]) -> Fraction | None:
    """What the issues bring at the booked rate, by issue or by a thousand expected sends; ``None`` without a rate."""
    if not item.rate:
        return None
    expected = {edition.name: edition.expected_sends for edition in newsroom.editions}
    return sum((item.rate_for(expected.get(issue.edition, issue.sends)) for issue in insertions), Fraction(0))


def _creatives(
    newsroom: Newsroom, item: LineItem, insertions: Sequence[Insertion]
) -> Iterator[CreativePreview]:
    """The creatives that ran, in the order of the file."""
    ran = {issue.creative for issue in insertions}
    for creative in item.creatives:
        if creative.id in ran:
            yield CreativePreview(
                creative=creative.id,
                headline=creative.headline or ("" if creative.image else creative.text),
                body=creative.body,
                cta=creative.cta,
                alt=creative.alt,
                size=creative.size,
                image=_embedded(newsroom.root, creative.image),
                disclosure=item.disclosure or newsroom.ads.policy.disclosure,
            )


def _embedded(root: Path, image: str) -> str:
    """A picture of the newsroom as a ``data:`` address; empty for one on the web, or one that cannot be read."""
    kind = KINDS.get(Path(image).suffix.lower())
    if not image or "://" in image or kind is None:
        return ""
    try:
        data = (root / image).read_bytes()
    except OSError:
        return ""
    return "" if len(data) > LARGEST else f"data:{kind};base64,{b64encode(data).decode()}"


def _status(item: LineItem, today: date) -> str:
    flight = item.flight
    if flight is None or flight.last is None:
        return "to come" if flight and flight.first and flight.first > today else "open"
    if flight.last < today:
        return "finished"
    return "to come" if flight.first and flight.first > today else "running"


def _deleted(newsroom: Newsroom, rows: Sequence[RunAd], span: Span) -> BookingReport:
    """A line item the ledger knows and the file does not."""
    last = rows[-1]
    advertiser = newsroom.ads.advertisers.get(last.advertiser or "")
    return BookingReport(
        line_item=last.line_item,
        advertiser=last.advertiser,
        name=advertiser.name if advertiser else last.advertiser or newsroom.publication.name,
        tier=last.tier,
        pacing="",
        first=None,
        last=None,
        unit="issues",
        booked=None,
        delivered=sum(day_of(run.date) <= span.last for run in rows),
        due=None,
        short=0,
        status="deleted",
        insertions=tuple(_insertion(newsroom, run) for run in rows if run.date in span),
        curve=(),
        title=in_words(last.line_item),
    )


def _insertion(newsroom: Newsroom, run: RunAd) -> Insertion:
    sends = delivery.sends_of(run, newsroom.editions)
    titles = {section.id: section.title for section in newsroom.sections}
    where = place_names(newsroom).get(run.slot) or in_words(run.slot)  # a slot that is gone by its own name
    return Insertion(
        date=run.date,
        edition=run.edition,
        slot=run.slot,
        where=where,
        gap=run.gap,
        section=titles.get(run.section, run.section) if run.section else None,
        creative=run.creative,
        advertiser=run.advertiser,
        neighbours=run.neighbours,
        sends=sends or None,
        counted=run.delivered or run.readers is not None,
        opens=run.opens,
        clicks=run.clicks,
        clicks_kind=run.clicks_kind,
    )


def _wanted_by(newsroom: Newsroom, item: LineItem, day: date) -> int:
    """What the booking's pacing wants by the end of ``day``; an ``asap`` booking is measured by the even plan."""
    return _paced(item, *delivery.elapsed_and_total(item, newsroom.editions, day))


def _paced(item: LineItem, elapsed: int, total: int) -> int:
    assert item.goal is not None
    pacing = "even" if item.pacing == "asap" else item.pacing
    return delivery.allowed_by(pacing, item.goal.amount, max(0, elapsed), total)


def _curve(newsroom: Newsroom, item: LineItem, rows: Sequence[RunAd], until: date) -> list[DeliveryPoint]:
    """By issue date of the flight; of a flight without end up to ``until``. At most ``MOST_POINTS`` of them.

    ``rows`` in the order of their dates: what ran, and the dates that have come, are added up date by date.
    """
    sold = _dates(newsroom, item, rows, until)
    days = sorted({*sold, *(run.date for run in rows)})
    total = delivery.elapsed_and_total(item, newsroom.editions, until)[1]
    step = -(-len(days) // MOST_POINTS) or 1
    points = []
    delivered = at = 0
    for number, day in enumerate(days):
        after = bisect_right(rows, day, lo=at, key=lambda run: run.date)
        delivered, at = delivered + delivery.delivered(item, rows[at:after], newsroom.editions), after
        if number % step and number != len(days) - 1:
            continue
        wanted = None
        if item.goal:  # a flight too long to be walked through, or without an end, is counted anew
            walked = len(sold) == total
            wanted = (
                _paced(item, bisect_right(sold, day), total) if walked else _wanted_by(newsroom, item, day)
            )
        points.append(DeliveryPoint(day, delivered if day_of(day) <= until else None, wanted))
    return points


def _dates(newsroom: Newsroom, item: LineItem, rows: Sequence[RunAd], until: date) -> tuple[date, ...]:
    """The issue dates of the flight, in order; none of one that is too long to be walked through."""
    flight = item.flight
    first = flight.first if flight and flight.first else rows[0].date if rows else until
    last = flight.last if flight and flight.last else until
    if last < first or (last - first) > timedelta(days=20_000):
        return ()
    return delivery.eligible_dates(item, newsroom.editions, first, last)
