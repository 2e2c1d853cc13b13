"""Dates as the pages of the desk write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from digest.model.issue_date import number_of


def day_words(day: date | datetime) -> str:
    """``Fri 23 Jan``; of a later special ``Fri 23 Jan, no. 2``."""
    number = number_of(day)
    return f"{day:%a} {day.day} {day:%b}" + (f", no. {number}" if number > 1 else "")


def flight_words(row: Mapping[str, Any]) -> str:
    """``5 Jan – 27 Feb 2026``, of a row with ``first`` and ``last``."""
    first, last = row["first"], row["last"]
    if first is None and last is None:
        return "always"
    same = first and last and first.year == last.year
    began = f"{first.day} {first:%b}" + ("" if same else f" {first.year}") if first else "open"
    return f"{began} – " + (f"{last.day} {last:%b} {last.year}" if last else "open")
