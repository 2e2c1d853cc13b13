"""Run every bench, or the ones named on the command line."""

from __future__ import annotations

import sys

from digest.registry import load, names


def main() -> None:
    chosen = sys.argv[1:] or [name for name in names("bench") if name not in ("build_baseline", "pairs")]
    for name in chosen:
        print(f"== {name}", flush=True)
        load("bench", name).main()


main()
