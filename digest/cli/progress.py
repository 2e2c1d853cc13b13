"""A bar on a terminal for what takes more than a moment."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WIDTH = 24


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A function to be told what is done, and of how much; it draws only on a terminal, and wipes its line after it.

    Where the work is stopped with Ctrl-C the command goes on with what it knows by then.
    """
    drawn = False

    def draw(done: int, everything: int) -> None:
        nonlocal drawn
        if sys.stderr.isatty():
            full = WIDTH * done // max(1, everything)
            bar = f"{what} [{'#' * full}{'.' * (WIDTH - full)}] {done}/{everything}"
            print(f"\r{bar}", end="", file=sys.stderr, flush=True)
            drawn = True

    draw(0, 1)
    try:
        yield draw
    finally:
        if drawn:
            print(f"\r{' ' * (len(what) + WIDTH + 16)}\r", end="", file=sys.stderr, flush=True)
