"""``digest.yaml`` and ``adslots.yaml`` -> a ``Newsroom``, or every problem with its place.

``load`` reads both files whole, so that all problems come at once; a configuration that was sound is
cached under ``var/cache`` by its content. See ``digest.config.schema`` for keys and defaults.
Ids are letters, digits, ``.``, ``_`` and ``-``, starting with a letter or digit, at most 100 long.
"""

from __future__ import annotations

import os
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from digest.config import cache, files, freeze, outside
from digest.errors import CommandError, ConfigurationError, Problem
from digest.model import Newsroom

__all__ = ["find_root", "json_schema", "load", "problem_at", "problems"]


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
    if len(contents) == len(files.NAMES):
        data, more = _data(root, contents, hashes, remember)
        doubts = [Problem(*row) for row in data["doubts"]] if strict else []
        if not (wrong := wrong + more + doubts):
            return freeze.newsroom(root, data["digest"], data["ads"], hashes, store)
    elif contents:
        data, more = _compile(contents)
        wrong += more + ([Problem(*row) for row in data["doubts"]] if strict else [])
    raise ConfigurationError(wrong)


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
    from digest.config.tree import parse

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


def _data(
    root: Path, contents: dict[str, bytes], hashes: dict[str, str], remember: bool
) -> tuple[dict[str, Any], list[Problem]]:
    key = cache.key_of(hashes)
    data = cache.read(root, key)
    if data is not None:
        return data, outside.problems(data["outside"])
    data, wrong = _compile(contents)
    if not wrong and remember:
        cache.write_cache(root, key, data)
    return data, wrong + outside.problems(data["outside"])


def _compile(contents: dict[str, bytes]) -> tuple[dict[str, Any], list[Problem]]:
    from digest.config.compile import compile_files

    return compile_files(contents)


def _store_of_environment() -> tuple[str, list[Problem]]:
    """``DIGEST_STORE``, which wins over the file and is never cached."""
    value = os.environ.get("DIGEST_STORE", "").strip()
    if not value:
        return "", []
    from digest.config.web_words import database
    from digest.config.words import Wrong

    try:
        return database(value), []
    except Wrong as wrong:
        return "", [Problem("DIGEST_STORE", 1, 1, f"the environment variable {wrong.says}", wrong.cure)]
