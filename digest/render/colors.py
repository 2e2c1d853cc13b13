"""Brand colours that stay readable: contrast as WCAG 2.2 defines it, and a shade that reaches it."""

from __future__ import annotations

import re
from typing import Final

READABLE: Final = 4.5  # contrast of body text, WCAG 2.2 success criterion 1.4.3
_HEX: Final = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z")


def six_digits(color: str) -> str | None:
    """``#rrggbb`` in lower case of a three or six digit colour, else ``None``."""
    if not _HEX.match(color):
        return None
    digits = color[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two six-digit colours, 1 to 21."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def on(background: str) -> str:
    """White or near-black, whichever reads better on ``background``."""
    return max(("#ffffff", "#111111"), key=lambda ink: contrast(ink, background))


def text_on(background: str, wanted: str) -> str:
    """``wanted`` where it can be read on ``background``, else white or near-black."""
    return wanted if wanted and contrast(wanted, background) >= READABLE else on(background)


def readable(color: str, *backgrounds: str) -> str:
    """``color``, or the nearest lighter or darker shade of it that is readable on all ``backgrounds``."""
    target = 255 if _luminance(backgrounds[0]) < 0.18 else 0
    shades = (_mixed(color, target, step / 20) for step in range(21))
    legible = (
        shade
        for shade in shades
        if all(contrast(shade, background) >= READABLE for background in backgrounds)
    )
    return next(legible, "") or max(
        ("#ffffff", "#111111"), key=lambda ink: min(contrast(ink, g) for g in backgrounds)
    )


def darkened(color: str, like: str) -> str:
    """A dark counterpart of a light surface: its own hue, as dark as ``like``; a dark one stays."""
    if _luminance(color) < 0.18:
        return color
    share = 1 - (sum(_channels(like)) / max(1, sum(_channels(color))))
    return _mixed(color, 0, min(max(share, 0.0), 1.0))


def deeper(color: str) -> str:
    """A darker shade of a colour, for a line beside it; lighter where it is nearly black."""
    return _mixed(color, 0 if _luminance(color) > 0.02 else 255, 0.3)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _mixed(color: str, target: int, share: float) -> str:
    return "#" + "".join(f"{round(value + (target - value) * share):02x}" for value in _channels(color))


def _luminance(color: str) -> float:
    red, green, blue = (_linear(value / 255) for value in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
