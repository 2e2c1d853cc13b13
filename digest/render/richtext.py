"""An editor's or an advertiser's words: paragraphs, ``**bold**`` and ``[links](https://example.com)``, nothing else.

The text becomes values that templates print piece by piece, so it can never act as markup or as a merge tag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_PIECE: Final = re.compile(
    r"\*\*(?P<bold>[^*\n](?:[^*]|\*(?!\*))*?)\*\*"
    r"|\[(?P<words>[^\[\]]+)\]\((?P<link>(?:https?://|mailto:|tel:)[^\s()<>\"]*(?:\([^\s()<>\"]*\)[^\s()<>\"]*)*)\)"
)


@dataclass(frozen=True, slots=True)
class TextRun:
    """Words of a paragraph; ``link`` is an address or empty."""

    text: str
    bold: bool = False
    link: str = ""


def paragraphs(text: str) -> tuple[tuple[TextRun, ...], ...]:
    """The paragraphs of a text, parted by empty lines; what is no bold and no link stays as it is written."""
    written = (
        " ".join(paragraph.split()) for paragraph in _PARAGRAPH.split(text.replace("\r\n", "\n").strip())
    )
    return tuple(_pieces(paragraph) for paragraph in written if paragraph)


def _pieces(line: str) -> tuple[TextRun, ...]:
    pieces: list[TextRun] = []
    at = 0
    for match in _PIECE.finditer(line):
        if match.start() > at:
            pieces.append(TextRun(line[at : match.start()]))
        if match["bold"]:
            pieces.append(TextRun(match["bold"], bold=True))
        else:
            pieces.append(TextRun(match["words"], link=match["link"]))
        at = match.end()
    if at < len(line):
        pieces.append(TextRun(line[at:]))
    return tuple(pieces)


def plain(text: str) -> str:
    """The text without its marks: bold as plain words, links as ``words (address)``."""
    plain_paragraphs = (
        "".join(f"{p.text} ({p.link})" if p.link else p.text for p in paragraph)
        for paragraph in paragraphs(text)
    )
    return "\n\n".join(plain_paragraphs)
