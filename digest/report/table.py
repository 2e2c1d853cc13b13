"""The report as rows for a spreadsheet: one per issue in which a booking ran, one for each that did not."""

from __future__ import annotations

import csv
from io import StringIO

from digest.report.values import BookingReport, Insertion, Report

HEADS = (
    "line_item", "advertiser", "status", "tier", "unit", "booked", "delivered", "short", "date", "edition", "slot",
    "gap", "section", "creative", "neighbours", "sends", "sends_are", "opens", "clicks", "clicks_are",
)  # fmt: skip


def as_csv(report: Report) -> str:
    """CSV with a heading."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for booking in report.bookings:
        for insertion in booking.insertions or (None,):
            writer.writerow([safe_cell(cell) for cell in (*_booking(booking), *_issue(insertion))])
    return out.getvalue()


def _booking(booking: BookingReport) -> tuple[object, ...]:
    booked = "" if booking.booked is None else booking.booked
    return (
        booking.line_item, booking.advertiser or "", booking.status, booking.tier, booking.unit, booked,
        booking.delivered, booking.short,
    )  # fmt: skip


def _issue(insertion: Insertion | None) -> tuple[object, ...]:
    if insertion is None:
        return ("",) * 12
    sends = "" if insertion.sends is None else insertion.sends
    kind = "" if insertion.sends is None else "counted" if insertion.counted else "expected"
    near = " | ".join(insertion.neighbours)
    return (
        insertion.date,
        insertion.edition,
        insertion.slot,
        insertion.gap,
        insertion.section or "",
        insertion.creative,
        near,
        sends,
        kind,
        "" if insertion.opens is None else insertion.opens,
        "" if insertion.clicks is None else insertion.clicks,
        insertion.clicks_kind,
    )


def safe_cell(cell: object) -> object:
    """The cell; one that a spreadsheet would take for a formula starts with an apostrophe."""
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
