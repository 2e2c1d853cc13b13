"""The plain-text part, set as a person would set it: lines of at most 72 columns, addresses whole."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

COLUMNS: Final = 72
OCTETS: Final = 990  # a line of a mail holds 998

_BLANK: Final = re.compile(r"\n{3,}")
_ATOM: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\S", re.DOTALL)
_ITEM: Final = re.compile(r" *(?:\d{1,3}\.|[*-]) +(?=\S)")
_LINK: Final = re.compile(r"(?:https?://|mailto:)\S*", re.IGNORECASE)


def set_text(text: str) -> str:
    """One fragment: wrapped, no trailing space, at most one blank line in a row, no blank line at its ends."""
    lines: list[str] = []
    for line in map(str.rstrip, text.strip("\n").split("\n")):
        if len(line) <= COLUMNS and line.isascii():
            lines.append(line)
        else:
            lines += _wrapped(line)
    return _BLANK.sub("\n\n", "\n".join(lines)).strip("\n")


def width(text: str) -> int:
    """Columns that ``text`` takes: East Asian wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.east_asian_width(char) in "WF":
        return 2
    return 0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else 1


def _wrapped(line: str) -> list[str]:
    if line.isascii() and len(line) <= OCTETS and " " not in line:
        return [line]
    if len(line) <= COLUMNS and width(line) <= COLUMNS:
        return [line]
    indent = line[: len(line) - len(line.lstrip(" "))]
    hanging = _ITEM.match(line)
    wrapped: list[str] = []
    current = indent
    following = " " * len(hanging[0]) if hanging else indent
    for word in _pieces(line.strip()):
        if width(current) + width(word.rstrip()) <= COLUMNS or current in (indent, following):
            current += word
        else:
            wrapped.append(current.rstrip())
            current = following + word
    return [*wrapped, current.rstrip()]


def _pieces(line: str) -> list[str]:
    """Where a line may break: words with the spaces after them; between wide characters too."""
    pieces: list[str] = []
    for word in _words(line):
        narrow = width(word) == len(word) or "{" in word
        if _LINK.search(word) or (narrow and len(word.encode()) <= OCTETS):
            pieces.append(word)
        else:
            pieces += _characters(word)
    return pieces


def _words(line: str) -> list[str]:
    """Split after spaces, but never inside a merge tag."""
    words: list[str] = []
    current = ""
    at = 0
    while at < len(line):
        match = _ATOM.match(line, at)
        if match:
            current += match[0]
            at = match.end()
            continue
        spaces = re.compile(r"\s+").match(line, at)
        assert spaces is not None
        words.append(current + " ")
        current, at = "", spaces.end()
    return [*words, current] if current else words


_NO_START: Final = frozenset(
    "、。，．・：；？！゛゜ー）」』】〕〉》｝］…ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
_NO_END: Final = frozenset("（「『【〔〈《｛［")


def _characters(word: str) -> list[str]:
    """A run without spaces: wide characters one by one, the rest together up to the limit of a line."""
    parts: list[str] = []
    for char in word:
        joins = bool(parts) and (
            (_columns(char) != 2 and _columns(parts[-1][-1]) != 2 and width(parts[-1]) < COLUMNS)
            or _columns(char) == 0
            or char in _NO_START
            or parts[-1][-1] in _NO_END
            or char == " "
            or parts[-1][-1] == "\u200d"
        )
        if joins and len(parts[-1].encode()) < OCTETS:
            parts[-1] += char
        else:
            parts.append(char)
    return parts


_ONLY_LINK: Final = re.compile(r"\n *((?:https?|mailto|tel):\S+)(?=\n|\Z)")


def footnoted(pieces: list[str]) -> list[str]:
    """Blocks whose links become numbers, and the list of the links before the last block."""
    links: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in links:
            links.append(match[1])
        return f" [{links.index(match[1]) + 1}]"

    body = [_ONLY_LINK.sub(number, piece) for piece in pieces[:-1]]
    notes = "\n".join(f"[{index}] {link}" for index, link in enumerate(links, 1))
    return [*body, notes, *pieces[-1:]] if notes else pieces
