"""A theme as code: what the compiler makes, the cache keeps and the renderer prints with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType

Name = tuple[str, str]  # a block or frame, and its part


@dataclass(frozen=True, slots=True)
class CompiledTheme:
    """One theme as code. ``styles`` and ``outlook`` go into the head, ``colors`` into the templates' ``look``;
    ``boxes`` has the width of each picture's box, by block and the picture's name."""

    name: str
    code: Mapping[Name, CodeType]
    styles: tuple[str, ...]
    outlook: str
    colors: Mapping[str, str]
    boxes: Mapping[str, Mapping[str, int]]

    def words(self) -> dict[Name, frozenset[str]]:
        """By block or frame and part, every constant text of its code: the names that it prints are among them."""
        return {name: frozenset(_constants(program)) for name, program in self.code.items()}


def _constants(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _constants(constant)
        elif isinstance(constant, str):
            yield constant
