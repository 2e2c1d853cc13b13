"""Variants in packs: ``packs/0001.html``, ``.txt`` and ``.eml`` hold many variants one after another.

``packs/0001.json`` comes last: it says where each variant begins and how long it is, and from what the pack was made,
so a rerun makes only the packs that are missing or made from something else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from digest.audience.output import OutputStore

FORMAT: Final = "2"  # of a pack's index: packs of another are made again
SIZE: Final = 50  # variants in a pack: a task of about a second
PARTS: Final = ("html", "txt", "eml")


@dataclass(frozen=True, slots=True)
class Made:
    """One variant as it is mailed: the bytes of the three parts, in the order of ``PARTS``, subject and preheader."""

    parts: tuple[bytes, bytes, bytes]
    subject: str
    preheader: str


def name_of(number: int, part: str) -> str:
    return f"packs/{number:04d}.{part}"


def key_of(fingerprint: str, rows: Iterable[bytes]) -> str:
    """What a pack is made from: the issue and its variants' lineups and ads."""
    total = sha256(f"{FORMAT} {fingerprint}".encode())
    for row in rows:
        total.update(len(row).to_bytes(8, "big") + row)
    return total.hexdigest()


def write(
    output: OutputStore, number: int, key: str, variants: Sequence[str], make: Callable[[int], Made]
) -> dict[str, Any]:
    """Make and write one pack; ``make`` gives the variant at an index. Returns its index."""
    made_parts: tuple[list[bytes], ...] = ([], [], [])
    index: dict[str, Any] = {"key": key, "variants": []}
    offsets = [0, 0, 0]
    for at, name in enumerate(variants):
        variant = make(at)
        row: dict[str, Any] = {"variant": name, "subject": variant.subject, "preheader": variant.preheader}
        for place, data in enumerate(variant.parts):
            made_parts[place].append(data)
            row[PARTS[place]] = [offsets[place], len(data)]
            offsets[place] += len(data)
        index["variants"].append(row)
    index["bytes"] = dict(zip(PARTS, offsets, strict=True))
    for part, pieces in zip(PARTS, made_parts, strict=True):
        output.write(name_of(number, part), pieces)
    output.write(
        name_of(number, "json"), [(json.dumps(index, ensure_ascii=False) + "\n").encode("utf-8", "replace")]
    )
    return index


def finished(output: OutputStore, number: int, key: str) -> dict[str, Any] | None:
    """The index of a pack that is whole and made from the same; else ``None``."""
    data = output.read(name_of(number, "json"))
    if data is None:
        return None
    try:
        index: dict[str, Any] = json.loads(data)
        complete = index["key"] == key and all(
            output.size(name_of(number, part)) == index["bytes"][part] for part in PARTS
        )
    except (ValueError, KeyError, TypeError):
        return None
    return index if complete else None
