"""A rule is one file: one that a stranger adds is kept, is proven, and gives its reasons, with nothing else touched."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest import registry
from digest.errors import BrokenPlugin
from digest.place import explain, place, rules
from digest.place.checker import violations
from digest.place.planning import Planning
from tests.oracles.enumeration import best_of_all
from tests.strategies.fact_ads import fact_issue
from tests.test_place_reasons import refused, with_it

UPPER = '''
"""At most one ad stands in the first third of the issue."""
from digest.place.facts import EVERYWHERE, AtMost, mask_of

STAGE, ORDER = "plan", 65
OPTIONS = ()


def facts(context):
    upper = [number for number, one in enumerate(context.openings) if context.band(one) == "upper"]
    yield AtMost(1, EVERYWHERE, mask_of(upper), lambda item, others: "the first third has its ad")
'''
CROWD = '''
"""At most two ads stand in any eight gaps."""
from digest.place.facts import EVERYWHERE, AtMost

STAGE, ORDER = "plan", 66
OPTIONS = ()


def facts(context):
    yield AtMost(2, EVERYWHERE, EVERYWHERE, lambda item, others: f"{len(others)} ads are near", span=8)
'''
QUIET = '''
"""No ad stands between stories or under a heading."""
from digest.place.facts import NotIn

STAGE, ORDER = "openings", 15
OPTIONS = ()


def facts(context):
    for number in range(len(context.items)):
        yield NotIn(number, context.in_slots(["stream", "head"]), lambda opening: "the stories are ours")
'''


@pytest.fixture
def stranger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The name of a rule whose file was added to the catalogue."""
    name, text = request.param
    (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(rules, "__path__", [*rules.__path__, str(tmp_path)])
    for found in (registry.names, registry.load, rules.catalogue):
        found.cache_clear()
    yield name
    sys.modules.pop(f"digest.place.rules.{name}", None)
    for found in (registry.names, registry.load, rules.catalogue):
        found.cache_clear()


COUNTING = [("upper", UPPER), ("crowd", CROWD)]


@pytest.mark.parametrize("stranger", COUNTING, ids=[name for name, _ in COUNTING], indirect=True)
def test_a_counting_rule_is_kept_proven_and_told(stranger: str) -> None:
    bears = outranked = 0
    for seed in range(6):
        request = fact_issue(seed, 12, 6, 4)
        planning = Planning(request)
        assert planning.solution.optimal
        assert planning.solution.plan == best_of_all(planning.problem)
        assert not violations(planning.table, planning.solution.plan)
        bears += any(one.rule == stranger for one in planning.swaps.closings)
        for item, verdict in refused(planning):
            if verdict.rule == "outranked" and planning.context.groups[item] == 1 << item:
                outranked += 1
                out = frozenset(planning.context.index[name] for name in verdict.in_the_way)
                assert with_it(planning, item, out)
                assert not any(with_it(planning, item, out - {one}) for one in out)
    assert bears
    assert outranked


@pytest.mark.parametrize(
    ("stranger", "says"),
    [
        (
            ("bare", "ORDER = 1\n"),
            r"bare\.py .* lacks STAGE and OPTIONS and facts and a docstring\.$",
        ),
        (("mute", QUIET.strip().partition("\n")[2]), r"mute\.py .* lacks a docstring\.$"),
        (
            ("late", QUIET.replace('"openings", 15', '"opening", 15')),
            "late has the STAGE .opening.; there are today",
        ),
    ],
    ids=["bare", "mute", "late"],
    indirect=["stranger"],
)
def test_a_file_that_is_no_whole_rule_is_named(stranger: str, says: str) -> None:
    with pytest.raises(BrokenPlugin, match=says):
        rules.catalogue()


@pytest.mark.parametrize("stranger", [("quiet", QUIET)], ids=["quiet"], indirect=True)
def test_a_rule_about_openings_is_kept_and_told(stranger: str) -> None:
    told = 0
    for seed in range(12):
        request = fact_issue(seed, 12, 8, 4)
        plan = place(request)
        assert not any(ad.slot in ("stream", "head") for ad in plan.placed)
        for one in plan.refused:
            if one.rule == stranger:
                told += 1
                assert "the stories are ours" in one.reason
                assert one.reason in explain(request, one.line_item).as_text()
    assert told
