"""Proof of delivery: booked against delivered, as a page to mail, as rows, and as a line of characters."""

from digest.report.chart import spark, words
from digest.report.page import as_html
from digest.report.summary import as_summary_csv, as_summary_html
from digest.report.table import as_csv
from digest.report.values import BookingReport, CreativePreview, DeliveryPoint, Insertion, Report

__all__ = [
    "BookingReport", "CreativePreview", "DeliveryPoint", "Insertion", "Report", "as_csv", "as_html",
    "as_summary_csv", "as_summary_html", "spark", "words",
]  # fmt: skip
