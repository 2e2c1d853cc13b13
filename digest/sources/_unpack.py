"""The body of an answer, unpacked, within bounds on the wire and after."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from digest.sources._connections import Deadline, Refused

BYTES = 20_000_000


class Allowance:
    """The bytes that one reading of a source may still bring."""

    def __init__(self, size: int = BYTES) -> None:
        self.left = size

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise Refused(f"what it sends is larger than {BYTES // 1_000_000} MB.")


def body(chunks: Iterable[bytes], encoding: str, deadline: Deadline, allowance: Allowance) -> bytes:
    """The whole body. Raises :class:`Refused`."""
    wire = Allowance()
    parts: list[bytes] = []
    for part in _unpacked(_bounded(chunks, deadline, wire), encoding.strip().lower()):
        allowance.take(len(part))
        parts.append(part)
    return b"".join(parts)


def _bounded(chunks: Iterable[bytes], deadline: Deadline, wire: Allowance) -> Iterator[bytes]:
    for chunk in chunks:
        wire.take(len(chunk))
        deadline.check()
        yield chunk


def _unpacked(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Refused(f'what it sends is packed as "{encoding[:40]}", which was not asked for.')
    unpacker: Any = None
    for chunk in chunks:
        if unpacker is None:
            unpacker = zlib.decompressobj(_window_bits(chunk, encoding))
        yield from _inflate(unpacker, chunk)
    if unpacker is not None and not unpacker.eof:
        raise Refused("its packed text breaks off.")


def _window_bits(chunk: bytes, encoding: str) -> int:
    """Gzip, zlib, or the bare deflate that some servers send under its name."""
    if encoding != "deflate":
        return 31
    return 15 if chunk[:1] and chunk[0] & 0x0F == 8 else -15


def _inflate(unpacker: Any, chunk: bytes) -> Iterator[bytes]:
    rest = chunk
    try:
        while rest and not unpacker.eof:
            part = unpacker.decompress(rest, 1_000_000)
            rest = unpacker.unconsumed_tail
            if part:
                yield part
    except zlib.error:
        raise Refused("its packed text is damaged.") from None
