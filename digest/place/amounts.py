"""Exact amounts in words."""

from __future__ import annotations

from fractions import Fraction


def amount(value: Fraction, *, sign: bool = False) -> str:
    """An exact amount in words: a decimal where it ends, else a fraction."""
    prefix = "+" if sign and value > 0 else ""
    if value.denominator == 1:
        return f"{prefix}{value.numerator}"
    for digits in range(1, 7):
        if (value * 10**digits).denominator == 1:
            return f"{prefix}{float(value):.{digits}f}"
    return f"{prefix}{value}"
