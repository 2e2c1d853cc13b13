"""The one best plan of a problem."""

from __future__ import annotations

from digest.place.problem import Problem, Solution
from digest.place.search import Search


def solve(problem: Problem) -> Solution | None:
    """The unique best plan; ``None`` where it is proven that no plan holds all that must run."""
    return Search(problem).best(problem.must)
