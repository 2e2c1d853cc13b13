"""JSONL: one story a line, as a JSON object; only ``url`` and ``title`` are required.

``{"id", "url", "title", "summary", "section" or "sections", "source", "author", "published_at",
"updated_at", "image", "popularity", "tags", "flags", "priority", "embargo_until", "expires_at",
"language"}``; other keys are ignored. A file that is one JSON list of such objects is read too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from digest.model import Rejected
from digest.sources import Context, Found
from digest.sources._bytes import decoded_line, in_utf8
from digest.sources._fields import story_of


def parse(data: bytes, context: Context) -> Iterator[Found]:
    """The stories of ``data``, each bad line a rejection."""
    data = in_utf8(data)
    rows = _list(data) if data.lstrip()[:1] == b"[" else None
    if rows is not None:
        for number, row in enumerate(rows, 1):
            yield from _found(row, f"{context.file} item {number}", context)
        return
    for number, line in enumerate(BytesIO(data), 1):
        if line.strip():
            yield from _line(line, f"{context.file}:{number}", context)


def _list(data: bytes) -> list[Any] | None:
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return rows if isinstance(rows, list) else None


def _line(line: bytes, where: str, context: Context) -> Iterator[Found]:
    try:
        row = json.loads(decoded_line(line))
    except json.JSONDecodeError as error:
        yield Rejected(where, f"it is no JSON ({error.msg} at column {error.colno})")
    except (ValueError, RecursionError):
        yield Rejected(where, "it is no JSON that can be read")
    else:
        yield from _found(row, where, context)


def _found(row: Any, where: str, context: Context) -> Iterator[Found]:
    if isinstance(row, dict):
        yield from story_of(row, where, context)
    else:
        yield Rejected(where, 'it is no JSON object such as {"url": …, "title": …}')
