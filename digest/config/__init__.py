"""``digest.yaml`` and ``adslots.yaml`` -> a ``Newsroom``, or every problem with its place.

``load`` reads both files whole, so that all problems come at once; a valid configuration is cached under ``var/cache``
by its content. Keys and defaults are the fields of ``digest.model``.
Ids are letters, digits, ``.``, ``_`` and ``-``, starting with a letter or digit, at most 100 long.
"""

from __future__ import annotations

import os
import re
from dataclasses import fields, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from digest.config import cache, files, outside
from digest.config.compiled import CompiledFiles
from digest.errors import CommandError, ConfigurationError, Problem
from digest.model import Newsroom
from digest.model.environment import variables
from digest.model.keys.web import is_database

__all__ = ["find_root", "json_schema", "load", "problem_at", "problems"]

_SQLITE = re.compile(r"(sqlite(?:\+\w+)?:///)(file:)?([^?]*)(.*)", re.DOTALL)
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]")


def find_root(start: Path) -> Path:
    """The nearest folder from ``start`` upward that has a ``digest.yaml``. Raises ``CommandError``."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / files.DIGEST).is_file():
            return folder
    raise CommandError(
        f"There is no {files.DIGEST} in {start} or above it. Name a newsroom with --root FOLDER."
    )


def load(root: Path, *, remember: bool = True, strict: bool = False) -> Newsroom:
    """The newsroom in ``root``. Raises ``ConfigurationError`` with everything that is wrong.

    A booking that is well written and cannot do what it promises (its creative fits none of its slots, its goal is
    out of reach) stops no build: the plan refuses it by rule. ``strict`` counts that as wrong, too.
    Without ``remember`` nothing is written, not even the cache.
    """
    root = root.resolve()
    contents, problems = _contents(root)
    hashes = {name: sha256(content).hexdigest() for name, content in contents.items()}
    store, more = _store_of_environment()
    problems += more
    compiled = _read(root, contents, hashes, remember and not problems)
    problems += [
        *compiled.problems,
        *outside.problems(compiled.outside),
        *(_warnings(compiled) if strict else ()),
    ]
    if problems:
        from digest.config.environment import redacted

        raise ConfigurationError([redacted(problem, compiled.environment) for problem in problems])
    return _newsroom(root, compiled, hashes, store)


def _warnings(compiled: CompiledFiles) -> tuple[Problem, ...]:
    return (*compiled.warnings, *(problem for booking in compiled.broken for problem in booking.problems))


def problems(root: Path, *, remember: bool = True) -> tuple[Problem, ...]:
    """Everything wrong, or to be warned of, in the newsroom's two files, sorted by file, line and column."""
    try:
        load(root, remember=remember, strict=True)
    except ConfigurationError as error:
        return error.problems
    return ()


def problem_at(root: Path, file: str, path: tuple[str | int, ...], message: str, cure: str = "") -> Problem:
    """A problem with the value at ``path`` of a file that was loaded, with its place there.

    ``path`` is keys and indices, such as ``("line_items", 3, "goal")``. A value not written stands at its block.
    """
    from digest.config.tree import place

    read = files.read_bytes(root, file)
    line, column = place(_tree(read, file), path) if isinstance(read, bytes) else (1, 1)
    return Problem(file, line, column, message, cure)


def json_schema(file: str) -> dict[str, Any]:
    """The JSON Schema of ``"digest"`` or ``"adslots"``, for editors."""
    from digest.config.describe import describe

    return describe(file)


@lru_cache(maxsize=len(files.NAMES))
def _tree(content: bytes, file: str) -> Any:
    from digest.config.parsing import parse

    text = files.decode(content, file)
    return parse(text, file).tree if isinstance(text, str) else None


def _contents(root: Path) -> tuple[dict[str, bytes], list[Problem]]:
    """The bytes of the files that can be read; a missing ``adslots.yaml`` is an empty one."""
    contents: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name in files.NAMES:
        read = files.read_bytes(root, name)
        if isinstance(read, Problem):
            problems.append(read)
        elif read is None and name == files.DIGEST:
            problems.append(
                Problem(name, 1, 1, "the file is missing.", "A newsroom is a folder that has one.")
            )
        else:
            contents[name] = read or b""
    return contents, problems


def _read(root: Path, contents: dict[str, bytes], hashes: dict[str, str], remember: bool) -> CompiledFiles:
    """Both files, from the cache if it has them; a missing file has been reported already, and is not read as empty."""
    key = cache.key_of(hashes)
    stored = cache.read(root, key) if len(contents) == len(files.NAMES) else None
    if stored is not None:
        return CompiledFiles(**stored)
    from digest.config.compile import compile_files

    compiled = compile_files(contents)
    if remember and not compiled.problems and not compiled.environment:
        kept = ("digest", "ads", "outside", "warnings", "broken")
        cache.write_cache(root, key, {name: getattr(compiled, name) for name in kept})
    return compiled


def _newsroom(root: Path, compiled: CompiledFiles, hashes: dict[str, str], store: str) -> Newsroom:
    """Everything, with paths resolved against ``root``; ``store`` wins over the file's."""
    digest = compiled.digest
    keys = {field.name: getattr(digest, field.name) for field in fields(digest)}
    keys["store"] = _database(store or digest.store, root)
    keys["sources"] = tuple(replace(source, url=_resolved(source.url, root)) for source in digest.sources)
    always = digest.publication.skip if digest.publication else ()
    keys["editions"] = tuple(replace(edition, skip=edition.skip + always) for edition in digest.editions)
    ads = compiled.ads.of(digest.publication.id) if digest.publication else compiled.ads
    return Newsroom(root=root, ads=ads, broken=compiled.broken, inputs=MappingProxyType(hashes), **keys)


def _resolved(url: str, root: Path) -> str:
    """An address as it is, a path from the newsroom; one with a variable is read when the source is."""
    is_address = url.lower().startswith(("http://", "https://")) or is_database(url)
    return url if is_address or variables(url) else str(root / url)


def _database(url: str, root: Path) -> str:
    """A SQLAlchemy URL whose SQLite file is absolute; one in memory stays there."""
    match = _SQLITE.fullmatch(url)
    if match is None:
        return url
    scheme, uri, path, query = match[1], match[2] or "", match[3], match[4]
    if path in ("", ":memory:") or path.startswith("/") or _WINDOWS.match(path):
        return url
    return f"{scheme}{uri}{(root / path).as_posix()}{query}"


def _store_of_environment() -> tuple[str, list[Problem]]:
    """``DIGEST_STORE``, which wins over the file and is never cached."""
    value = os.environ.get("DIGEST_STORE", "").strip()
    if not value:
        return "", []
    from digest.model.keys.web import database
    from digest.model.keys.words import InvalidValue

    try:
        return database(value), []
    except InvalidValue as invalid:
        return "", [Problem("DIGEST_STORE", 1, 1, f"the environment variable {invalid.says}", invalid.cure)]
