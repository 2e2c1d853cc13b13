"""Two commands in turn, A B A B, and the ratio pair by pair: it holds while the machine's speed drifts."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median


def seconds(command: Sequence[str], cwd: Path) -> float:
    """The wall time of one whole process. Raises if it fails: a fast failure is no figure."""
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def ratio(
    first: Callable[[], float], second: Callable[[], float], rounds: int = 11
) -> tuple[float, float, float]:
    """Medians of both in seconds, and the median of the ratios first/second, after one warm-up of each."""
    first(), second()
    pairs = [(first(), second()) for _ in range(rounds)]
    return median(a for a, _ in pairs), median(b for _, b in pairs), median(a / b for a, b in pairs)


def row(name: str, figures: tuple[float, float, float], at_most: float) -> None:
    """Print one line of a table: milliseconds of both, the ratio and the aim."""
    a, b, r = figures
    verdict = "holds" if r <= at_most else "FALLS SHORT"
    print(
        f"{name:<58} {a * 1000:9.1f} ms {b * 1000:9.1f} ms   {r:6.2f}x  (at most {at_most}x: {verdict})",
        flush=True,
    )
