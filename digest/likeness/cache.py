"""What a model has read, in one file: so that a headline is read once, and not every morning.

The file is a SHA-256 of all that follows, and then rows of ``KEY`` bytes that name a text and ``width`` bytes of
numbers, those last used at the end. A file that is damaged, cannot be read or cannot be written is passed over.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

KEY = 16
_MOST = 30_000  # texts that are kept, 12 MB
_SUM = 32


def read(path: Path, width: int) -> dict[bytes, bytes]:
    """Numbers by the name of their text."""
    try:
        stored = path.read_bytes()
    except OSError:
        return {}
    body, row = stored[_SUM:], KEY + width
    if sha256(body).digest() != stored[:_SUM] or len(body) % row:
        return {}
    return {body[at : at + KEY]: body[at + KEY : at + row] for at in range(0, len(body), row)}


def write(path: Path, rows: Mapping[bytes, bytes]) -> None:
    """Write the last rows, whole or not at all."""
    last = list(rows.items())[-_MOST:]
    body = b"".join(key + numbers for key, numbers in last)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            fresh.touch(mode=0o600)
            fresh.write_bytes(sha256(body).digest() + body)
            fresh.replace(path)
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
