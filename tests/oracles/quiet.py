"""HiGHS without its banner: some versions print one when the first solver is made, whatever the options say."""

from __future__ import annotations

import os
import sys
from typing import Any


def quiet_highs() -> Any:
    """A new ``highspy.Highs`` that writes nothing. Standard output may hold one JSON object and nothing else."""
    import highspy

    make: Any = highspy.Highs

    try:
        sys.stdout.flush()
        kept = os.dup(1)
    except (OSError, ValueError, AttributeError):  # no such output to protect
        return _silent(make())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        return _silent(make())
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _silent(solver: Any) -> Any:
    solver.setOptionValue("output_flag", False)
    return solver
