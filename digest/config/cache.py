"""The validated configuration as plain JSON, so that an ordinary build imports neither yaml nor pydantic.

The key is the content of both files and of the package's own modules that read them, so a changed program never meets
an old cache; what depends on anything else (plugins, time zones, the environment) is asked again at every load. A
cache that cannot be read or written is passed over: the files are then read again.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from digest import __version__
from digest.config import codec
from digest.distribution import program
from digest.model.environment import cache_folder

_KEEP = 8
_READERS = ("config", "model")  # the folders of the package that a cached configuration depends on


def key_of(hashes: dict[str, str]) -> str:
    """The name of this content in the cache."""
    parts = [__version__, program(*_READERS), *(f"{name}={hashes[name]}" for name in sorted(hashes))]
    return sha256("\n".join(parts).encode()).hexdigest()


def read(root: Path, key: str) -> dict[str, Any] | None:
    """What was written under this key, or ``None``."""
    try:
        stored = json.loads(_file(root, key).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(stored, dict) or stored.get("key") != key or not isinstance(stored.get("data"), dict):
        return None
    if stored.get("check") != _check(stored["data"]):
        return None
    try:
        return {name: codec.decode(part) for name, part in stored["data"].items()}
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def write_cache(root: Path, key: str, data: dict[str, Any]) -> None:
    """Write the file whole or not at all; a newsroom that cannot be written to is no error."""
    path = _file(root, key)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    plain = {name: codec.encode(part) for name, part in data.items()}
    body = json.dumps({"key": key, "check": _check(plain), "data": plain}, ensure_ascii=False)
    with suppress(OSError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            fresh.touch(mode=0o600)
            fresh.write_text(body, encoding="utf-8")
            fresh.replace(path)
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
        _forget_old(path)


def _forget_old(newest: Path) -> None:
    files = sorted(newest.parent.glob("config-*.json"), key=lambda path: path.stat().st_mtime)
    for path in files[:-_KEEP]:
        if path != newest:
            path.unlink(missing_ok=True)


def _check(data: dict[str, Any]) -> str:
    return sha256(json.dumps(data, ensure_ascii=True).encode()).hexdigest()


def _file(root: Path, key: str) -> Path:
    return cache_folder(root) / f"config-{key[:32]}.json"
