"""CSV: a heading with the names of the fields, then one story a row, as Excel and databases write it.

Commas, semicolons or tabs; UTF-8, UTF-16 or Windows text. Lists (``sections``, ``tags``, ``flags``) are
separated by ``;`` or ``|``, or are JSON lists. ``popularity`` is a number or a JSON object, or there are
columns ``popularity.views`` and so on; ``image`` is an address or a JSON object, or there are columns
``image.url``, ``image.width``, ``image.height``, ``image.alt``. Columns with other names are not read, which is said.
"""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from digest.errors import Unreachable
from digest.model import Rejected
from digest.sources import Context, Found, Remark
from digest.sources._bytes import Lines
from digest.sources._names import FIELDS, misnamed, renaming
from digest.sources._records import Record, habits_in, told

AHEAD = timedelta(days=60)

_LISTS = frozenset({"sections", "tags", "flags"})
_GROUPS = ("image", "popularity")
_SEPARATOR = re.compile(r"sep=(.?)", re.IGNORECASE)
_CELL = 4_000_000  # characters
_LONGEST = 500  # lines of one row; beyond, a quotation mark was never closed


def parse_lines(lines: Lines, context: Context) -> Iterator[Found]:
    """The stories of ``lines``, each bad row a rejection. Raises ``Unreachable`` without the columns needed."""
    csv.field_size_limit(_CELL)
    yield from told(_records(lines, context.file), context, habits_in(lines, context))


def _records(lines: Lines, file: str) -> Iterator[Record]:
    rows = _Rows(lines, file)
    heading: list[str] = []
    line = 1
    for line, row, remarks in rows:
        if remarks:
            yield Record(f"{file}:{line}", "", None, remarks)
        if isinstance(row, list) and any(row) and not _SEPARATOR.fullmatch("".join(row).strip()):
            heading = row
            break
    if not heading:
        return
    names = [_name(cell) for cell in heading]
    missing = [name for name in ("url", "title") if name not in names]
    if missing:
        raise Unreachable(
            f'{file} has no column "{missing[0]}". Its first row must name the columns, '
            f"with url and title among them; it has: {', '.join(names[:12])}.{renaming(names)}"
        )
    if unread := tuple(_unread(heading, names)):
        yield Record(f"{file}:{line}", "", None, tuple(Remark(f"{file}:{line}", what) for what in unread))
        names = [name if _is_read(name) else "" for name in names]
    columns = repr(names)
    for line, row, remarks in rows:
        yield _record(names, columns, row, f"{file}:{line}", remarks)


def _record(
    names: Sequence[str], columns: str, row: list[str] | str, where: str, remarks: tuple[Remark, ...]
) -> Record:
    if isinstance(row, str):
        return Record(where, "", None, (*remarks, Rejected(where, row)))
    if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
        reason = f"it has {len(row)} cells, the heading {len(names)}"
        return Record(where, "", None, (*remarks, Rejected(where, reason)))
    if not any(cell.strip() for cell in row):
        return Record(where, "", None, remarks)
    return Record(where, columns + repr(row), _fields(names, row), remarks)


class _Rows:
    """Rows with the number of their first line, and remarks on their bytes; one that cannot be read is a text: why.

    A quotation mark that is never closed would swallow the rest of the file: such a row is one bad line,
    and reading goes on with the next.
    """

    def __init__(self, lines: Lines, file: str) -> None:
        self.rest, self.file = iter(lines), file
        self.ahead: deque[tuple[str, str]] = deque()  # lines that were looked at
        self.at = 0
        self.delimiter = _delimiter(lines)

    def __iter__(self) -> Iterator[tuple[int, list[str] | str, tuple[Remark, ...]]]:
        while self._line(0) is not None:
            first = self.at + 1
            row, used = self._row()
            remarks = tuple(self._taken(used))
            if row or remarks:
                yield first, row, remarks

    def _line(self, ahead: int) -> str | None:
        """A line that comes; ``None`` after the last."""
        while len(self.ahead) <= ahead:
            line = next(self.rest, None)
            if line is None:
                return None
            self.ahead.append(line)
        return self.ahead[ahead][0]

    def _taken(self, count: int) -> Iterator[Remark]:
        for _ in range(count):
            self.at += 1
            _, remark = self.ahead.popleft()
            if remark:
                yield Remark(f"{self.file}:{self.at}", remark)

    def _row(self) -> tuple[list[str] | str, int]:
        """The next row, and how many lines it takes."""
        reader = csv.reader(self._coming(), delimiter=self.delimiter, strict=True)
        try:
            row = next(reader)
        except (csv.Error, StopIteration, _Endless):
            return self._alone(self.ahead[0][0]), 1
        return row, reader.line_num

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

    def _coming(self) -> Iterator[str]:
        for ahead in range(_LONGEST):
            line = self._line(ahead)
            if line is None:
                return
            yield line
        if self._line(_LONGEST) is not None:
            raise _Endless


class _Endless(Exception):
    """A row goes on for too many lines."""


def _delimiter(lines: Lines) -> str:
    """What parts the cells: as the heading has it, or as a line of Excel's own before it says (``sep=;``)."""
    heading = next((line for line, _ in lines if line.strip()), "")
    if named := _SEPARATOR.fullmatch(heading.strip("\ufeff\r\n ")):
        return named[1] or ";"
    return max(",;\t", key=heading.count)


def _name(cell: str) -> str:
    return re.sub(r"[\s\-]+", "_", cell.strip().lower())


def _is_read(name: str) -> bool:
    return not name or name in FIELDS or name.partition(".")[0] in _GROUPS


def _unread(heading: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """What to say of columns that no field has the name of."""
    meant = dict(misnamed(tuple(names)))
    for cell, name in zip(heading, names, strict=True):
        if _is_read(name):
            continue
        if name in meant:
            yield f'the column "{cell.strip()}" is not read; call it {meant[name]}'
        else:
            yield f'the column "{cell.strip()}" is not read: no field of a story has this name'


def _fields(names: Sequence[str], row: Sequence[str]) -> Mapping[str, Any]:
    """The cells by name; cells of a group such as ``image.url`` under the group's name."""
    record: dict[str, Any] = {}
    groups: dict[str, dict[str, str]] = {}
    for name, cell in zip(names, row, strict=False):
        if not name or not cell.strip():
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
