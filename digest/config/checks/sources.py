"""The keys that a type of source knows: its plugin says which, and reads their values."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from digest.config import tree as t
from digest.config.checks.configuration import Configuration, problem
from digest.config.validation import ReadFile
from digest.errors import Problem
from digest.model import SourceSpec
from digest.model.environment import variables
from digest.model.keys.web import is_database

_WITHOUT_OWN_KEYS = ("rss", "jsonl", "csv")  # their files need not be looked at where nothing else is written


def check(config: Configuration) -> Iterator[Problem]:
    """Unknown keys and wrong values of sources; sections that are none."""
    if config.digest is None:
        return
    for index, source in enumerate(config.digest.values.sources):
        yield from _address(config.digest, index, source)
        if source.options or source.type not in _WITHOUT_OWN_KEYS:
            yield from _options(config, config.digest, index, source)


def _address(file: ReadFile, index: int, source: SourceSpec) -> Iterator[Problem]:
    if variables(source.url):
        return
    place = ("sources", index, "url")
    if source.type == "sql" and not is_database(source.url):
        yield problem(file, place, "is no address of a database.", "Such as mysql+pymysql://user@host/site.")
    if source.type != "sql" and is_database(source.url):
        yield problem(file, place, "is the address of a database.", "Write type: sql, and a query.")


def _options(config: Configuration, file: ReadFile, index: int, source: SourceSpec) -> Iterator[Problem]:
    try:
        problems = list(_settings().problems(source.type, source.options))
    except KeyError:  # a type that nobody knows is reported elsewhere
        return
    for key, what, cure in problems:
        yield Problem(file.file, *_place(file, index, key), what, cure.strip())
    section = source.options.get("section")
    known = config.names("sections")
    if isinstance(section, str) and section and not variables(section) and known and section not in known:
        what = f'section "{section}" is none of the sections of this file.'
        yield Problem(file.file, *_place(file, index, "section"), what, f"There are: {', '.join(known)}.")


def _settings() -> Any:
    """What knows the keys of sources; a plugin's business, as are the plugins themselves."""
    return import_module("digest.sources._settings")


def _place(file: ReadFile, index: int, key: str) -> t.At:
    """Where a key of a source stands, also under ``options``; the source itself where it is missing."""
    for path in (("sources", index, key), ("sources", index, "options", key)):
        if t.reach(file.written, path) is not None:
            return t.place_of_key(file.written, path)
    return t.place(file.written, ("sources", index))
