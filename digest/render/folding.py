"""HTML in lines that a mail can carry."""

from __future__ import annotations

from typing import Final

_LONG: Final = 900  # octets of a line; a mail's limit is 998


def folded(html: bytes) -> bytes:
    """HTML with long lines broken at a space, which reads the same."""
    at = 0
    while len(html) - at > _LONG:
        at = html.rfind(b"\n", at, at + _LONG) + 1
        if not at:
            return b"\n".join(_fold(line) for line in html.split(b"\n"))
    return html


def _fold(line: bytes) -> bytes:
    parts = []
    while len(line) > _LONG:
        at = line.rfind(b" ", 1, _LONG)
        if at < 0:
            at = line.find(b" ", _LONG)
        if at < 0:
            break
        parts.append(line[:at])
        line = line[at + 1 :]
    return b"\n".join([*parts, line])
