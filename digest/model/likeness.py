"""How alike stories are in meaning, as far as somebody read them for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Likeness(Protocol):
    """Made outside selection and given to it, so that selection stays pure."""

    @property
    def name(self) -> str:
        """Who read them: a model and its version."""
        ...

    def between(self, first: str, second: str) -> float | None:
        """The likeness of two stories by id, at most 1; ``None`` where one of them was not read."""
        ...

    def nearest(self, ids: Sequence[str]) -> list[tuple[int, int]]:
        """Indices (earlier, later) into ``ids``: the few pairs so alike that they are worth a look."""
        ...
