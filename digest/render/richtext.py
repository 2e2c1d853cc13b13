"""An editor's or an advertiser's words: paragraphs, ``**bold**`` and ``[links](https://example.com)``, nothing else.

The text becomes values that templates print piece by piece, so it can never act as markup or as a merge tag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from digest.model.keys import guess

_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_PIECE: Final = re.compile(
    r"\*\*(?P<bold>[^*\n](?:[^*]|\*(?!\*))*?)\*\*"
    r"|\[(?P<words>[^\[\]]+)\]\((?P<link>(?:https?://|mailto:|tel:)[^\s()<>\"]*(?:\([^\s()<>\"]*\)[^\s()<>\"]*)*)\)"
)

_LINK: Final = re.compile(r"\[([^\[\]]+)\]\s?\(([^()]*)\)")
_LIST: Final = re.compile(r"(?:[-*•]|\d{1,2}[.)])\s.*\n\s*(?:[-*•]|\d{1,2}[.)])\s")
_OTHER_MARKS: Final = (
    (re.compile(r"\*\*"), "is no bold: ** must stand on both sides of the words, without a space inside"),
    (
        re.compile(r"(?<![\w*])\*[^*\s][^*]*\*(?![\w*])|(?<!\w)__?[^_\s][^_]*__?(?!\w)"),
        "is no mark; **words** are bold",
    ),
    (
        re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE),
        "is HTML; write **words** and [words](https://example.com)",
    ),
    (re.compile(r"^#{1,6}\s"), "is no heading; **words** are bold"),
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


def printed_as_written(text: str) -> list[str]:
    """Marks in a text that are none here, so that readers would see them: each with what to write."""
    remarks = []
    for paragraph in _PARAGRAPH.split(text.replace("\r\n", "\n").strip()):
        if _LIST.match(paragraph):
            remarks.append("the lines of a list run into one; put an empty line between them.")
        for piece in _pieces(" ".join(paragraph.split())):
            if piece.link or piece.bold:
                continue
            rest = piece.text
            for link in _LINK.finditer(rest):
                whole = (
                    guess.address(link[2].removeprefix("http:").removeprefix("https:"))
                    or "https://example.com"
                )
                remarks.append(f'"{link[0][:60]}" is no link; write [{link[1]}]({whole}).')
            rest = _LINK.sub("", rest)
            for mark, says in _OTHER_MARKS:
                if found := mark.search(rest):
                    remarks.append(f'"{rest[found.start() : found.start() + 30]}" {says}.')
    return remarks
