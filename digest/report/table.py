"""The report as rows for a spreadsheet: one per issue in which a booking ran, one for each that did not."""

from __future__ import annotations

import csv
from io import StringIO

from digest.report.values import Account, Report, Shown

HEADS = (
    "line_item", "advertiser", "status", "tier", "unit", "booked", "delivered", "short", "date", "edition", "slot",
    "gap", "section", "creative", "neighbours", "sends", "sends_are", "opens", "clicks", "clicks_are",
)  # fmt: skip


def as_csv(report: Report) -> str:
    """CSV with a heading. A cell that a spreadsheet would take for a formula starts with an apostrophe."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for account in report.accounts:
        for shown in account.shown or (None,):
            writer.writerow([_safe(cell) for cell in (*_booking(account), *_issue(shown))])
    return out.getvalue()


def _booking(account: Account) -> tuple[object, ...]:
    booked = "" if account.booked is None else account.booked
    return (
        account.line_item, account.advertiser or "", account.status, account.tier, account.unit, booked,
        account.delivered, account.short,
    )  # fmt: skip


def _issue(shown: Shown | None) -> tuple[object, ...]:
    if shown is None:
        return ("",) * 12
    sends = "" if shown.sends is None else shown.sends
    kind = "" if shown.sends is None else "counted" if shown.counted else "expected"
    near = " | ".join(shown.neighbours)
    return (
        shown.date,
        shown.edition,
        shown.slot,
        shown.gap,
        shown.section or "",
        shown.creative,
        near,
        sends,
        kind,
        "" if shown.opens is None else shown.opens,
        "" if shown.clicks is None else shown.clicks,
        shown.clicks_kind,
    )


def _safe(cell: object) -> object:
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
