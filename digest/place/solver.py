"""The one best plan of a problem, and whether there is any."""

from __future__ import annotations

from digest.place.few.arrange import Undecided
from digest.place.problem import Problem, Solution
from digest.place.search import Search


def solve(problem: Problem) -> Solution | None:
    """The unique best plan; ``None`` where it is proven that no plan holds all that must run.

    Raises ``Undecided`` where neither was found within the bound on work.
    """
    return Search(problem).best(problem.must)


def possible(problem: Problem) -> bool:
    """Whether some plan holds all that must run; true as well where the contrary is not proven."""
    try:
        return Search(problem).holds(problem.must)
    except Undecided:
        return True
