"""Headlines as whole numbers, so that their likeness is the same on every machine.

A model's floats differ in their last digits between processors. Each headline's numbers are therefore scaled to -127
... 127 and rounded; sums of their products are whole numbers below 2**24, which a float of 32 bits holds exactly in
whatever order they are added. What remains: a float that lies on the border of rounding can fall to either side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_USUAL = 0.84  # likeness, on the average, of headlines out of one template; news in one language is at 0.76 to 0.82
_FEW = 5  # headlines that can show a template
_EXACT = (
    2.0**14
)  # what numbers are scaled by, so that sums over 30,000 headlines are whole numbers below 2**53
LEAST = 0.88  # likeness from which two headlines are worth a look
_MOST = 3  # headlines that each is compared with
_LOOK_BACK = 3000
_BLOCK = 256


def as_bytes(numbers: NDArray[Any]) -> list[bytes]:
    """Rows of floats as rows of signed bytes."""
    finite = np.nan_to_num(np.asarray(numbers, np.float64))
    largest = np.abs(finite).max(axis=1, keepdims=True)
    scaled = np.rint(finite * (127 / np.where(largest > 0, largest, 1.0))).astype(np.int8)
    return [row.tobytes() for row in scaled]


class Vectors:
    """The likeness of stories: the cosine of their numbers, less what all stories at hand have in common.

    Headlines out of one template ("Police report from Garden Street number 7") are all alike, and that says nothing.
    ``name`` says which model made them; ``rows`` holds ``width`` signed bytes for each of ``ids``.
    """

    def __init__(self, name: str, ids: Sequence[str], rows: bytes, width: int) -> None:
        self.name = name
        self._place = {id: place for place, id in enumerate(ids)}
        self._rows = np.frombuffer(rows, np.int8).reshape(-1, width).astype(np.float32)
        squares = np.square(self._rows).sum(axis=1, dtype=np.float64)
        self._length = np.sqrt(np.maximum(squares, 1.0))
        self._sameness = self._beyond_usual() if len(ids) >= _FEW else np.zeros(len(ids))

    def between(self, one: str, other: str) -> float | None:
        i, j = self._place.get(one), self._place.get(other)
        if i is None or j is None:
            return None
        cosine = float(self._rows[i] @ self._rows[j]) / float(self._length[i] * self._length[j])
        return round(cosine - float(self._sameness[i] + self._sameness[j]) / 2, 4)

    def _beyond_usual(self) -> NDArray[np.float64]:
        """By how much each is more alike to all the others, on the average, than news of one day is."""
        units = np.rint(self._rows / self._length[:, None] * _EXACT)
        others = (units @ units.sum(axis=0) / _EXACT**2 - 1) / (len(units) - 1)
        beyond: NDArray[np.float64] = np.maximum(others - _USUAL, 0.0)
        return beyond

    def nearest(self, ids: Sequence[str]) -> list[tuple[int, int]]:
        """Each with the few most like it among the 3,000 before it: work grows with the number of ids."""
        known = [(at, self._place[id]) for at, id in enumerate(ids) if id in self._place]
        places = np.array([place for _, place in known], dtype=np.intp)
        rows, lengths = self._rows[places], self._length[places]
        pairs = []
        for start in range(0, len(known), _BLOCK):
            first, end = max(0, start - _LOOK_BACK), min(start + _BLOCK, len(known))
            products = (rows[start:end] @ rows[first:end].T).astype(np.float64)
            alike = products / (lengths[start:end, None] * lengths[None, first:end])
            for i in range(start, end):
                pairs += [
                    (known[first + j][0], known[i][0]) for j in _most_alike(alike[i - start, : i - first])
                ]
        return pairs


def _most_alike(alike: NDArray[Any]) -> Iterator[int]:
    """Indices of the few most alike; of equals the latest."""
    near = np.flatnonzero(alike >= LEAST)
    best = np.lexsort((-near, -alike[near]))[:_MOST]
    return map(int, near[best])
