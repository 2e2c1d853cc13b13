"""The search against independent optima, its bounds, what it says when it is cut short, and that it needs no HiGHS."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from digest.place import place, solver
from digest.place.context import IssueContext
from digest.place.eligibility import eligibility, eligible, problem
from digest.place.facts import EVERYWHERE, AtMost, mask_of
from digest.place.optimality_gap import optimality_gap
from digest.place.problem import PlacementProblem, Plan, Scale, Solution, broken
from digest.place.request import PlaceRequest
from digest.place.solver import BudgetSpent, settled, solve
from digest.place.solver.budget import Budget
from digest.place.solver.item_classes import ItemClasses
from digest.place.solver.transport import Transport
from digest.place.stages import Level
from tests.newsrooms import newsroom
from tests.oracles.enumeration import best_of_all
from tests.oracles.program import HighsModel, best_plan
from tests.strategies.fact_ads import fact_issue
from tests.strategies.full_ads import FULL, full
from tests.strategies.many_ads import KINDS, crowded
from tests.strategies.twisted_ads import twisted


def question(request: PlaceRequest) -> PlacementProblem:
    table = eligibility(IssueContext(request))
    return settled(problem(table, eligible(table)))


def musts(asked: PlacementProblem, seed: int) -> list[int]:
    """Nothing, and two of the line items, that must run."""
    items = sorted(asked.left)
    return [0, *(1 << items[(seed + step) % len(items)] for step in (0, 3) if items)]


def agrees(asked: PlacementProblem, best: Callable[[PlacementProblem, Plan | None], Plan | None]) -> bool:
    """Whether the search and another one, which may look at that plan, find the same, said to be proven."""
    solution = solve(asked)
    plan = solution.plan if solution and solution.optimal else None
    return plan == best(settled(asked), plan)


def every_plan(asked: PlacementProblem, _: Plan | None) -> Plan | None:
    return best_of_all(asked)


def programs(asked: PlacementProblem, known: Plan | None) -> Plan | None:
    return best_plan(asked, HighsModel, known)


SMALL = [(seed, 6 + seed % 3, 5, 4) for seed in range(60)]
MIDDLE = [(seed, 15 + 5 * (seed % 2), 8 + seed % 3, 4 + seed % 4) for seed in range(24)]
LARGE = [*((seed, 20, 12, 10) for seed in range(3)), *((seed, 24, 16, 12) for seed in (5, 7, 11, 14))]


@pytest.mark.parametrize(("seed", "stories", "items", "most"), SMALL)
def test_the_plan_is_the_best_of_all_plans(seed: int, stories: int, items: int, most: int) -> None:
    asked = question(fact_issue(seed, stories, items, most))
    for must in musts(asked, seed):
        assert agrees(replace(asked, must=must), every_plan)


@pytest.mark.parametrize(("seed", "stories", "items", "most"), [*MIDDLE, *LARGE])
def test_the_plan_is_that_of_the_integer_programs(seed: int, stories: int, items: int, most: int) -> None:
    pytest.importorskip("highspy")
    assert agrees(question(fact_issue(seed, stories, items, most)), programs)


@pytest.mark.parametrize("seed", range(20))
def test_ties_are_decided_as_the_integer_programs_do(seed: int) -> None:
    pytest.importorskip("highspy")
    assert agrees(question(twisted(seed)), programs)


@pytest.mark.parametrize("kind", KINDS)
def test_bookings_much_alike_run_as_in_the_integer_programs(kind: str) -> None:
    pytest.importorskip("highspy")
    assert agrees(question(crowded(0, kind, 30, 14, 6)), programs)


@pytest.mark.parametrize("kind", FULL)
def test_twelve_and_more_ads_beside_each_other_run_as_in_the_integer_programs(kind: str) -> None:
    pytest.importorskip("highspy")
    asked = question(full(2, kind, 30, 18, 14))
    assert agrees(asked, programs)


def test_eighteen_ads_kept_apart_by_their_labels_run_as_in_the_integer_programs() -> None:
    pytest.importorskip("highspy")
    assert agrees(question(full(4, "rate card", 38, 22, 18)), programs)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "different"])
def test_a_newsroom_of_many_alike_bookings_gets_a_proven_plan(kind: str) -> None:
    asked = question(crowded(1, kind))
    found = solve(asked)
    assert found is not None
    assert found.optimal
    assert broken(asked, found.plan) is None


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("steps", [50, 300, 2000])
def test_a_search_cut_short_says_so_and_how_far_it_may_be_off(seed: int, steps: int) -> None:
    asked = question(twisted(seed))
    for must in musts(asked, seed):
        question_ = replace(asked, must=must)
        true = solve(question_)
        try:
            found = solve(question_, steps)
        except BudgetSpent:
            continue
        if true is None:
            assert found is None
            continue
        assert found is not None
        assert broken(asked, found.plan) is None
        assert not must & ~mask_of([i for i, _ in found.plan])
        assert found.merit <= true.merit <= found.bound
        assert not found.optimal or found.plan == true.plan


@pytest.mark.parametrize("kind", KINDS)
def test_multipliers_prove_a_transport_and_no_other_outline_is_worth_more(kind: str) -> None:
    asked = question(crowded(3, kind, 40, 20, 10))
    supply = ItemClasses(asked, Scale(asked))
    openings = [o for o in range(supply.size) if supply.kind[o] >= 0]
    outlines = [openings[first::step][:8] for first in range(3) for step in (2, 3, 4)]
    filled = [Transport(supply, Budget(10**6)).add(supply.kind[o] for o in outline) for outline in outlines]
    for outline, transport in zip(outlines, filled, strict=True):
        multipliers = transport.multipliers()
        bounds = [
            multipliers.paid + sum(multipliers.offers[supply.kind[o]] for o in other) for other in outlines
        ]
        if transport.complete:
            assert bounds[outlines.index(outline)] == transport.worth
        assert all(b >= other.worth for b, other in zip(bounds, filled, strict=True) if other.complete)


def test_alike_bookings_run_in_the_order_of_the_file() -> None:
    plan = place(crowded(4, "identical"))
    ran = [int(ad.line_item[1:]) for ad in plan.placed]
    assert ran == sorted(ran)
    assert plan.optimal


@pytest.mark.parametrize(
    ("less", "stage", "most", "unit", "words"),
    [
        ("standard", "standard", "2", "bookings", "up to 2 more standard bookings"),
        ("bulk", "bulk", "3", "urgency", "bulk bookings of up to 3 more urgency"),
        ("value", "value", "12.5", "rate x band", "(rate x band) could be up to 12.5 higher"),
        ("spread", "spread", "0.25", "spread", "spread up to 0.25 lower"),
        ("", "order", "", "", "only which of equal plans comes first"),
    ],
)
def test_a_gap_is_told_in_the_unit_of_its_stage(
    less: str, stage: str, most: str, unit: str, words: str
) -> None:
    asked = PlacementProblem(
        left={0: 1, 1: 2, 2: 4},
        gaps=(1, 4, 9),
        slots=(0, 0, 0),
        levels=({0: 1, 1: 1}, {2: 3}),
        rates={0: Fraction(25, 2), 1: Fraction(3), 2: Fraction(4)},
        bands=(Fraction(1),) * 3,
        ideal=Fraction(9, 2),
    )
    scale = Scale(asked)
    levels = [Level("standard", 8, False, asked.levels[0]), Level("bulk", 8, False, asked.levels[1])]
    off = {
        "standard": 2 * scale.tops[1],
        "bulk": 3 * scale.tops[2],
        "value": 25 * scale.spread,
        "spread": 1,
        "": 0,
    }
    gap = optimality_gap(scale, levels, Solution((), -20, False, -20 + off[less]))
    assert (gap.stage, gap.most, gap.unit) == (stage, most, unit)
    assert words in gap.words


def test_a_plan_without_proof_is_told_by_build_explain_and_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unproven(asked: PlacementProblem) -> Solution | None:
        found = solve(asked)
        return found and replace(found, optimal=False, bound=found.merit + Scale(asked).tops[-1])

    monkeypatch.setattr("digest.place.planning.solve", unproven)
    room = newsroom(tmp_path)
    built = room.run("build", "--daily", "--date", "2026-01-23")
    says = "another plan could run up to 1 more standard booking"
    assert built.code == 0
    assert built.err.count(says) == 1
    ads = room.manifest()["ads"]
    assert says in ads["gap"]
    assert (ads["optimal"], ads["unproven"]) == (
        False,
        {"stage": "standard", "at_most": "1", "unit": "bookings"},
    )
    explained = room.run("explain", "daily", "2026-01-23")
    assert says in explained.out + explained.err


WITHOUT = """
import sys
sys.modules["highspy"] = None
sys.modules["ortools"] = None
from digest.place import place
from tests.strategies.fact_ads import fact_issue
from tests.strategies.full_ads import FULL, full
from tests.strategies.many_ads import crowded
print([place(fact_issue(seed, 20, 10, 6)) for seed in range(6)], place(crowded(7, "companions", 40, 20, 12)))
"""


def test_the_bytes_are_the_same_with_and_without_the_solvers_of_the_plan_ahead() -> None:
    plans = (
        [place(fact_issue(seed, 20, 10, 6)) for seed in range(6)],
        place(crowded(7, "companions", 40, 20, 12)),
    )
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, check=True, cwd=Path(__file__).parent.parent
    )
    assert run.stdout.decode().strip() == f"{plans[0]} {plans[1]}"
    sources = Path(solver.__file__).parent.rglob("*.py")
    assert not any("highspy" in path.read_text("utf-8") for path in sources)


def test_at_most_none_is_kept_by_line_items_that_exclude_each_other_too() -> None:
    none = [AtMost(0, 1 << item, EVERYWHERE, lambda *_: "") for item in range(2)]
    asked = PlacementProblem(
        left={0: 1, 1: 1, 2: 1, 3: 2},
        gaps=(0, 5),
        slots=(0, 0),
        levels=(dict.fromkeys(range(4), 1),),
        rates=dict.fromkeys(range(4), Fraction(0)),
        bands=(Fraction(1),) * 2,
        ideal=Fraction(5, 2),
        facts=(AtMost(1, 0b111, EVERYWHERE, lambda *_: ""), *none),
    )
    solution = solve(asked)
    assert solution is not None
    assert solution.plan == ((2, 0), (3, 1))
