"""The bytes of the newsroom's two files, and their text."""

from __future__ import annotations

import re
from pathlib import Path

from digest.errors import Problem

DIGEST = "digest.yaml"
ADSLOTS = "adslots.yaml"
NAMES = (DIGEST, ADSLOTS)
MAX_BYTES = 4_000_000
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DOCUMENTS = (
    (b"{\\rtf", "a document of a word processor (RTF)"),
    (b"PK\x03\x04", "a document of an office program"),
)


def read_bytes(root: Path, name: str) -> bytes | Problem | None:
    """What the file holds; ``None`` when there is none. Never more than the limit is read."""
    path = root / name
    try:
        if not path.exists() and not path.is_symlink():
            return None
        if not path.is_file():
            return Problem(name, 1, 1, "this is not a file.", "Put the YAML file in its place.")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return Problem(name, 1, 1, f"the file cannot be read ({error.strerror}).", "Check its permissions.")
    if len(data) > MAX_BYTES:
        return Problem(name, 1, 1, f"the file is larger than {MAX_BYTES // 1_000_000} MB.", "Shorten it.")
    return data


def decode(data: bytes, name: str) -> str | Problem:
    """The text, or where it stops being UTF-8 text. A byte order mark at the start is passed over."""
    if data.startswith(_UTF16) or (data[:64:2].count(0) or data[1:64:2].count(0)) > 20:
        return Problem(name, 1, 1, "the file is saved as UTF-16.", "Save it as UTF-8.")
    for mark, kind in _DOCUMENTS:
        if data.lstrip().startswith(mark):
            return Problem(name, 1, 1, f"this is {kind}, not plain text.", "Save it as plain text, in UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode(
            "utf-8-sig"
        )  # of a BOM file, `start` counts after the BOM
        line, column = position(before)
        return Problem(name, line, column, "this character is not UTF-8.", "Save the file as UTF-8.")
    match = _FORBIDDEN.search(text)
    if match is None:
        return text
    line, column = position(text[: match.start()])
    message = f"an invisible control character (U+{ord(match[0]):04X}) stands here."
    return Problem(name, line, column, message, "Delete it.")


def position(before: str) -> tuple[int, int]:
    """Line and column, from 1, of what follows this text."""
    lines = re.split("\r\n|\r|\n", before)
    return len(lines), len(lines[-1]) + 1
