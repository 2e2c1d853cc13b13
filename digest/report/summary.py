"""All bookings on one page and as rows for accounting: booked, delivered, owed, and what it is worth."""

from __future__ import annotations

import csv
from fractions import Fraction
from html import escape
from importlib.resources import files
from io import StringIO

from digest.report.values import Account, Report

HEADS = (
    "advertiser", "line_item", "campaign", "tier", "status", "first", "last", "unit", "booked", "delivered", "owed",
    "issues", "sends", "opens", "clicks", "ctr", "value", "cpm", "currency",
)  # fmt: skip
_NONE = "–"


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
    )  # fmt: skip


def _money(amount: Fraction | None) -> str:
    return "" if amount is None else f"{round(float(amount) + 0.0, 2):.2f}"


def _safe(cell: object) -> object:
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def as_summary_html(report: Report) -> str:
    """A whole page for the house itself: it holds rates, so it is no page for advertisers."""
    style = files("digest.report").joinpath("style.css").read_text(encoding="utf-8").strip()
    heads = "".join(
        f'<th scope="col"{kind}>{name}</th>'
        for name, kind in (
            ("Advertiser", ""), ("Campaign", ""), ("Booked", _N), ("Delivered", _N), ("Owed", _N), ("Sends", _N),
            ("Clicks", _N), ("CTR", _N), (f"Value, {escape(report.currency)}", _N), ("CPM", _N),
        )
    )  # fmt: skip
    body = "".join(map(_html_row, report.accounts))
    total = sum((one.value or Fraction(0) for one in report.accounts), Fraction(0))
    owed = sum(one.make_good > 0 for one in report.accounts)
    return (
        '<!DOCTYPE html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>All bookings: {escape(report.publication)}</title>\n<style>\n{style}\n</style>\n</head>\n<body>\n"
        f'<main>\n<header><p class="kicker">{escape(report.publication)} · Advertising</p><h1>All bookings</h1>'
        f'<p class="span">Issues dated {report.first or "from the beginning"} to {report.last}</p></header>\n'
        f'<dl class="tiles"><div><dt>Bookings</dt><dd>{len(report.accounts)}</dd></div><div><dt>Value delivered</dt>'
        f"<dd>{escape(report.currency)} {float(total):,.2f}</dd></div><div>"
        f"<dt>Make-goods owed</dt><dd>{owed}</dd></div></dl>\n"
        f'<div class="scroll" tabindex="0" role="region" aria-label="All bookings"><table>'
        f"<thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>\n</main>\n</body>\n</html>\n"
    )


_N = ' class="n"'


def _html_row(one: Account) -> str:
    numbers = (
        _NONE if one.booked is None else f"{one.booked:,} {one.unit}",
        f"{one.delivered:,}",
        f"{one.make_good:,}" if one.make_good else _NONE,
        f"{one.sends:,}" if one.sends else _NONE,
        _NONE if one.clicks is None else f"{one.clicks:,}",
        _NONE if one.ctr is None else f"{100 * one.ctr:.2f} %",
        _money(one.value) or _NONE,
        _money(one.cpm) or _NONE,
    )
    cells = "".join(f'<td class="n">{escape(cell)}</td>' for cell in numbers)
    status = f"<small>{escape(one.line_item)} · {escape(one.status)}</small>"
    return f"<tr><td>{escape(one.name)}</td><td>{escape(one.title)}{status}</td>{cells}</tr>"
