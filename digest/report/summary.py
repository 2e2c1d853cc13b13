"""All bookings on one page and as rows for accounting: booked, delivered, owed, and what it is worth."""

from __future__ import annotations

import csv
from fractions import Fraction
from html import escape
from io import StringIO

from digest.report.page import head, html_page, number, tiles_of
from digest.report.table import safe_cell
from digest.report.values import BookingReport, Report

HEADS = (
    "advertiser", "line_item", "campaign", "tier", "status", "first", "last", "unit", "booked", "delivered", "owed",
    "issues", "sends", "opens", "clicks", "ctr", "value", "cpm", "currency", "order", "rate", "rate_for",
)  # fmt: skip


def as_summary_csv(report: Report) -> str:
    """CSV with a heading: one row a booking, amounts with two decimals and a point."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for booking in report.bookings:
        writer.writerow([safe_cell(cell) for cell in _row(booking, report.currency)])
    return out.getvalue()


def _row(booking: BookingReport, currency: str) -> tuple[object, ...]:
    return (
        booking.name, booking.line_item, booking.title, booking.tier, booking.status, booking.first or "",
        booking.last or "", booking.unit, "" if booking.booked is None else booking.booked, booking.delivered,
        booking.make_good, len(booking.insertions), booking.sends, "" if booking.opens is None else booking.opens,
        "" if booking.clicks is None else booking.clicks, "" if booking.ctr is None else f"{booking.ctr:.6f}",
        _money(booking.value), _money(booking.cpm), currency, booking.order, _money(booking.rate), booking.rate_for,
    )  # fmt: skip


def _money(amount: Fraction | None, thousands: str = "") -> str:
    """To the cent, halves up, as accounting rounds."""
    if amount is None:
        return ""
    cents = (2 * abs(amount) * 100 + 1) // 2
    return f"{'-' if amount < 0 and cents else ''}{cents // 100:{thousands}}.{cents % 100:02}"


def as_summary_html(report: Report) -> str:
    """A whole page for the publisher alone: it holds rates, so it is no page for advertisers."""
    heads = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>'
        for name, kind in (
            ("Advertiser", ""),
            ("Campaign", ""),
            *((name, _N) for name in _numbers(report.currency)),
        )
    )
    body = "".join(_html_row(booking, report.currency) for booking in report.bookings)
    total = sum((booking.value or Fraction(0) for booking in report.bookings), Fraction(0))
    owed = sum(booking.make_good > 0 for booking in report.bookings)
    tiles = tiles_of((
        ("Bookings", f"{len(report.bookings):,}"),
        (f"Value delivered, {report.currency}", _money(total, ",")),
        ("Make-goods owed", str(owed)),
    ))  # fmt: skip
    return html_page(
        f"All bookings: {report.publication}",
        head(f"{report.publication} · Advertising", "All bookings", report)
        + tiles
        + '<div class="scroll" tabindex="0" role="region" aria-label="All bookings">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>\n",
    )


_N = ' class="n"'


def _numbers(currency: str) -> tuple[str, ...]:
    return ("Booked", "Delivered", "Owed", "Sends", "Clicks", "CTR", f"Value, {currency}", "CPM")


def _html_row(booking: BookingReport, currency: str) -> str:
    cells = (
        None if booking.booked is None else f"{booking.booked:,} {booking.unit}",
        booking.delivered,
        booking.make_good or None,
        booking.sends or None,
        booking.clicks,
        None if booking.ctr is None else f"{100 * booking.ctr:.2f} %",
        _money(booking.value, ",") or None,
        _money(booking.cpm, ",") or None,
    )
    status = f"<small>{escape(booking.line_item)} · {escape(booking.status)}</small>"
    numbers = "".join(number(name, cell) for name, cell in zip(_numbers(currency), cells, strict=True))
    return (
        f'<tr><td class="w">{escape(booking.name)}</td><td class="w">{escape(booking.title)}{status}</td>'
        f"{numbers}</tr>"
    )
