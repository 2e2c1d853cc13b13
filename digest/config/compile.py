"""Both files -> the model's values and every problem: the whole way, without the cache."""

from __future__ import annotations

from digest.config import files
from digest.config import tree as t
from digest.config.checks import every_check, every_warning
from digest.config.checks.configuration import Configuration
from digest.config.compiled import CompiledFiles
from digest.config.environment import Filled, fill
from digest.config.keys import MODELS, words
from digest.config.left_out import leave_out
from digest.config.outside import Reference
from digest.config.parsing import parse
from digest.config.validation import ReadFile, validate
from digest.errors import Problem
from digest.model.newsroom import DigestFile


def compile_files(contents: dict[str, bytes]) -> CompiledFiles:
    """Both files by name, and what is wrong in them. An empty file is a missing one."""
    compiled = CompiledFiles()
    digest, environment = _read(contents, files.DIGEST, compiled.problems)
    ads, _ = _read(contents, files.ADSLOTS, compiled.problems)
    if digest is not None or ads is not None:
        config = Configuration(digest, ads)
        compiled.problems += every_check(config)
        compiled.warnings = tuple(every_warning(config))
    if digest is not None:
        compiled.digest = digest.values
        compiled.outside = tuple(_outside(digest))
    if ads is not None:
        compiled.ads = ads.values
        if compiled.ads.policy.broken_bookings == "leave_out":
            leave_out(compiled, ads)
    compiled.environment = environment.values
    return compiled


def _read(contents: dict[str, bytes], file: str, problems: list[Problem]) -> tuple[ReadFile | None, Filled]:
    nothing = Filled(None)
    if file not in contents:
        return None, nothing
    text = files.decode(contents[file], file)
    if isinstance(text, Problem):
        problems.append(text)
        return None, nothing
    parsed = parse(text, file)
    problems += parsed.problems
    if not parsed.usable:
        return None, nothing
    environment = fill(parsed.tree, file) if file == files.DIGEST else nothing
    if file == files.DIGEST:
        parsed.tree = environment.tree
        problems += environment.problems
    read, more = validate(MODELS[file], parsed, file)
    problems += more
    return read, environment


def _outside(digest: ReadFile) -> list[Reference]:
    """What the file names that lies outside it, with its place; what is left to a default, too."""
    named = [
        (
            kind.names,
            word,
            t.place_of_key(digest.valid, path) if path[-1] == word else t.place(digest.valid, path),
        )
        for kind, path, word in words(digest.valid, DigestFile)
    ]
    return [(kind, name, *at) for kind, name, at in named]
