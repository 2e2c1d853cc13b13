"""How many examples a law is tried with that needs more, or can afford fewer, than the others."""

from __future__ import annotations

from hypothesis import settings

ORDINARY = 40


def scaled(count: int) -> int:
    """``count`` in an ordinary run, and as many times more or fewer in another as its profile has."""
    return max(1, count * settings().max_examples // ORDINARY)


def examples(count: int) -> settings:
    """So many examples, scaled, of the law that it decorates."""
    return settings(max_examples=scaled(count))
