"""The tables of ``docs/reference.md``: a row ``| `key` | default | meaning |`` for each key, from the model's fields.

A line ``<!-- keys of Publication -->`` stands above the table of that class; ``<!-- keys of Logo as logo -->`` above
one whose keys are written ``logo.width``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta
from fractions import Fraction
from typing import Any

from digest.config.keys import MODELS, FileKey, every_block, keys_of
from digest.model.keys import Block

_TABLE = re.compile(r"(<!-- keys of (\w+)(?: as ([\w.]+))? -->\n\n)(?:\|.*\n)*")
_HEAD = "| key | default | meaning |\n|---|---|---|\n"


def with_tables(page: str) -> str:
    """The page with every table as the model has it. Raises ``KeyError`` for a class that is none of the model's."""
    blocks = {block.__name__: block for block in every_block(tuple(MODELS.values()))}
    return _TABLE.sub(lambda match: match[1] + table(blocks[match[2]], match[3] or ""), page)


def table(block: type[Block], under: str = "") -> str:
    """The table of a block's keys; ``under`` is the key it stands under, where that is written before each."""
    rows = (_row(f"{under}.{name}" if under else name, key) for name, key in keys_of(block).items())
    return _HEAD + "".join(rows)


def _row(name: str, key: FileKey) -> str:
    return f"| `{name}` | {default_of(key)} | {key.key.meaning} |\n"


def default_of(key: FileKey) -> str:
    """The default as the table shows it: in words, or as it would be written in the file."""
    if key.required:
        return "**required**"
    if isinstance(key.key.required, str):
        return f"**required**, {key.key.required}"
    if key.key.default:
        return key.key.default
    if isinstance(key.default, Block):
        return "see there"
    if key.default in (None, ()) or (isinstance(key.default, Mapping) and not key.default):
        return "none"
    return f"`{as_written(key.default)}`" if key.default != "" else "empty"


def as_written(value: Any) -> str:
    """A default in the words of the file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        hours = value // timedelta(hours=1)
        return f"{hours}h" if hours % 24 or hours == 24 else f"{hours // 24}d"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float | Fraction):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return str(value)
