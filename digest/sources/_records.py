"""The records of a file of the house, in portions: a line that came before, and became a story, is not read again.

What a line is known by depends on all that its story depends on: the line, what digest.yaml says of the source and of
the house, and the program. A line of which something had to be said is read, and told of, every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import islice
from typing import Any, NamedTuple

from digest.distribution import program
from digest.model.urls import url_key
from digest.sources import Context, Found, LineKey, Rejected, Remark
from digest.sources._bytes import Lines
from digest.sources._fields import Unfit, story_of, web_url
from digest.sources._times import Learned

PORTION = 500  # records that the store is asked about at once
_JOINED = 5000  # lines


class Record(NamedTuple):
    """One record of a file. ``text`` is all that was written, ``said`` what must be said of it in any case.

    ``row`` holds its fields; ``None`` where they are not read yet, or cannot be, which is ``said``.
    """

    where: str
    text: str
    row: Mapping[str, Any] | None = None
    said: tuple[Found, ...] = ()


def habits_in(lines: Lines, context: Context) -> Learned:
    """What the dates in a file show of their order, looked for when it matters."""
    return Learned(_Blocks(lines), context.zone, context.locale)


class _Blocks:
    def __init__(self, lines: Lines) -> None:
        self.lines = lines

    def __iter__(self) -> Iterator[str]:
        lines = iter(self.lines)
        while block := "".join(line for line, _ in islice(lines, _JOINED)):
            yield block


def told(
    records: Iterable[Record],
    context: Context,
    habits: Learned,
    read: Callable[[Record], Record] | None = None,
) -> Iterator[Found]:
    """Stories of records, or that they are as they were. ``read`` reads the fields of one that must be."""
    rest, before = iter(records), context.before
    salt = _salt(context) if before else b""
    while portion := list(islice(rest, PORTION)):
        prints = [_print(salt, record) if before else 0 for record in portion]
        near = before.near(prints) if before else {}
        if read is not None:
            portion = [
                record if print_ in near else read(record)
                for record, print_ in zip(portion, prints, strict=True)
            ]
        keys = [
            "" if not print_ or print_ in near else _key(record.row)
            for record, print_ in zip(portion, prints, strict=True)
        ]
        known = before.at([line for line in zip(keys, prints, strict=True) if line[0]]) if before else {}
        for record, key, print_ in zip(portion, keys, prints, strict=True):
            if print_ in near:
                yield near[print_]
            elif (key, print_) in known:
                yield known[key, print_]
            else:
                yield from _one(record, key, print_, context, habits)


def _one(record: Record, key: str, print_: int, context: Context, habits: Learned) -> list[Found]:
    """What there is to tell of a record; before its story what the line is known by."""
    asked = habits.asked
    findings = [*record.said]
    if record.row is not None:
        findings += story_of(record.row, record.where, context, habits)
    if Rejected in map(type, findings):  # that is enough said of it
        return [finding for finding in findings if not isinstance(finding, Remark)]
    if key:
        findings.insert(0, LineKey(key, print_ if habits.asked == asked else 0))
    return findings


def _key(row: Mapping[str, Any] | None) -> str:
    try:
        return url_key(web_url(row.get("url"))) if row is not None else ""
    except Unfit:
        return ""


def _print(salt: bytes, record: Record) -> int:
    """64 bits that stand for the record; 0 for one that is read every time."""
    if record.said or not record.text:
        return 0
    digest = blake2b(salt + record.text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _salt(context: Context) -> bytes:
    spec = context.spec
    options = sorted((name, repr(value)) for name, value in spec.options.items())
    house = (spec.name, spec.type, options, context.zone.key, context.locale, program("sources", "model"))
    return blake2b(repr(house).encode("utf-8", "surrogatepass"), digest_size=16).digest()
