"""CSV: a heading with the names of the fields, then one story a row, as Excel and databases write it.

Commas, semicolons or tabs; UTF-8, UTF-16 or Windows text. Lists (``sections``, ``tags``, ``flags``) are
separated by ``;`` or ``|``, or are JSON lists. ``popularity`` is a number or a JSON object, or there are
columns ``popularity.views`` and so on; ``image`` is an address or a JSON object, or there are columns
``image.url``, ``image.width``, ``image.height``, ``image.alt``. Columns with other names are ignored.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from digest.errors import Unreachable
from digest.model import Rejected
from digest.sources import Context, Found, Remark
from digest.sources._bytes import lines
from digest.sources._fields import story_of
from digest.sources._times import Habits, habits_of

AHEAD = timedelta(days=60)

_LISTS = frozenset({"sections", "tags", "flags"})
_GROUPS = ("image", "popularity")
_CELL = 4_000_000  # characters
_LONGEST = 500  # lines of one row; beyond, a quotation mark was never closed


def parse(data: bytes, context: Context) -> Iterator[Found]:
    """The stories of ``data``, each bad row a rejection. Raises ``Unreachable`` without the columns needed."""
    csv.field_size_limit(_CELL)
    read = list(lines(data))
    yield from (Remark(f"{context.file}:{n}", remark) for n, (_, remark) in enumerate(read, 1) if remark)
    text = [line for line, _ in read]
    habits = habits_of("".join(text), context.zone, context.locale)
    rows = _Rows(text)
    heading = next((row for _, row in rows if isinstance(row, list) and any(row)), None)
    if heading is None:
        return
    names = [_name(cell) for cell in heading]
    missing = [name for name in ("url", "title") if name not in names]
    if missing:
        raise Unreachable(
            f'{context.file} has no column "{missing[0]}". Its first row must name the columns, '
            f"with url and title among them; it has: {', '.join(names[:12])}."
        )
    for line, row in rows:
        yield from _found(names, row, f"{context.file}:{line}", context, habits)


def _found(
    names: Sequence[str], row: list[str] | str, where: str, context: Context, habits: Habits
) -> Iterator[Found]:
    if isinstance(row, str):
        yield Rejected(where, row)
    elif len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
        yield Rejected(where, f"it has {len(row)} cells, the heading {len(names)}")
    elif any(cell.strip() for cell in row):
        yield from story_of(_record(names, row), where, context, habits)


class _Rows:
    """Rows with the number of their first line; a row that cannot be read is a text that says why.

    A quotation mark that is never closed would swallow the rest of the file: such a row is one bad line,
    and reading goes on with the next.
    """

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.delimiter, self.at = lines, _delimiter(lines), 0

    def __iter__(self) -> Iterator[tuple[int, list[str] | str]]:
        while self.at < len(self.lines):
            first = self.at
            row = self._row()
            if row:
                yield first + 1, row

    def _row(self) -> list[str] | str:
        start = self.at
        reader = csv.reader(self._from(start), delimiter=self.delimiter, strict=True)
        try:
            row = next(reader)
            self.at = start + reader.line_num
        except (csv.Error, StopIteration, _Endless):
            self.at = start + 1
            return self._alone(self.lines[start])
        return row

    def _alone(self, line: str) -> list[str] | str:
        """A line that strict reading refuses: fine if it is whole, for Excel reads it as well."""
        try:
            list(csv.reader([line], delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            if "end of data" in str(error):
                return "a quotation mark in it is never closed"
        try:
            return next(csv.reader([line], delimiter=self.delimiter))
        except (csv.Error, StopIteration) as error:
            return f"it is no CSV ({error})"

    def _from(self, start: int) -> Iterator[str]:
        for count, line in enumerate(self.lines[start : start + _LONGEST + 1]):
            if count == _LONGEST:
                raise _Endless
            yield line


class _Endless(Exception):
    """A row goes on for too many lines."""


def _delimiter(lines: Sequence[str]) -> str:
    heading = next((line for line in lines if line.strip()), "")
    return max(",;\t", key=heading.count)


def _name(cell: str) -> str:
    return re.sub(r"[\s\-]+", "_", cell.strip().lower())


def _record(names: Sequence[str], row: Sequence[str]) -> Mapping[str, Any]:
    """The cells by name; cells of a group such as ``image.url`` under the group's name."""
    record: dict[str, Any] = {}
    groups: dict[str, dict[str, str]] = {}
    for name, cell in zip(names, row, strict=False):
        if not cell.strip():
            continue
        group, _, part = name.partition(".")
        if part and group in _GROUPS:
            groups.setdefault(group, {})[part] = cell.strip()
        else:
            record[name] = cell_value(name, cell)
    return record | groups


def cell_value(name: str, cell: str) -> Any:
    """What a cell of this name holds: lists are parted by ``;`` or ``|``, or are JSON."""
    text = cell.strip()
    if text.startswith(("[", "{")) and name in (*_LISTS, *_GROUPS):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
    if name in _LISTS:
        return [part for part in re.split(r"[;|]", text) if part.strip()]
    return cell
