"""Bytes of unknown make, as text."""

from __future__ import annotations

import codecs

_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def in_utf8(data: bytes) -> bytes:
    """UTF-8 without its mark; UTF-16 and UTF-32, which their mark betrays, become UTF-8."""
    for mark, name in _WIDE:
        if data.startswith(mark):
            return data.decode(name, "replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def decoded_line(line: bytes) -> str:
    """UTF-8, or what Windows and old databases write where it is none."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
