"""A YAML file as a tree of nodes that know their line and column.

Plain scalars stay the text that was written; ``digest.model.keys.words`` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from digest.errors import Problem
from digest.model.keys.words import Word

At = tuple[int, int]  # line and column, both from 1
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ScalarNode:
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
class ListNode:
    """A list."""

    nodes: tuple[Node, ...]
    at: At


@dataclass(frozen=True, slots=True)
class BlockNode:
    """Keys with their values, in file order. A key set to ``null`` is left out, as if not written.

    ``key_at`` says where each key stands, those set to ``null`` included.
    """

    entries: dict[str, Node]
    key_at: dict[str, At]
    at: At


Node = ScalarNode | ListNode | BlockNode


@dataclass(slots=True)
class ParsedFile:
    """``tree`` is ``None`` for an empty file, or when the file cannot be used at all."""

    tree: Node | None = None
    problems: list[Problem] = field(default_factory=list)
    usable: bool = True


def plain(node: Node | None) -> Any:
    """Dicts, lists, text, and ``None`` for an empty value."""
    if isinstance(node, BlockNode):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, ListNode):
        return [plain(value) for value in node.nodes]
    if node is None or node.is_empty or node.is_null:
        return None
    return Word(node.text) if node.plain else node.text


def child(node: Node | None, step: str | int) -> Node | None:
    """The value under a key or at an index, if there is one."""
    if isinstance(node, BlockNode) and isinstance(step, str):
        return node.entries.get(step)
    if isinstance(node, ListNode) and isinstance(step, int) and 0 <= step < len(node.nodes):
        return node.nodes[step]
    return None


def reach(node: Node | None, path: Path) -> Node | None:
    """The node at a path, if there is one."""
    for step in path:
        node = child(node, step)
    return node


def place(root: Node | None, path: Path) -> At:
    """Where the value at ``path`` stands; an empty value stands at its key, a missing one at its block."""
    node, at = root, (1, 1) if root is None or not isinstance(root, BlockNode) else root.at
    for step in path:
        below = child(node, step)
        if below is None:
            break
        empty = isinstance(below, ScalarNode) and below.is_empty
        at = node.key_at[str(step)] if empty and isinstance(node, BlockNode) else below.at
        node = below
    return at


def place_of_key(root: Node | None, path: Path) -> At:
    """Where the last key of ``path`` stands."""
    node = reach(root, path[:-1])
    if isinstance(node, BlockNode) and path[-1] in node.key_at:
        return node.key_at[str(path[-1])]
    return place(root, path)


def empties(node: Node | None, path: Path = ()) -> Iterator[tuple[Path, bool]]:
    """The keys with nothing after them, each with whether its whole block is like that."""
    if isinstance(node, ListNode):
        for index, item in enumerate(node.nodes):
            yield from empties(item, (*path, index))
    if isinstance(node, BlockNode):
        bare = [key for key, item in node.entries.items() if isinstance(item, ScalarNode) and item.is_empty]
        yield from (((*path, key), len(bare) == len(node.entries)) for key in bare)
        for key, item in node.entries.items():
            yield from empties(item, (*path, key))


def renamed(node: Node, names: dict[Path, str]) -> Node:
    """The tree with other keys at these paths, in one pass."""
    below: dict[str | int, dict[Path, str]] = {}
    for path, name in names.items():
        below.setdefault(path[0], {})[path[1:]] = name
    if isinstance(node, ListNode):
        return ListNode(tuple(renamed(n, below.get(i, {})) for i, n in enumerate(node.nodes)), node.at)
    if isinstance(node, BlockNode) and below:
        called = {key: below.get(key, {}).get((), key) for key in node.key_at}
        deeper = {key: {path: name for path, name in below.get(key, {}).items() if path} for key in called}
        entries = {called[key]: renamed(n, deeper[key]) for key, n in node.entries.items()}
        return BlockNode(entries, {called[key]: at for key, at in node.key_at.items()}, node.at)
    return node


def prune(node: Node, paths: list[Path]) -> Node | None:
    """The tree without the values at ``paths``, in one pass."""
    if any(path == () for path in paths):
        return None
    below: dict[str | int, list[Path]] = {}
    for path in paths:
        below.setdefault(path[0], []).append(path[1:])
    if isinstance(node, ListNode):
        kept = [prune(n, below[i]) if i in below else n for i, n in enumerate(node.nodes)]
        return ListNode(tuple(n for n in kept if n is not None), node.at)
    if isinstance(node, BlockNode):
        pruned = {k: prune(n, below[k]) if k in below else n for k, n in node.entries.items()}
        return BlockNode({k: n for k, n in pruned.items() if n is not None}, node.key_at, node.at)
    return node
