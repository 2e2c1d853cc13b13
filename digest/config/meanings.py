"""What every key means, in the words of the reference: ``docs/reference.md``, which is shipped with the package.

Its tables have a row ``| `key` | default | meaning |`` a key, under the heading of the block; the keys of small
blocks are rows too, as ``block.key``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\| `([\w.]+)` \| (.*?) \| (.*) \|$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_WRITTEN = re.compile(r"`([^`]+)`")
_PLAIN = re.compile(r"true|false|-?\d+(\.\d+)?|\[.*\]|\{\w+: .*\}")


@dataclass(frozen=True, slots=True)
class Key:
    """One row. ``default`` is as it stands in the table, Markdown and all."""

    default: str
    meaning: str

    @property
    def value(self) -> Any:
        """The default as an editor would have read it; ``None`` where it is told in words."""
        import yaml

        found = _WRITTEN.fullmatch(self.default)
        if found is None:
            return None
        return yaml.safe_load(found[1]) if _PLAIN.fullmatch(found[1]) else found[1]


def meanings() -> dict[str, dict[str, Key]]:
    """The keys by heading: those of ``digest.yaml``, of ``editions``, of ``flight``, ..."""
    blocks: dict[str, dict[str, Key]] = {}
    parts = _HEADING.split(_reference())
    for heading, part in zip(parts[1::2], parts[2::2], strict=True):
        for name, default, meaning in _ROW.findall(part):
            block, _, key = name.rpartition(".")
            blocks.setdefault(block or heading, {})[key] = Key(default, _LINK.sub(r"\1", meaning))
    return blocks


def _reference() -> str:
    """The text as it is shipped in the package, or lies in the repository."""
    package = Path(__file__).resolve().parent.parent
    places = (package / "reference.md", package.parent / "docs" / "reference.md")
    return next(place for place in places if place.is_file()).read_text(encoding="utf-8")
