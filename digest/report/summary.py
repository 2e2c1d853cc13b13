"""All bookings on one page and as rows for accounting: booked, delivered, owed, and what it is worth."""

from __future__ import annotations

import csv
from fractions import Fraction
from html import escape
from io import StringIO

from digest.report.page import head, number, tiles_of, whole
from digest.report.values import Account, Report

HEADS = (
    "advertiser", "line_item", "campaign", "tier", "status", "first", "last", "unit", "booked", "delivered", "owed",
    "issues", "sends", "opens", "clicks", "ctr", "value", "cpm", "currency", "order", "rate", "rate_for",
)  # fmt: skip


def as_summary_csv(report: Report) -> str:
    """CSV with a heading: one row a booking, amounts with two decimals and a point."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for one in report.accounts:
        writer.writerow([_safe(cell) for cell in _row(one, report.currency)])
    return out.getvalue()


def _row(one: Account, currency: str) -> tuple[object, ...]:
    return (
        one.name, one.line_item, one.title, one.tier, one.status, one.first or "", one.last or "", one.unit,
        "" if one.booked is None else one.booked, one.delivered, one.make_good, len(one.shown), one.sends,
        "" if one.opens is None else one.opens, "" if one.clicks is None else one.clicks,
        "" if one.ctr is None else f"{one.ctr:.6f}", _money(one.value), _money(one.cpm), currency,
        one.order, _money(one.rate), one.rate_for,
    )  # fmt: skip


def _money(amount: Fraction | None, thousands: str = "") -> str:
    """To the cent, halves up, as accounting rounds."""
    if amount is None:
        return ""
    cents = (2 * abs(amount) * 100 + 1) // 2
    return f"{'-' if amount < 0 and cents else ''}{cents // 100:{thousands}}.{cents % 100:02}"


def _safe(cell: object) -> object:
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def as_summary_html(report: Report) -> str:
    """A whole page for the house itself: it holds rates, so it is no page for advertisers."""
    heads = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>'
        for name, kind in (
            ("Advertiser", ""),
            ("Campaign", ""),
            *((name, _N) for name in _numbers(report.currency)),
        )
    )
    body = "".join(_html_row(one, report.currency) for one in report.accounts)
    total = sum((one.value or Fraction(0) for one in report.accounts), Fraction(0))
    owed = sum(one.make_good > 0 for one in report.accounts)
    tiles = tiles_of((
        ("Bookings", f"{len(report.accounts):,}"),
        (f"Value delivered, {report.currency}", _money(total, ",")),
        ("Make-goods owed", str(owed)),
    ))  # fmt: skip
    return whole(
        f"All bookings: {report.publication}",
        head(f"{report.publication} · Advertising", "All bookings", report)
        + tiles
        + '<div class="scroll" tabindex="0" role="region" aria-label="All bookings">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>\n",
    )


_N = ' class="n"'


def _numbers(currency: str) -> tuple[str, ...]:
    return ("Booked", "Delivered", "Owed", "Sends", "Clicks", "CTR", f"Value, {currency}", "CPM")


def _html_row(one: Account, currency: str) -> str:
    cells = (
        None if one.booked is None else f"{one.booked:,} {one.unit}",
        one.delivered,
        one.make_good or None,
        one.sends or None,
        one.clicks,
        None if one.ctr is None else f"{100 * one.ctr:.2f} %",
        _money(one.value, ",") or None,
        _money(one.cpm, ",") or None,
    )
    status = f"<small>{escape(one.line_item)} · {escape(one.status)}</small>"
    numbers = "".join(number(name, cell) for name, cell in zip(_numbers(currency), cells, strict=True))
    return f'<tr><td class="w">{escape(one.name)}</td><td class="w">{escape(one.title)}{status}</td>{numbers}</tr>'
