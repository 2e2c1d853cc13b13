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
from digest.sources._bytes import lines
from digest.sources._fields import story_of
from digest.sources._times import Habits, habits_of

AHEAD = timedelta(days=60)


def parse(data: bytes, context: Context) -> Iterator[Found]:
    """The stories of ``data``, each bad line a rejection."""
    read = list(lines(data))
    text = "".join(line for line, _ in read)
    habits = habits_of(text, context.zone, context.locale)
    rows = _list(text) if text.lstrip()[:1] == "[" else None
    if rows is not None:
        for number, row in enumerate(rows, 1):
            yield from _found(row, f"{context.file} item {number}", context, habits)
        return
    for number, (line, remark) in enumerate(read, 1):
        where = f"{context.file}:{number}"
        its = list(_line(line, where, context, habits)) if line.strip() else []
        if remark and not any(isinstance(it, Rejected) for it in its):
            yield Remark(where, remark)
        yield from its


def _list(text: str) -> list[Any] | None:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return rows if isinstance(rows, list) else None


def _line(line: str, where: str, context: Context, habits: Habits) -> Iterator[Found]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        yield Rejected(where, f"it is no JSON ({error.msg} at column {error.colno})")
    except (ValueError, RecursionError):
        yield Rejected(where, "it is no JSON that can be read")
    else:
        yield from _found(row, where, context, habits)


def _found(row: Any, where: str, context: Context, habits: Habits) -> Iterator[Found]:
    if isinstance(row, dict):
        yield from story_of(row, where, context, habits)
    else:
        yield Rejected(where, 'it is no JSON object such as {"url": …, "title": …}')
