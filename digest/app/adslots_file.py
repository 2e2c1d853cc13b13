"""A booking written into ``adslots.yaml``, or paused there, and every other byte of the file as it was.

The file belongs to people: their comments, their order and their spacing stay. So nothing is written anew; a block is
put in at its place, and the result is read by the same code as every build reads it before anything is saved.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from digest.config import files
from digest.errors import CommandError, Problem, Unreachable

NAME = files.ADSLOTS
_NOTES = {"flight": "both days included", "goal": "what was sold", "rate": "what an issue brings"}


@dataclass(frozen=True, slots=True)
class Version:
    """The file at one moment. ``text`` is empty where there is none; ``sha`` tells two versions apart. ``mark`` is its
    byte order mark, which some editors write."""

    text: str
    sha: str
    newline: str = "\n"
    mark: str = ""

    @property
    def whole(self) -> str:
        return self.mark + self.text


@dataclass(frozen=True, slots=True)
class Splice:
    """What was changed: at character ``start`` of the file, ``was`` became ``now``. ``before`` and ``after`` are the
    SHA-256 of both versions, ``before`` empty where there was no file."""

    start: int
    was: str
    now: str
    before: str
    after: str

    @classmethod
    def of(cls, old: str, new: str, before: str, after: str) -> Splice:
        """The smallest one that makes ``new`` of ``old``."""
        start = _alike(old, new)
        end = _alike(old[start:][::-1], new[start:][::-1])
        return cls(start, old[start : len(old) - end], new[start : len(new) - end], before, after)


def _alike(first: str, second: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(first), len(second)))


def read(root: Path) -> Version:
    """The file as it is now. Raises ``CommandError`` where it is no text."""
    data = files.read_bytes(root, NAME)
    if isinstance(data, Problem):
        raise CommandError(str(data))
    if data is None:
        return Version("", "")
    text = files.decode(data, NAME)
    if isinstance(text, Problem):
        raise CommandError(str(text))
    mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
    return Version(text, sha256(data).hexdigest(), "\r\n" if "\r\n" in text else "\n", mark)


def problems(root: Path, before: str, after: str) -> list[Problem]:
    """What is wrong in the file, or to be warned of, as it would be, and was not before."""
    known = {problem.message for problem in _judged(root, before)}
    return [problem for problem in _judged(root, after) if problem.message not in known]


def _judged(root: Path, text: str) -> list[Problem]:
    from digest.config.compile import compile_files

    digest = files.read_bytes(root, files.DIGEST)
    compiled = compile_files(
        {files.DIGEST: digest if isinstance(digest, bytes) else b"", NAME: text.encode()}
    )
    return sorted(problem for problem in {*compiled.problems, *compiled.warnings} if problem.file == NAME)


def write(root: Path, shown: Version, text: str) -> Splice:
    """Save the file if it still is the version that was ``shown``.

    Raises ``CommandError`` where somebody changed it meanwhile, ``Unreachable`` where it cannot be written.
    """
    return _replaced(root, shown.sha, shown.whole, shown.mark + text)


def take_back(root: Path, change: Splice) -> Splice:
    """The file as it was before a change, if nobody touched it since. Raises ``CommandError``, ``Unreachable``."""
    version = read(root)
    if version.sha != change.after:
        raise CommandError(f"{NAME} was changed since; nothing was taken back. {_by_hand(change)}")
    text = version.whole
    before = text[: change.start] + change.was + text[change.start + len(change.now) :]
    if change.before:
        return _replaced(root, version.sha, text, before)
    (root / NAME).unlink()
    return Splice.of(text, "", change.after, "")


def _by_hand(change: Splice) -> str:
    """How to take a change back where the desk does not."""
    new = [line.strip() for line in change.now.splitlines() if line.strip()]
    old = [line.strip() for line in change.was.splitlines() if line.strip()]
    if new:
        return (
            f"To do it by hand: take out the {len(new)} lines from “{new[0]}” on."
            if len(new) > 1
            else (f"To do it by hand: take out “{new[0]}”.")
        )
    return f"To do it by hand: put back “{old[0] if old else ''}”."


def _replaced(root: Path, shown: str, before: str, after: str) -> Splice:
    path = root / NAME
    target = path.resolve()  # a link stays a link
    data = after.encode()
    try:
        handle, beside = tempfile.mkstemp(prefix=".adslots-", suffix=".part", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(beside, target.stat().st_mode & 0o777 if target.exists() else 0o644)
            if read(root).sha != shown:
                raise CommandError(f"{NAME} was changed by somebody else meanwhile. Nothing was written.")
            os.replace(beside, target)
        finally:
            Path(beside).unlink(missing_ok=True)
    except OSError as error:
        raise Unreachable(f"{NAME} cannot be written: {error.strerror or error}.") from None
    return Splice.of(before, after, shown, sha256(data).hexdigest())


def with_booking(
    version: Version, item: Mapping[str, Any], advertiser: tuple[str, Mapping[str, Any]] | None, comment: str
) -> str:
    """The file with one more line item at the end of its list, and its advertiser if that is new.

    Raises ``CommandError`` where the file is written in a way that no block can be put into.
    """
    text = version.text.replace("\r\n", "\n")
    if advertiser:
        name, details = advertiser
        text = _into(text, "advertisers", lambda column: _entry(name, details, column))
    text = _into(text, "line_items", lambda column: _item(item, comment, column))
    return text.replace("\n", version.newline)


def paused(version: Version, line_item: str, on: bool, comment: str) -> str:
    """The file with ``paused: true`` in a line item, or without it. Raises ``CommandError``."""
    text = version.text.replace("\r\n", "\n")
    node = _line_item(text, line_item)
    key, value = next((pair for pair in node.value if pair[0].value == "paused"), (None, None))
    if key is not None and value is not None:
        text = _without(text, node, key, value)
        node = _line_item(text, line_item)
    if on:
        text = _with_pause(text, node, comment)
    return text.replace("\n", version.newline)


def _with_pause(text: str, node: Any, comment: str) -> str:
    first, value = next(pair for pair in node.value if pair[0].value == "id")
    at: int = value.end_mark.index
    if node.flow_style:
        return f"{text[:at]}, paused: true{text[at:]}"
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return f"{text[:end]}\n{' ' * first.start_mark.column}paused: true  # {_line(comment)}{text[end:]}"


def _without(text: str, node: Any, key: Any, value: Any) -> str:
    """Without one key of a block: its line, or in braces its words and a comma."""
    start: int = key.start_mark.index
    end: int = value.end_mark.index
    if not node.flow_style and node.value[0][0] is not key:
        after = text.find("\n", end)
        return text[: text.rfind("\n", 0, start)] + (text[after:] if after >= 0 else "\n")
    if not node.flow_style:  # the first key, behind the dash: the next one takes its place
        after = text.find("\n", end) + 1
        rest = text[after:]
        return text[:start] + rest[len(rest) - len(rest.lstrip(" ")) :]
    before = text[:start].rstrip()
    if before.endswith(","):
        return before[:-1] + text[end:]
    rest = text[end:].lstrip()
    return text[:start] + (rest[1:].lstrip() if rest.startswith(",") else rest)


def _line_item(text: str, wanted: str) -> Any:
    node = _entries(text).get("line_items")
    for item in node[1].value if node else ():
        if any(key.value == "id" and value.value == wanted for key, value in item.value):
            return item
    raise CommandError(f'adslots.yaml has no booking "{wanted}" any more; nothing was changed.')


def _entries(text: str) -> dict[str, tuple[Any, Any]]:
    """The keys of the file with their nodes, which know where they stand."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise CommandError(f"{NAME} cannot be read: {str(error).splitlines()[0]}.") from None
    if node is None:
        return {}
    return {key.value: (key, value) for key, value in node.value}


def _into(text: str, name: str, block: Callable[[int], str]) -> str:
    """A block at the end of a list or of a table of the file; ``block(column)`` writes it."""
    entry = _entries(text).get(name)
    if entry is None:
        text = text if text.endswith("\n") or not text else text + "\n"
        return f"{text}\n{name}:\n{block(2)}".lstrip("\n")
    key, node = entry
    if not getattr(node, "value", None):  # `line_items:` or `line_items: []`
        end = node.end_mark.index if node.value != "" else text.find(":", key.end_mark.index) + 1
        line = text.find("\n", end)
        tail = text[end:line] if line >= 0 else text[end:]
        rest = text[line + 1 :] if line >= 0 else ""
        return f"{text[: key.start_mark.index]}{name}:{tail.rstrip()}\n{block(2)}{rest}"
    if node.flow_style:
        cure = "Write it as lines, one entry below the other; then the desk can add to it."
        raise CommandError(f"{NAME} has its {name} in one pair of brackets. {cure}")
    first = node.value[0][0] if isinstance(node.value[0], tuple) else node.value[0]
    column: int = (first if isinstance(node.value[0], tuple) else node).start_mark.column
    end = text.find("\n", _end(text, node))
    if end < 0:
        text, end = text + "\n", len(text)
    return text[: end + 1] + block(column) + text[end + 1 :]


def _end(text: str, node: Any) -> int:
    """Where the last word of a node ends, before comments and empty lines that follow it."""
    while isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return len(text[: node.end_mark.index].rstrip())


def _line(text: str) -> str:
    """A comment is one line, whatever was typed."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _item(item: Mapping[str, Any], comment: str, column: int) -> str:
    lines = _dumped(item).splitlines()
    pad = " " * column
    body = [f"{pad}- {lines[0]}", *(f"{pad}  {line}" for line in lines[1:])]
    return "\n".join(["", f"{pad}# --- {_line(comment)}", *body, ""])


def _entry(name: str, details: Mapping[str, Any], column: int) -> str:
    return " " * column + _dumped({name: _flow(details)}).rstrip("\n") + "\n"


def _dumped(value: Mapping[str, Any]) -> str:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 100_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    yaml.dump(_node(value), stream)
    return stream.getvalue()


def _node(value: Mapping[str, Any]) -> Any:
    from ruamel.yaml.comments import CommentedMap

    mapping = CommentedMap()
    for key, item in value.items():
        mapping[key] = _value(item)
        if key in _NOTES:
            mapping.yaml_add_eol_comment(_NOTES[key], key=key, column=0)
    return mapping


def _value(value: Any) -> Any:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    if isinstance(value, Mapping):
        return value if isinstance(value, CommentedMap) else _flow(value)
    if isinstance(value, str):
        plain = (
            value.replace("-", "a").replace("_", "a").isalnum() and value.isascii() and not value[0].isdigit()
        )
        return value if plain else DoubleQuotedScalarString(value)
    if isinstance(value, Sequence):
        sequence = CommentedSeq(
            [_node(item) if isinstance(item, Mapping) else _value(item) for item in value]
        )
        if not any(isinstance(item, Mapping) for item in value):
            sequence.fa.set_flow_style()
        return sequence
    return value


def _flow(value: Mapping[str, Any]) -> Any:
    from ruamel.yaml.comments import CommentedMap

    mapping = CommentedMap({key: _value(item) for key, item in value.items()})
    mapping.fa.set_flow_style()
    return mapping
