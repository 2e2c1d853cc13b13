"""YAML text -> a tree of nodes that know their line and column.

Built from PyYAML's event stream, so that nothing is ever constructed, tagged or expanded: a file
with anchors, aliases, tags, duplicate keys or a second document is refused, and nesting and size
are bounded. Plain scalars stay the text that was written; ``digest.model.keys.words`` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from digest.config.repairs import SECRET
from digest.config.yaml_errors import in_plain_words
from digest.errors import Problem
from digest.model.keys.words import Word

_JUDGED = 60_000  # characters of a file whose keys and values are looked at to choose a repair
MAX_DEPTH = 16
MAX_NODES = 400_000
_CUT = re.compile(r"[ \t]+#[^\W_]")  # what follows text that a comment cuts short
_NO_TEXT = re.compile(r"[\d\s.,:/x%+-]*[a-z]?|true|false|yes|no|on|off|~|null", re.IGNORECASE)
At = tuple[int, int]  # line and column, both from 1
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written. ``plain`` is False when it was quoted or a block of text.

    Of a value that the environment fills in, ``written`` is what stands in the file.
    """

    text: str
    at: At
    plain: bool = True
    written: str = ""

    @property
    def is_empty(self) -> bool:
        return self.plain and self.text == ""

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in ("~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    nodes: tuple[Node, ...]
    at: At


@dataclass(frozen=True, slots=True)
class Block:
    """Keys with their values, in file order. A key set to ``null`` is left out, as if not written.

    ``key_at`` says where each key stands, those set to ``null`` included.
    """

    entries: dict[str, Node]
    key_at: dict[str, At]
    at: At


Node = Scalar | Items | Block


@dataclass(slots=True)
class Parsed:
    """``tree`` is ``None`` for an empty file, or when the file cannot be used at all."""

    tree: Node | None = None
    problems: list[Problem] = field(default_factory=list)
    usable: bool = True


class _Stop(Exception):
    pass


def parse(text: str, file: str, loader: Any = None) -> Parsed:
    """The tree of one document, with everything that YAML itself forbids as problems."""
    import yaml

    parsed = Parsed()
    events = yaml.parse(text, Loader=loader or getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        parsed.tree = _Builder(file, events, parsed.problems, text).document()
    except _Stop:
        parsed.usable = False
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        told = _mended(text, file, error, loader) or in_plain_words(error, text, file)
        parsed.problems = [*(problem for problem in parsed.problems if problem.line != told.line), told]
        parsed.usable = False
    return parsed


def _mended(text: str, file: str, error: Any, loader: Any) -> Problem | None:
    """The mistake behind what the parser says, where a small change is known to mend it."""
    import yaml

    from digest.config.repairs import repaired

    marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
    lines = [mark.line + 1 for mark in marks if mark is not None]
    if not lines or "\t" in text:
        return None
    near = [line for at in lines for line in (at, at - 1, at + 1)]

    def remaining(changed: str) -> int | None:
        events = yaml.parse(changed, Loader=loader or getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        parsed = Parsed()
        try:
            parsed.tree = _Builder(file, events, parsed.problems, changed).document()
        except (_Stop, yaml.YAMLError, ValueError, OverflowError):
            return None
        if len(text) > _JUDGED:
            return 0  # of a large file the first change that can be read is taken
        return len(parsed.problems) + problems_of(parsed, file)

    found = repaired(text, near, remaining)
    return Problem(file, found.line, found.column, found.message, found.cure) if found else None


def problems_of(parsed: Parsed, file: str) -> int:
    """How many problems the keys and values of a tree have."""
    from digest.config.keys import MODELS
    from digest.config.validation import validate

    return len(validate(MODELS[file], parsed, file)[1]) if file in MODELS else 0


class _Builder:
    def __init__(self, file: str, events: Iterator[Any], problems: list[Problem], text: str) -> None:
        self.file, self.events, self.problems = file, events, problems
        self.rows = text.split("\n") if " #" in text or "\t#" in text else []
        self.count = 0
        self.aliased = False

    def document(self) -> Node | None:
        import yaml

        tree: Node | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(event, "a second document starts here.", 'Take the line "---" out.')
            elif not isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent):
                tree = self._node(event, 0)
        if self.aliased:
            raise _Stop
        return None if isinstance(tree, Scalar) and (tree.is_empty or tree.is_null) else tree

    def _node(self, event: Any, depth: int) -> Node:
        import yaml

        self._bounds(event, depth)
        self._refuse_magic(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._block(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event, depth)
        if isinstance(event, yaml.AliasEvent):
            return Scalar("", _at(event), plain=False)
        plain = event.style in (None, "")
        if plain and self.rows:
            self._cut(event)
        return Scalar(event.value, _at(event), plain=plain)

    def _cut(self, event: Any) -> None:
        """Text that ends at `` #`` and a letter or digit: what follows is a comment, and was hardly meant as one."""
        row, column = self.rows[event.end_mark.line], event.end_mark.column
        rest = row[column:].rstrip()
        if not _CUT.match(rest) or _NO_TEXT.fullmatch(event.value):
            return
        whole = f"{event.value}{rest}".replace("\\", "\\\\").replace('"', '\\"')
        shown = f'Write "{_short(whole)}" in quotes' if not SECRET.search(row) else "Put it in quotes"
        self._say(
            _at(event), "this text is cut off at the #, where a comment begins.",
            f"{shown}, or a space after the # of a comment.",
        )  # fmt: skip

    def _items(self, event: Any, depth: int) -> Items:
        import yaml

        nodes = []
        while not isinstance(after := next(self.events), yaml.SequenceEndEvent):
            nodes.append(self._node(after, depth + 1))
        return Items(tuple(nodes), _at(event))

    def _block(self, event: Any, depth: int) -> Block:
        import yaml

        block = Block({}, {}, _at(event))
        while not isinstance(after := next(self.events), yaml.MappingEndEvent):
            key = self._node(after, depth + 1)
            value = self._node(next(self.events), depth + 1)
            self._put(block, key, value)
        return block

    def _put(self, block: Block, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar) or key.text == "":
            self._say(key.at, "a key must be a word.", "If this is text in braces, put it in quotes.")
        elif key.text in block.key_at:
            first = block.key_at[key.text][0]
            cure = f"It stands on line {first} already; keep one of them."
            self._say(key.at, f'the key "{_short(key.text)}" is written twice.', cure)
        else:
            block.key_at[key.text] = key.at
            if not (isinstance(value, Scalar) and value.is_null):
                block.entries[key.text] = value

    def _bounds(self, event: Any, depth: int) -> None:
        self.count += 1
        if depth > MAX_DEPTH:
            self._stop(event, f"this is nested more than {MAX_DEPTH} levels deep.", "Check the brackets.")
        if self.count > MAX_NODES:
            self._stop(event, f"the file holds more than {MAX_NODES:,} values.", "Split or shorten it.")

    def _refuse_magic(self, event: Any) -> None:
        import yaml

        if isinstance(event, yaml.AliasEvent):
            self.aliased = True
            self._say(
                _at(event), f'the alias "*{_short(event.anchor)}" is not allowed.', "Write the values out."
            )
            return
        if event.anchor is not None:
            self._say(
                _at(event), f'the anchor "&{_short(event.anchor)}" is not allowed.', "Write the values out."
            )
        if event.tag is not None:
            cure = "Take it out; if it is text, put it in quotes."
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._say(_at(event), f'the tag "{_short(tag)}" is not allowed.', cure)

    def _say(self, at: At, message: str, cure: str) -> None:
        self.problems.append(Problem(self.file, *at, message, cure))

    def _stop(self, event: Any, message: str, cure: str) -> NoReturn:
        self._say(_at(event), message, cure)
        raise _Stop


def _at(event: Any) -> At:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _short(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= 60 else f"{text[:57]}..."


def plain(node: Node | None) -> Any:
    """Dicts, lists, text, and ``None`` for an empty value."""
    if isinstance(node, Block):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Items):
        return [plain(value) for value in node.nodes]
    if node is None or node.is_empty or node.is_null:
        return None
    return Word(node.text) if node.plain else node.text


def child(node: Node | None, step: str | int) -> Node | None:
    """The value under a key or at an index, if there is one."""
    if isinstance(node, Block) and isinstance(step, str):
        return node.entries.get(step)
    if isinstance(node, Items) and isinstance(step, int) and 0 <= step < len(node.nodes):
        return node.nodes[step]
    return None


def reach(node: Node | None, path: Path) -> Node | None:
    """The node at a path, if there is one."""
    for step in path:
        node = child(node, step)
    return node


def place(root: Node | None, path: Path) -> At:
    """Where the value at ``path`` stands; an empty value stands at its key, a missing one at its block."""
    node, at = root, (1, 1) if root is None or not isinstance(root, Block) else root.at
    for step in path:
        below = child(node, step)
        if below is None:
            break
        empty = isinstance(below, Scalar) and below.is_empty
        at = node.key_at[str(step)] if empty and isinstance(node, Block) else below.at
        node = below
    return at


def place_of_key(root: Node | None, path: Path) -> At:
    """Where the last key of ``path`` stands."""
    node = reach(root, path[:-1])
    if isinstance(node, Block) and path[-1] in node.key_at:
        return node.key_at[str(path[-1])]
    return place(root, path)


def empties(node: Node | None, path: Path = ()) -> Iterator[tuple[Path, bool]]:
    """The keys with nothing after them, each with whether its whole block is like that."""
    if isinstance(node, Items):
        for index, item in enumerate(node.nodes):
            yield from empties(item, (*path, index))
    if isinstance(node, Block):
        bare = [key for key, item in node.entries.items() if isinstance(item, Scalar) and item.is_empty]
        yield from (((*path, key), len(bare) == len(node.entries)) for key in bare)
        for key, item in node.entries.items():
            yield from empties(item, (*path, key))


def prune(node: Node, paths: list[Path]) -> Node | None:
    """The tree without the values at ``paths``, in one pass."""
    if any(path == () for path in paths):
        return None
    below: dict[str | int, list[Path]] = {}
    for path in paths:
        below.setdefault(path[0], []).append(path[1:])
    if isinstance(node, Items):
        kept = [prune(n, below[i]) if i in below else n for i, n in enumerate(node.nodes)]
        return Items(tuple(n for n in kept if n is not None), node.at)
    if isinstance(node, Block):
        pruned = {k: prune(n, below[k]) if k in below else n for k, n in node.entries.items()}
        return Block({k: n for k, n in pruned.items() if n is not None}, node.key_at, node.at)
    return node
