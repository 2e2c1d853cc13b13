"""The variables of a tree: what ``${NAME}`` stands for, and which of them are missing.

A source keeps its ``${NAME}``: it is read when the source is, and a missing variable is that source's own error. A
mailer keeps its own, too: a build needs no password.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from digest.config import tree as t
from digest.config.subject import subject
from digest.errors import Problem
from digest.model.environment import MissingVariable, filled, variables

_KEEP_THEIR_VARIABLES = ("sources", "mailer")
_SHORTEST = 3  # of a value that is taken out of messages; a shorter one would take out letters of theirs


@dataclass(slots=True)
class Filled:
    """A tree with its variables filled in. ``values`` are what they stand for, by how they are written."""

    tree: t.Node | None
    problems: list[Problem] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)


def redacted(problem: Problem, values: Mapping[str, str]) -> Problem:
    """The problem without any value of the environment; ``values`` are by how they are written in the file."""
    message, cure = problem.message, problem.cure
    for written, value in sorted(values.items(), key=lambda pair: -len(pair[1])):
        if len(value) >= _SHORTEST:
            message, cure = message.replace(value, written), cure.replace(value, written)
    return replace(problem, message=message, cure=cure)


def fill(tree: t.Node | None, file: str) -> Filled:
    """The tree with the environment's values; where a variable is missing, the value is left out."""
    result = Filled(tree)
    if isinstance(tree, t.BlockNode):
        parts = {
            key: node if key in _KEEP_THEIR_VARIABLES else _fill(node, (key,), result, file)
            for key, node in tree.entries.items()
        }
        result.tree = t.BlockNode({k: n for k, n in parts.items() if n is not None}, tree.key_at, tree.at)
    return result


def _fill(node: t.Node, path: t.Path, result: Filled, file: str) -> t.Node | None:
    if isinstance(node, t.ListNode):
        parts = [_fill(part, (*path, i), result, file) for i, part in enumerate(node.nodes)]
        return t.ListNode(tuple(part for part in parts if part is not None), node.at)
    if isinstance(node, t.BlockNode):
        below = {
            k: n if k in _KEEP_THEIR_VARIABLES else _fill(n, (*path, k), result, file)
            for k, n in node.entries.items()
        }
        return t.BlockNode({k: n for k, n in below.items() if n is not None}, node.key_at, node.at)
    if not variables(node.text):
        return node
    try:
        text = filled(node.text)
    except MissingVariable as missing:
        says = f"{subject(result.tree, path)} reads the environment variable {missing.name or '${}'}, which is not set."
        cure = f"Set {missing.name}, or write the value here." if missing.name else "Write a name: ${NAME}."
        result.problems.append(Problem(file, *node.at, says, cure))
        return None
    result.values |= {f"${{{name}}}": filled(f"${{{name}}}") for name in variables(node.text)}
    result.values[node.text] = text
    return t.ScalarNode(text, node.at, plain=False, written=node.text)
