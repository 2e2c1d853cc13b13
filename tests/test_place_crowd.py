"""Many ads: the search by prices against the walk over the openings, integer programs, and itself under pressure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digest.place import place
from digest.place.context import IssueContext
from digest.place.eligibility import eligibility, eligible, problem
from digest.place.many.alike import Stock
from digest.place.many.crowd import Crowd
from digest.place.many.flow import NOBODY, Flow
from digest.place.problem import Overworked, Problem, Scale, Solution, broken
from digest.place.search import Search, settled
from digest.place.walk.branches import Branches
from digest.place.walk.paths import Effort
from tests.newsrooms import newsroom
from tests.oracles.program import HighsModel, best_plan
from tests.strategies.many_ads import KINDS, crowded
from tests.strategies.twisted_ads import twisted


def question(kind: str, seed: int, stories: int = 0, items: int = 0, most: int = 0) -> Problem:
    table = eligibility(IssueContext(crowded(seed, kind, stories, items, most)))
    return settled(problem(table, eligible(table)))


@pytest.mark.parametrize("seed", range(100, 160))
def test_the_search_by_prices_and_the_walk_find_the_same_plan(seed: int) -> None:
    table = eligibility(IssueContext(twisted(seed)))
    asked = problem(table, eligible(table))
    if not Search(asked).shelf.plain:
        pytest.skip("something adds nothing")
    for must in (0, *(1 << i for i in sorted(asked.left)[:3])):
        part = settled(replace(asked, must=must))
        found, walked = Crowd(part).run(), Branches(part, Effort()).run()
        assert (found and (found.plan, found.merit)) == (walked and (walked.plan, walked.merit))
        assert found is None or found.optimal


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2))
def test_the_search_by_prices_and_the_integer_programs_find_the_same_plan(kind: str, seed: int) -> None:
    pytest.importorskip("highspy")
    asked = question(kind, seed, 30, 14, 6)
    found = Crowd(asked).run()
    assert found is not None
    assert found.optimal
    assert found.plan == best_plan(asked, HighsModel)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "different"])
def test_a_newsroom_of_many_alike_bookings_gets_a_proven_plan(kind: str) -> None:
    asked = question(kind, 1)
    found = Search(asked).best(0)
    assert found is not None
    assert found.optimal
    assert broken(asked, found.plan) is None


def whole(flow: Flow) -> bool:
    """Whether every opening is filled."""
    return all(NOBODY not in here for here in flow.moving.values())


@pytest.mark.parametrize("kind", KINDS)
def test_prices_say_exactly_what_a_flow_is_worth_and_no_other_outline_is_worth_more(kind: str) -> None:
    asked = question(kind, 3, 40, 20, 10)
    stock = Stock(asked, Scale(asked))
    openings = [o for o in range(stock.size) if stock.kind[o] >= 0]
    outlines = [openings[first::step][:8] for first in range(3) for step in (2, 3, 4)]
    flows = [Flow(stock, lambda _: None).add(stock.kind[o] for o in outline) for outline in outlines]
    for one, flow in zip(outlines, flows, strict=True):
        prices = flow.prices()
        bounds = [prices.paid + sum(prices.offers[stock.kind[o]] for o in other) for other in outlines]
        if whole(flow):
            assert bounds[outlines.index(one)] == flow.worth
        assert all(b >= other.worth for b, other in zip(bounds, flows, strict=True) if whole(other))


@pytest.mark.parametrize("kind", ["rate card", "companions", "sections", "different"])
@pytest.mark.parametrize("work", [50, 500, 3000])
def test_a_search_by_prices_cut_short_says_how_far_it_may_be_off(kind: str, work: int) -> None:
    asked = question(kind, 2, 40, 16, 8)
    true = Crowd(asked).run()
    assert true is not None
    assert true.optimal
    try:
        found = Crowd(asked, work=work).run()
    except Overworked:
        return
    assert found is not None
    assert broken(asked, found.plan) is None
    assert found.merit <= true.merit <= found.bound
    assert not found.optimal or found.plan == true.plan


def test_alike_bookings_run_in_the_order_of_the_file() -> None:
    plan = place(crowded(4, "identical"))
    ran = [int(ad.line_item[1:]) for ad in plan.placed]
    assert ran == sorted(ran)
    assert plan.optimal


def test_a_plan_without_proof_is_told_by_build_explain_and_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = Search.best

    def unproven(search: Search, must: int, labels: int = 0) -> Solution | None:
        found = best(search, must)
        return found and replace(found, optimal=False, bound=found.merit + search.scale.tops[-1])

    monkeypatch.setattr(Search, "best", unproven)
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
