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
from digest.config.compiled import Compiled
from digest.errors import CommandError, ConfigurationError, Problem
from digest.model import Newsroom
from digest.model.environment import variables
from digest.model.keys.web import is_database

__all__ = ["find_root", "json_schema", "load", "problem_at", "problems"]

_SQLITE = re.compile(r"(sqlite(?:\+\w+)?:///)(file:)?([^?]*)(.*)", re.DOTALL)
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]")


def find_root(start: Path) -> Path:
    """The nearest folder from ``start`` upward that has a ``digest.yaml``. Raises ``CommandError``."""
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / files.DIGEST).is_file():
            return folder
    raise CommandError(
        f"There is no {files.DIGEST} in {here} or above it. Name a newsroom with --root FOLDER."
    )


def load(root: Path, *, remember: bool = True, strict: bool = False) -> Newsroom:
    """The newsroom in ``root``. Raises ``ConfigurationError`` with everything that is wrong.

    A booking that is well written and cannot do what it promises (its creative fits none of its slots, its goal is
    out of reach) stops no build: the plan refuses it by rule. ``strict`` counts that as wrong, too.
    Without ``remember`` nothing is written, not even the cache.
    """
    root = root.resolve()
    contents, wrong = _contents(root)
    hashes = {name: sha256(content).hexdigest() for name, content in contents.items()}
    store, more = _store_of_environment()
    wrong += more
    read = _read(root, contents, hashes, remember and not wrong)
    wrong += [*read.problems, *outside.problems(read.outside), *(_doubts(read) if strict else ())]
    if wrong:
        from digest.config.environment import redacted

        raise ConfigurationError([redacted(problem, read.environment) for problem in wrong])
    return _newsroom(root, read, hashes, store)


def _doubts(read: Compiled) -> tuple[Problem, ...]:
    return (*read.doubts, *(problem for one in read.broken for problem in one.problems))


def problems(root: Path, *, remember: bool = True) -> tuple[Problem, ...]:
    """Everything wrong or doubtful in the newsroom's two files, sorted by file, line and column."""
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
    wrong: list[Problem] = []
    for name in files.NAMES:
        read = files.read_bytes(root, name)
        if isinstance(read, Problem):
            wrong.append(read)
        elif read is None and name == files.DIGEST:
            wrong.append(Problem(name, 1, 1, "the file is missing.", "A newsroom is a folder that has one."))
        else:
            contents[name] = read or b""
    return contents, wrong


def _read(root: Path, contents: dict[str, bytes], hashes: dict[str, str], remember: bool) -> Compiled:
    """Both files, from the cache if it has them; a missing file has been told already, and is not read as empty."""
    key = cache.key_of(hashes)
    stored = cache.read(root, key) if len(contents) == len(files.NAMES) else None
    if stored is not None:
        return Compiled(**stored)
    from digest.config.compile import compile_files

    compiled = compile_files(contents)
    if remember and not compiled.problems and not compiled.environment:
        kept = ("digest", "ads", "outside", "doubts", "broken")
        cache.write_cache(root, key, {name: getattr(compiled, name) for name in kept})
    return compiled


def _newsroom(root: Path, read: Compiled, hashes: dict[str, str], store: str) -> Newsroom:
    """Everything, with paths resolved against ``root``; ``store`` wins over the file's."""
    digest = read.digest
    keys = {field.name: getattr(digest, field.name) for field in fields(digest)}
    keys["store"] = _database(store or digest.store, root)
    keys["sources"] = tuple(replace(source, url=_resolved(source.url, root)) for source in digest.sources)
    always = digest.publication.skip if digest.publication else ()
    keys["editions"] = tuple(replace(edition, skip=edition.skip + always) for edition in digest.editions)
    ads = read.ads.of(digest.publication.id) if digest.publication else read.ads
    return Newsroom(root=root, ads=ads, broken=read.broken, inputs=MappingProxyType(hashes), **keys)


def _resolved(url: str, root: Path) -> str:
    """An address as it is, a path from the newsroom; one with a variable is read when the source is."""
    is_address = url.lower().startswith(("http://", "https://")) or is_database(url)
    return url if is_address or variables(url) else str(root / url)


def _database(url: str, root: Path) -> str:
    """A SQLAlchemy URL whose SQLite file is absolute; one in memory stays there."""
    found = _SQLITE.fullmatch(url)
    if found is None:
        return url
    scheme, uri, path, query = found[1], found[2] or "", found[3], found[4]
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
    except InvalidValue as wrong:
        return "", [Problem("DIGEST_STORE", 1, 1, f"the environment variable {wrong.says}", wrong.cure)]
