"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun: ``1 story``, ``3 stories``, ``1,200 ads``. ``plural``: the singular and an s."""
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"
