"""Broken YAML, mended: of the small changes people mean, the first after which the file can be read.

A parser says where it gave up, which is rarely where the mistake is. So the line it names and the one before it are
tried with the slips that are made in such files, and the change that leaves the fewest problems is the cure: it is
known to work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from digest.model.counts import counted

_NO_WIDTH = "\u200b\ufeff"
SPACES = re.compile("[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]")
_LARGEST = 1_000_000  # characters of a file that is tried
_LONGEST = 400  # characters of a line
_WORD = r"[A-Za-z][A-Za-z0-9_-]*"
SECRET = re.compile(r"pass|token|secret|key|://[^/\s]*@", re.IGNORECASE)
_VALUE = re.compile(rf"^(?P<head>\s*(?:- )?{_WORD}:[ ]+)(?P<value>\S.*?)[ ]*$")
_END_IN_BRACES = rf"(?=\}}*,\s+{_WORD}:|\s*\}}+\]?,?\s*$)"
_IN_BRACES = re.compile(
    rf"(?P<head>[{{,]\s*{_WORD}:\s+)(?P<value>[^\"{{\[\s].*?|\[.*?|\".*?){_END_IN_BRACES}"
)


@dataclass(frozen=True, slots=True)
class Repair:
    """A line (from 1) that is wrong, why, and what it should be."""

    line: int
    column: int
    message: str
    written: str

    @property
    def cure(self) -> str:
        bare = self.written.strip()
        width = len(self.written) - len(self.written.lstrip(" "))
        if self.message.startswith("this line is indented"):
            count = counted(width, "space") if width else "no space"
            return f"Begin it with {count}, as the lines beside it do."
        if SECRET.search(bare) or not bare.isprintable():
            return "Mend the line; what it holds is not shown here."
        return f"Write: {bare}"


def repaired(text: str, lines: list[int], remaining: Callable[[str], int | None]) -> Repair | None:
    """The change of one of these lines (from 1) that leaves the fewest problems.

    ``remaining`` tells how many problems a text has, ``None`` where it cannot be read.
    """
    if len(text) > _LARGEST:
        return None
    rows = text.split("\n")
    best: tuple[int, Repair] | None = None
    for number in dict.fromkeys(
        line for line in lines if 1 <= line <= len(rows) and len(rows[line - 1]) <= _LONGEST
    ):
        for message, column, row in _changes(rows, number - 1):
            if row == rows[number - 1]:
                continue
            left = remaining("\n".join([*rows[: number - 1], row, *rows[number:]]))
            if left is not None and (best is None or left < best[0]):
                best = left, Repair(number, column + 1, message, row)
                if left == 0:
                    return best[1]
    return best[1] if best else None


def _changes(rows: list[str], at: int) -> Iterator[tuple[str, int, str]]:
    """What the line may have been meant to be: why, the column (from 0), and the line."""
    row = rows[at]
    indent = len(row) - len(row.lstrip())
    if match := SPACES.search(row):
        yield (
            "an invisible character stands here."
            if match[0] in _NO_WIDTH
            else "a no-break space stands here; it looks like a space and is none.",
            match.start(),
            SPACES.sub(lambda one: "" if one[0] in _NO_WIDTH else " ", row),
        )
    if match := re.match(r"\s*([–—•*·])\s*(?=\S)", row):
        yield (
            "a list item begins with another dash than -.",
            match.start(1),
            f"{' ' * indent}- {row[match.end() :]}",
        )
    if match := re.match(r"(\s*)- *\t\s*", row):
        yield "a tab stands after the -.", match.end(1) + 1, f"{match[1]}- {row[match.end() :]}"
    if match := re.match(rf"(\s*)-(?={_WORD}:)", row):
        yield "a space is missing after the -.", match.end() - 1, f"{match[1]}- {row[match.end() :]}"
    if match := re.match(r"(\s*)(?=(id|name):)", row):
        yield "a list item must begin with -.", match.end(), f"{match[1]}- {row[match.end() :]}"
    if match := re.match(rf"(\s*(?:- )?)({_WORD})(:|\s*=\s*|\s*;\s*|\s+)(?=[^\s:=;])(.*)$", row):
        what = (
            "a space is missing after the colon." if match[3] == ":" else "a colon is missing after the key."
        )
        yield what, match.end(2), f"{match[1]}{match[2]}: {match[4]}"
    if match := re.match(rf"(\s*)({_WORD}):\s+({_WORD}: .*)$", row):
        yield (
            "a block on one line needs braces.",
            match.start(3),
            f"{match[1]}{match[2]}: {{{match[3].rstrip()}}}",
        )
    if row.rstrip().endswith(","):
        yield "a comma stands at the end of the line.", len(row.rstrip()) - 1, row.rstrip()[:-1]
    if (found := re.match(rf"(\s*(?:- )?{_WORD}: +)- (.+)$", row)) and " - " in found[2]:
        names = ", ".join(re.split(r"\s+-\s+", found[2].rstrip()))
        yield "a list on one line needs brackets.", found.end(1), f"{found[1]}[{names}]"
    yield from _parted(row)
    yield from _closed(row)
    yield from _quoted(row)
    yield from _indented(rows, at, indent)


def _parted(row: str) -> Iterator[tuple[str, int, str]]:
    """Keys in braces without a comma between them."""
    brace = row.find("{")
    missing = re.compile(rf"(?<=[^\s,{{\[:])\s+(?={_WORD}:\s)")
    if brace >= 0 and (found := missing.search(row, brace)):
        yield "a comma is missing here.", found.start(), row[:brace] + missing.sub(", ", row[brace:])


def _closed(row: str) -> Iterator[tuple[str, int, str]]:
    """Brackets and quotes that were opened and not closed."""
    bare, missing, quote = row.rstrip(), "", ""
    opened: list[str] = []
    for mark in bare:
        if quote:
            quote = "" if mark == quote else quote
        elif mark == '"':
            quote = mark
        elif mark in "[{":
            opened.append("]" if mark == "[" else "}")
        elif mark in "]}" and opened:
            opened.pop()
    missing = quote + "".join(reversed(opened))
    if missing:
        what = {"]": "a bracket [ is not closed.", "}": "a brace { is not closed."}.get(
            missing[0], "a quote opened here is never closed."
        )
        mark = {"]": "[", "}": "{"}.get(missing[0], '"')
        yield what, bare.rfind(mark), bare + missing
        yield what, bare.rfind(mark), bare.rstrip(",") + missing


def _quoted(row: str) -> Iterator[tuple[str, int, str]]:
    """Text that needs quotes, alone on its line or in braces."""
    if match := _VALUE.match(row):
        yield _needs_quotes(match["value"]), match.start("value"), match["head"] + _in_quotes(match["value"])
    for match in _IN_BRACES.finditer(row):
        value = match["value"]
        yield (
            _needs_quotes(value),
            match.start("value"),
            row[: match.start("value")] + _in_quotes(value) + row[match.end("value") :],
        )


def _needs_quotes(value: str) -> str:
    if value.count('"') > 2 or (value.startswith("'") and value.count("'") > 2):
        return "a quote inside the text ends it."
    return "this text needs quotes around it."


def _in_quotes(value: str) -> str:
    """The text in double quotes; those around it are taken off first."""
    if value[:1] in "\"'":
        value = value[1:-1] if value.endswith(value[0]) and len(value) > 1 else value.replace(value[0], "")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _indented(rows: list[str], at: int, indent: int) -> Iterator[tuple[str, int, str]]:
    """The line as far to the right as one of those around it."""
    around = [row for row in (*reversed(rows[max(0, at - 400) : at]), *rows[at + 1 : at + 6]) if row.strip()]
    widths = dict.fromkeys(len(row) - len(row.lstrip()) for row in around if not row.lstrip().startswith("#"))
    bare = rows[at].lstrip()
    for width in sorted(widths, key=lambda width: abs(width - indent)):
        if bare and width != indent:
            yield "this line is indented differently from those beside it.", indent, " " * width + bare
