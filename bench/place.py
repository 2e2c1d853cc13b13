"""Placement against HiGHS and CP-SAT, side by side in one run: the same facts, stages and unique optimum.

    python bench/place.py [--instances N] [--most ADS] [--rivals N] [--sizes 40x16,80x30] [--crowds N] [--whole N]

For each size the median, in seconds of this process (one thread, so other work on the machine does not count), over
random issues of: the search; the integer programs of ``tests/oracles/program.py``
in HiGHS and in CP-SAT (needs ``ortools``); and the bookings that a greedy filling, best first, loses. Every plan
that is found is asserted to be the same. Then issues of 12 to 20 ads among bookings much alike, by kind
(``tests/strategies/many_ads.py``), and whole placements with the reason of every refusal.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from digest.place import place
from digest.place.context import IssueContext
from digest.place.eligibility import eligibility, eligible, problem
from digest.place.facts import bits
from digest.place.problem import PlacementProblem, Plan, Scale, broken
from digest.place.solver import solve
from tests.oracles.program import HighsModel, Model, SatModel, best_plan
from tests.strategies.big_ads import issue
from tests.strategies.many_ads import KINDS, crowded

SIZES = ((40, 16), (80, 30), (150, 60))
RIVALS: dict[str, Callable[[], Model]] = {"HiGHS": HighsModel, "CP-SAT": SatModel}


def question(seed: int, stories: int, items: int, most: int) -> PlacementProblem:
    table = eligibility(IssueContext(issue(seed, stories, items, most)))
    return problem(table, eligible(table))


def greedy(instance: PlacementProblem) -> Plan:
    """Fill the issue with the worthiest ad that still fits, again and again; groups only where it happens so."""
    scale = Scale(instance)
    plan: Plan = ()
    every = [(i, o) for i in instance.left for o in bits(instance.left[i])]
    for ad in sorted(every, key=lambda placed: (-scale.gain(*placed), placed[1])):
        longer = tuple(sorted((*plan, ad), key=lambda placed: placed[1]))
        free = all(ad[0] != placed[0] and ad[1] != placed[1] for placed in plan)
        if free and broken(ungrouped(instance), longer) is None:
            plan = longer
    return plan


def ungrouped(instance: PlacementProblem) -> PlacementProblem:
    from dataclasses import replace

    return replace(instance, groups=())


def urgencies(instance: PlacementProblem, plan: Plan) -> list[int]:
    """Per tier, the urgency that runs."""
    return [sum(level.get(i, 0) for i, _ in plan) for level in instance.levels]


def seconds(run: Callable[[], object]) -> tuple[float, object]:
    start = process_time()
    result = run()
    return process_time() - start, result


def measure(stories: int, items: int, most: int, instances: int, rivals: int) -> None:
    ours: list[float] = []
    theirs: dict[str, list[float]] = {name: [] for name in RIVALS}
    against: dict[str, list[float]] = {name: [] for name in RIVALS}
    lost = unproven = 0
    for seed in range(instances):
        instance = question(seed, stories, items, most)
        took, result = seconds(lambda instance=instance: solve(instance))  # type: ignore[misc]
        ours.append(took)
        assert result is not None
        unproven += not result.optimal  # type: ignore[attr-defined]
        lost += urgencies(instance, greedy(instance)) < urgencies(instance, result.plan)  # type: ignore[attr-defined]
        for name, make in RIVALS.items() if seed < rivals else ():
            longer, rival_plan = seconds(lambda instance=instance, make=make: best_plan(instance, make))  # type: ignore[misc]
            theirs[name].append(longer)
            against[name].append(longer / took)
            assert rival_plan == result.plan or not result.optimal, (seed, name)  # type: ignore[attr-defined]
    ours.sort()
    parts = [
        f"{stories} stories, {items} items, {most} ads at most",
        f"{instances} issues",
        f"median {1000 * median(ours):.1f} ms, slowest {1000 * ours[-1]:.0f} ms, unproven {unproven}",
        *(
            f"{name} {1000 * median(theirs[name]):.0f} ms ({median(against[name]):.1f}x, {len(theirs[name])} issues)"
            for name in RIVALS
            if theirs[name]
        ),
        f"greedy loses bookings in {lost}",
    ]
    print(" | ".join(parts), flush=True)


def crowds(instances: int) -> None:
    """The search alone, per kind of newsroom with many ads."""
    for kind in KINDS if instances else ():
        took, unproven = list[float](), 0
        for seed in range(instances):
            table = eligibility(IssueContext(crowded(seed, kind)))
            instance = problem(table, eligible(table))
            time, result = seconds(lambda instance=instance: solve(instance))  # type: ignore[misc]
            took.append(time)
            unproven += not result.optimal  # type: ignore[attr-defined]
        print(
            f"12 to 20 ads, {kind} | {instances} issues | median {1000 * median(took):.0f} ms, "
            f"slowest {1000 * max(took):.0f} ms, unproven {unproven}",
            flush=True,
        )


def whole(instances: int) -> None:
    """Whole placements, facts and the reason of every refusal included, against their search alone."""
    requests = {"100 stories, 500 live bookings, 4 ads": [issue(1, 100, 500, 4)]}
    for stories, items in SIZES:
        for most in (4, 8):
            issues = [issue(seed, stories, items, most) for seed in range(instances)]
            requests[f"{stories} stories, {items} bookings, {most} ads"] = issues
    requests |= {f"12 to 20 ads, {kind}": [crowded(n, kind) for n in range(instances)] for kind in KINDS}
    for name, some in requests.items() if instances else ():
        took, alone = list[float](), list[float]()
        for request in some:
            table = eligibility(IssueContext(request))
            instance = problem(table, eligible(table))
            alone.append(seconds(lambda instance=instance: solve(instance))[0])  # type: ignore[misc]
            took.append(seconds(lambda request=request: place(request))[0])  # type: ignore[misc]
        print(
            f"whole placement, {name} | median {1000 * median(took):.0f} ms, slowest {1000 * max(took):.0f} ms, "
            f"{sum(took) / sum(alone):.1f} times the search",
            flush=True,
        )


def main(arguments: Sequence[str] = ()) -> None:
    """The table of all sizes; the rivals, which take seconds to minutes an issue, only at the smallest unless asked."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=50)
    parser.add_argument("--rivals", type=int, help="issues of each size that the rivals solve, too")
    parser.add_argument("--most", type=int, default=4, help="max_ads")
    parser.add_argument("--sizes", default=",".join(f"{s}x{i}" for s, i in SIZES))
    parser.add_argument("--crowds", type=int, default=20, help="issues of each kind with many ads")
    parser.add_argument("--whole", type=int, default=4, help="whole placements of each kind")
    chosen = parser.parse_args(arguments)
    if chosen.rivals != 0:
        import_solvers()
    for size in chosen.sizes.split(","):
        stories, items = map(int, size.split("x"))
        few = 6 if (stories, items) == SIZES[0] else 0
        measure(
            stories, items, chosen.most, chosen.instances, few if chosen.rivals is None else chosen.rivals
        )
    crowds(chosen.crowds)
    whole(chosen.whole)


def import_solvers() -> None:
    """Importing a solver is no part of solving."""
    import highspy  # noqa: F401
    from ortools.sat.python import cp_model  # noqa: F401


if __name__ == "__main__":
    main(sys.argv[1:])
