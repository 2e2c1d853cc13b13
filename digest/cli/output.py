"""What people read, and the one JSON object of ``--json``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any, TextIO

from digest.redaction import redacted

_wants_json = False
_logs_json = False
_emitted = False
_unwritten: str | None = None  # why some output could not be written


def json_wanted(wanted: bool | None = None) -> bool:
    """Whether this run was asked for JSON; an argument says so first, and with ``False`` a run begins."""
    global _wants_json, _emitted
    if wanted is not None:
        _wants_json, _emitted = wanted, wanted and _emitted
    return _wants_json


def log_json(wanted: bool) -> None:
    """Whether all that people would read goes to standard error as JSON, a line each, with its time."""
    global _logs_json
    _logs_json = wanted


def say(text: str = "") -> None:
    """A result for people: standard output, or standard error beside JSON."""
    if _logs_json:
        log("info", text)
    else:
        _print(redacted(text), sys.stderr if _wants_json else sys.stdout)


def warn(text: str, level: str = "warning") -> None:
    """Something people must see, whatever the output goes to."""
    if _logs_json:
        log(level, text)
    else:
        _print(redacted(text), sys.stderr)


def log(level: str, text: str, **more: Any) -> None:
    """A line of the log, where one is wanted: ``time`` (UTC), ``level`` (info, warning, error), ``message``."""
    message = redacted(text).removeprefix("digest: ").strip()
    if _logs_json and message:
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        entry = {"time": at, "level": level, "message": message} | more
        _print(json.dumps(entry, ensure_ascii=False), sys.stderr)


def emit(value: dict[str, Any], *, line: bool = False) -> None:
    """The JSON object of a command, when it was asked for; only the first of a run, so that it stays one.

    On one ``line`` a reader knows its end while the command still runs.
    """
    global _emitted
    if _wants_json and not _emitted:
        _emitted = True
        text = json.dumps(_clean(value), ensure_ascii=False, indent=None if line else 1, default=_plain)
        _print(text, sys.stdout)


def _clean(value: Any, name: str = "") -> Any:
    """Without secrets; what is published to readers, an issue's manifest and the addresses of stories, stays whole."""
    if isinstance(value, str):
        return value if name == "url" else redacted(value)
    if isinstance(value, dict):
        return {key: item if key == "manifest" else _clean(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item, name) for item in value]
    return value


def _print(text: str, to: TextIO) -> None:
    """One text. A reader that went away, as ``head`` does, or a full disk below it, stops no build half-way."""
    with _unread():
        print(_printable(text), file=to)


def flushed() -> bool:
    """Write out what is left; whether everything that was said could be written."""
    for stream in (sys.stdout, sys.stderr):
        with _unread():
            stream.flush()
    return _unwritten is None


@contextmanager
def _unread() -> Iterator[None]:
    global _unwritten
    try:
        yield
    except BrokenPipeError:
        pass
    except OSError as error:
        if _unwritten is None:
            _unwritten = error.strerror or str(error)
            with suppress(OSError):
                print(f"digest: the output cannot be written ({_unwritten}).", file=sys.stderr)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, wrap: int = 60) -> None:
    """A table for people, columns as wide as they need, the longest cells cut at ``wrap``."""
    cells = [[_cut(cell, wrap) for cell in row] for row in rows]
    widths = [max(_width(row[i]) for row in [list(heads), *cells]) for i in range(len(heads))]
    for row in [list(heads), ["-" * width for width in widths], *cells]:
        say(
            "  ".join(
                cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
            ).rstrip()
        )


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _width(text: str) -> int:
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def _printable(text: str) -> str:
    """Lone surrogates and control characters of foreign text must not stop or steer a terminal."""
    clean = "".join(char if char >= " " or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)
    return clean.encode("utf-8", "replace").decode("utf-8").encode(_encoding(), "replace").decode(_encoding())


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"
