"""JSONL: one story a line, as a JSON object; only ``url`` and ``title`` are required.

``{"id", "url", "title", "summary", "section" or "sections", "source", "author", "published_at",
"updated_at", "image", "popularity", "tags", "flags", "priority", "embargo_until", "expires_at",
"language"}``; other keys are ignored. A file that is one JSON list of such objects is read too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from digest.model import Rejected
from digest.sources import Context, Found, Remark
from digest.sources._bytes import Lines
from digest.sources._records import Record, habits_in, told

AHEAD = timedelta(days=60)


def parse_lines(lines: Lines, context: Context) -> Iterator[Found]:
    """The stories of ``lines``, each bad line a rejection. A file that is one list is read as a whole."""
    rows = _list(lines.text()) if _begins_list(lines) else None
    habits = habits_in(lines, context)
    if rows is None:
        yield from told(_of_lines(lines, context.file), context, habits, _read)
    else:
        yield from told(_of_list(rows, context.file), context, habits)


def _begins_list(lines: Lines) -> bool:
    return next((line.lstrip()[0] for line, _ in lines if line.strip()), "") == "["


def _list(text: str) -> list[Any] | None:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return rows if isinstance(rows, list) else None


def _of_list(rows: list[Any], file: str) -> Iterator[Record]:
    for number, row in enumerate(rows, 1):
        yield _with(Record(f"{file} item {number}", json.dumps(row)), row)


def _of_lines(lines: Lines, file: str) -> Iterator[Record]:
    for number, (line, remark) in enumerate(lines, 1):
        where = f"{file}:{number}"
        yield Record(where, line.strip(), said=(Remark(where, remark),) if remark else ())


def _read(record: Record) -> Record:
    try:
        return _with(record, json.loads(record.text)) if record.text else record
    except json.JSONDecodeError as error:
        return _rejected(record, f"it is no JSON ({error.msg} at column {error.colno})")
    except (ValueError, RecursionError):
        return _rejected(record, "it is no JSON that can be read")


def _with(record: Record, row: Any) -> Record:
    if isinstance(row, dict):
        return Record(record.where, record.text, row, record.said)
    return _rejected(record, 'it is no JSON object such as {"url": …, "title": …}')


def _rejected(record: Record, reason: str) -> Record:
    return record._replace(said=(*record.said, Rejected(record.where, reason)))
