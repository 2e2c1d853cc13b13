"""The house has one direction: no module of the package needs another that needs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import digest

ROOT = Path(digest.__file__).parent


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    files = [path for path in ROOT.rglob("*.py") if "migrations" not in path.parts]
    names = (".".join(path.relative_to(ROOT.parent).with_suffix("").parts) for path in files)
    return dict(zip((name.removesuffix(".__init__") for name in names), files, strict=True))


def imported(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules that one names anywhere: at its top, inside functions, and for types alone.

    A package's own face (``__init__``) counts only where it is what is named, not where a module below it is.
    """
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield deeper if deeper in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def circle(needs: dict[str, set[str]]) -> list[str]:
    """One circle, or nothing."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_needs_one_that_needs_it() -> None:
    known = modules()
    needs = {
        name: {other for other in imported(path, known) if other in known} - {name}
        for name, path in known.items()
    }
    assert len(needs) > 200
    assert circle(needs) == []


@pytest.mark.parametrize(
    ("needs", "found"), [({"a": {"b"}, "b": {"c"}, "c": set()}, False), ({"a": {"b"}, "b": {"a"}}, True)]
)
def test_a_circle_is_seen(needs: dict[str, set[str]], found: bool) -> None:
    assert bool(circle(needs)) is found
