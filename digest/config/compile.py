"""Both files -> plain JSON data and every problem: the whole way, without the cache."""

from __future__ import annotations

from typing import Any

from digest.config import files
from digest.config import tree as t
from digest.config.checks import every_check, every_doubt
from digest.config.checks.room import Room
from digest.config.schema import REQUIRED, AdsFile, DigestFile
from digest.config.validate import Sound, validate
from digest.errors import Problem


def compile_files(contents: dict[str, bytes]) -> tuple[dict[str, Any], list[Problem]]:
    """The data of both files by name, and what is wrong in them. An empty file is a missing one.

    ``data["doubts"]`` are the bookings that cannot do what they promise, as rows of a ``Problem``.
    """
    digest, problems = _one(DigestFile, contents.get(files.DIGEST), files.DIGEST)
    ads, more = _one(AdsFile, contents.get(files.ADSLOTS), files.ADSLOTS)
    problems += more
    doubts: list[Problem] = []
    if digest is not None or ads is not None:
        room = Room.of(digest, ads)
        problems += every_check(room)
        doubts = every_doubt(room)
    data = {
        "digest": digest.data if digest else {},
        "ads": ads.data if ads else {},
        "outside": _outside(digest) if digest else [],
        "doubts": [[p.file, p.line, p.column, p.message, p.cure] for p in doubts],
    }
    return data, problems


def _one(model: Any, content: bytes | None, file: str) -> tuple[Sound | None, list[Problem]]:
    if content is None:
        return None, []
    text = files.decode(content, file)
    if isinstance(text, Problem):
        return None, [text]
    parsed = t.parse(text, file)
    if not parsed.usable:
        return None, parsed.problems
    sound, problems = validate(model, parsed, file, REQUIRED[file])
    return sound, parsed.problems + problems


def _outside(digest: Sound) -> list[list[Any]]:
    """What the file names that lies outside it, with its place."""
    tree, data = digest.tree, digest.data
    named: list[tuple[str, str, t.At]] = [("mailer", data["mailer"], t.place(tree, ("mailer",)))]
    types = [source["type"] for source in data["sources"]]
    named += [("source", name, t.place(tree, ("sources", i, "type"))) for i, name in enumerate(types)]
    if t.reach(tree, ("ranking", "weights")) is not None:
        weights = data["ranking"]["weights"]
        named += [("signal", name, t.place_of_key(tree, ("ranking", "weights", name))) for name in weights]
    if model := data["events"]["language_model"]:
        named.append(("language_model", model, t.place(tree, ("events", "language_model"))))
    if data["publication"]:
        named.append(("zone", data["publication"]["timezone"], t.place(tree, ("publication", "timezone"))))
    return [[kind, name, *at] for kind, name, at in named]
