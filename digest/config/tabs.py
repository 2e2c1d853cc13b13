"""Tabs in the indentation, which YAML forbids: how many spaces belong there."""

from __future__ import annotations

import re
from collections.abc import Callable

from digest.errors import Problem
from digest.model.counts import counted

_WIDTHS = (2, 4, 8, 6, 3, 1, 0)  # spaces that a tab was meant to be, the usual ones first
_LARGEST = 1_000_000  # characters of a file that is tried


def tabs(text: str, file: str, lines: list[int], remaining: Callable[[str], int | None]) -> Problem | None:
    """The tab that stops the reading, where one does; ``lines`` (from 1) are those at which the parser gave up.

    ``remaining`` tells how many problems a text has, ``None`` where it cannot be read. One width for all tabs that
    leaves the fewest is the cure; where none can be read, the width of the line above.
    """
    rows = text.split("\n")
    tabbed = [number for number, row in enumerate(rows) if "\t" in _margin(row)]
    if not tabbed:
        return None
    first = min(tabbed, key=lambda number: abs(number + 1 - lines[0]))
    width = _width(rows, remaining)
    if width is not None:
        begin = len(_margin(rows[first]).replace("\t", " " * width))
    elif first + 1 in lines:
        begin = _above(rows[:first])
    else:
        return None
    others = sum(1 for number in tabbed if number > first)
    also = f", and in that of {counted(others, 'more line')}" if others else ""
    column = _margin(rows[first]).index("\t") + 1
    cure = f"Begin it with {counted(begin, 'space') if begin else 'no space'}."
    if not rows[first].strip():
        cure = "Delete what stands on the line."
    elif others and width is not None:
        cure = f"Write {counted(width, 'space')} for each tab."
    return Problem(file, first + 1, column, f"a tab stands in the indentation{also}.", cure)


def _margin(row: str) -> str:
    return row[: len(row) - len(row.lstrip(" \t"))]


def _width(rows: list[str], remaining: Callable[[str], int | None]) -> int | None:
    """How many spaces each tab was meant to be."""
    if sum(map(len, rows)) > _LARGEST:
        return None
    tried: list[tuple[int, int]] = []
    for order, width in enumerate(_WIDTHS):
        changed = "\n".join(_margin(row).replace("\t", " " * width) + row.lstrip(" \t") for row in rows)
        if (left := remaining(changed)) is not None:
            tried.append((left, order))
    return _WIDTHS[min(tried)[1]] if tried else None


def _above(rows: list[str]) -> int:
    """How far to the right a line belongs under these: as far as the last of them, and two more under a bare key."""
    for row in reversed(rows):
        if re.match(r"\s*[^\s#]", row) and "\t" not in _margin(row):
            return len(_margin(row)) + (2 if row.rstrip().endswith(":") else 0)
    return 0
