"""Bytes of unknown make, as text; what was guessed or replaced is said."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from pathlib import Path

from digest.model.counts import counted

_BLOCK = 1 << 20  # bytes that are read of a file at a time

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BARE = (  # how "<?" and "<x" look in wide letters without a mark
    (re.compile(rb"<\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0<"), "utf-32-be"),
    (re.compile(rb"<\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0<\0[^\0]"), "utf-16-be"),
)
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:\-]{1,40})["']""")
# What is written under these names is more than they allow (as browsers read them).
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_LATIN = frozenset({"cp1252", "iso8859-15", "utf-8"})
_NO_TEXT = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_WIDE = re.compile(r"[\u0080-\U0010ffff]+")
_SURE = 6  # runs of letters beyond ASCII that are right in UTF-8 by no accident


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and sentences for people about what was guessed or replaced in it."""

    text: str
    remarks: tuple[str, ...] = ()


def decoded(data: bytes, *, server: str = "") -> Decoded:
    """The text of an XML file. A byte-order mark rules; then the charset of the server, then the declaration.

    UTF-8 that is right to the last byte is UTF-8, whatever Latin charset is named; an invalid byte spoils itself only.
    """
    marked = _marked(data)
    if marked is not None:
        return marked
    charsets = [("server", server), ("declaration", _declaration(data))]
    named = [(by, codec, name) for by, name in charsets if name and (codec := _codec(name))]
    remarks = [
        f'the charset "{name}" (of its {by}) is unknown' for by, name in charsets if name and not _codec(name)
    ]
    strict = _strict(data, "utf-8")
    if strict is not None and _is_utf8(strict, [codec for _, codec, _ in named]):
        remarks += [
            f"it is UTF-8, though its {by} says {name}" for by, codec, name in named if codec != "utf-8"
        ]
        return Decoded(strict, tuple(remarks) if not strict.isascii() else ())
    for by, codec, _ in named:
        text = _strict(data, codec) if codec != "utf-8" else None
        if text is not None:
            others = [
                f"its {origin} says {name}, its {by} {codec}" for origin, c, name in named if c != codec
            ]
            return Decoded(text, (*remarks, *others[:1]))
    return _mixed(data, named, remarks)


def _marked(data: bytes) -> Decoded | None:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _replaced(data, codec, [])
    for bare, codec in _BARE:
        if bare.match(data):
            return _replaced(data, codec, [])
    return None


def _is_utf8(text: str, codecs_named: list[str]) -> bool:
    """Whether text that could be UTF-8 is: nothing else is named, or nothing else is likely."""
    others = [codec for codec in codecs_named if codec not in _LATIN]
    if not others or "utf-8" in codecs_named:
        return True
    if any(codec.startswith(("iso2022", "hz", "utf_7")) for codec in others):
        return False  # they hide in ASCII
    return (
        not text.isascii() and sum(1 for _ in zip(_WIDE.finditer(text), range(_SURE), strict=False)) >= _SURE
    )


def _mixed(data: bytes, named: list[tuple[str, str, str]], remarks: list[str]) -> Decoded:
    """Text that is right in nothing: UTF-8 with stray bytes where it has letters of UTF-8; else what was named."""
    not_latin = next((codec for _, codec, _ in named if codec not in _LATIN), None)
    if not_latin is not None:
        return _replaced(data, not_latin, remarks)
    loose = data.decode("utf-8", "surrogateescape")
    strays = len(re.findall("[\udc80-\udcff]", loose))
    letters = sum(1 for _ in re.finditer("[\u0080-\ud7ff\ue000-\U0010ffff]", loose))
    if letters or (strays == 1 and named):
        return Decoded(_stray(loose), (*remarks, _told_replaced(strays, "UTF-8")))
    guess = f"it is no UTF-8 and was read as Windows text ({counted(strays, 'byte')})"
    return Decoded(_windows(data), (*remarks, guess))


def _stray(loose: str) -> str:
    """Bytes that are no UTF-8, as what Windows means by them where they stand alone between ASCII."""
    return re.sub("[\udc80-\udcff]+", _meant, loose)


def _meant(run: re.Match[str]) -> str:
    byte = run[0].encode("utf-8", "surrogateescape")
    after = run.string[run.end() : run.end() + 1]
    if len(byte) == 1 and after.isascii():
        return byte.decode("cp1252", "replace")
    return "\ufffd" * len(byte)


def _replaced(data: bytes, codec: str, remarks: list[str]) -> Decoded:
    text = data.decode(codec, "replace")
    before = text.count("\ufffd")
    spoiled = before and before != _own_marks(data, codec)
    notes = [*remarks, _told_replaced(before, codec.upper())] if spoiled else remarks
    return Decoded(text, tuple(notes))


def _own_marks(data: bytes, codec: str) -> int:
    """How many replacement characters the text itself holds."""
    return data.decode(codec, "ignore").count("\ufffd")


def _told_replaced(count: int, charset: str) -> str:
    return counted(
        count, f"byte is no {charset} and was replaced", f"bytes are no {charset} and were replaced"
    )


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return _windows(data) if codec == "cp1252" else data.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _windows(data: bytes) -> str:
    """Windows text; the five bytes it does not define are the control characters that browsers make of them."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(_windows_byte(byte) for byte in data)


def _windows_byte(byte: int) -> str:
    try:
        return bytes((byte,)).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _codec(name: str) -> str:
    """Python's name of an encoding of text; empty for one that is none or unknown."""
    try:
        canonical = codecs.lookup(name.removeprefix("x-")).name
        b"x".decode(canonical, "ignore")
    except (LookupError, UnicodeError, ValueError):
        return ""
    meant = _MEANT.get(canonical, canonical)
    return "" if meant in _NO_TEXT else meant


def _declaration(data: bytes) -> str:
    declared = _DECLARED.match(data)
    return declared[1].decode() if declared else ""


class Lines:
    """The lines of a file with their ends, each with a remark on its bytes (or ``""``): UTF-8, or Windows text.

    They are read again whenever they are asked for, and never all at once. A byte-order mark tells UTF-16 and UTF-32. A
    line that is no UTF-8 is what Windows and old databases write; the others stay what they are.
    """

    def __init__(self, source: bytes | Path) -> None:
        self.source = source

    def __iter__(self) -> Iterator[tuple[str, str]]:
        blocks = self._blocks()
        first = next(blocks, b"")
        mark = next((codec for mark, codec in _MARKS if first.startswith(mark)), "")
        if mark == "utf-8-sig":
            rest = chain([first.removeprefix(codecs.BOM_UTF8)], blocks)
            yield from ((raw.decode("utf-8", "replace"), "") for raw in _parted(rest))
        elif mark or any(bare.match(first) for bare, _ in _BARE):
            yield from ((line, "") for line in StringIO(self.text(), newline=""))
        else:
            yield from map(_line, _parted(chain([first], blocks)))

    def text(self) -> str:
        """All of it, in memory."""
        marked = _marked(self._bytes())
        return marked.text if marked else "".join(line for line, _ in self)

    def _blocks(self) -> Iterator[bytes]:
        if isinstance(self.source, bytes):
            yield self.source
            return
        with self.source.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block

    def _bytes(self) -> bytes:
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()


def _parted(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines in blocks of bytes, which end anywhere."""
    rest: list[bytes] = []
    for block in blocks:
        end = (
            max(block.rfind(b"\n"), block.rfind(b"\r", 0, -1)) + 1
        )  # a \r at the end may have its \n in the next
        if not end:
            rest.append(block)
            continue
        yield from b"".join((*rest, block[:end])).splitlines(keepends=True)
        rest = [block[end:]]
    yield from b"".join(rest).splitlines(keepends=True)


def _line(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode(), ""
    except UnicodeDecodeError:
        line = decoded(raw)
        return line.text, line.remarks[-1] if line.remarks else ""
