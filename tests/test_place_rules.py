"""Every rule against its cases: ``tests/cases/place/RULE.yaml``."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.model import (
    AdBook,
    Adjacency,
    Advertiser,
    Creative,
    Edition,
    Entry,
    Flight,
    FrequencyCap,
    Goal,
    LineItem,
    Lineup,
    Overrides,
    Policy,
    RunAd,
    Section,
    Sensitive,
    Slot,
    Story,
)
from digest.place import PlaceRequest, explain, place
from digest.place.rules import catalogue

CASES = Path(__file__).parent / "cases" / "place"
DAY = date(2026, 1, 23)
EDITIONS = (
    Edition(name="daily", expected_sends=1000),
    Edition(name="weekly", cadence="weekly", weekdays=frozenset({4}), expected_sends=300),
)
SLOTS = (
    Slot(id="top", position="top", sizes=("600x150",)),
    Slot(id="head", position="section_start", native=True),
    Slot(id="stream", position="between_stories", native=True, sizes=("600x150",)),
    Slot(id="footer", position="end", native=True, sizes=("600x150",)),
)


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in sorted(CASES.glob("*.yaml"))
        for case in yaml.safe_load(path.read_text("utf-8"))
    ]


def request_of(case: dict[str, Any]) -> PlaceRequest:
    names = {item.get("advertiser", "a") for item in case["items"]}
    labels = case.get("labels", {})
    ads = AdBook(
        policy=_policy(case.get("policy", {})),
        slots=SLOTS,
        advertisers={n: Advertiser(id=n, name=n, labels=frozenset(labels.get(n, ()))) for n in sorted(names)},
        line_items=tuple(_line_item(item) for item in case["items"]),
    )
    return PlaceRequest(
        ads=ads,
        editions=EDITIONS,
        edition=EDITIONS[0],
        day=DAY,
        lineup=_lineup(case),
        ran_ads=tuple(_ran(*row) for row in case.get("ran", ())),
        overrides=Overrides(pin=tuple(case.get("pin", ())), pause=tuple(case.get("pause", ()))),
        reader={column: tuple(values) for column, values in case.get("reader", {}).items()},
    )


def _policy(given: dict[str, Any]) -> Policy:
    given = dict(given)
    if "sensitive" in given:
        sensitive = given["sensitive"]
        given["sensitive"] = Sensitive(
            sections=frozenset(sensitive.get("sections", ())), keywords=tuple(sensitive.get("keywords", ()))
        )
    if "max_ratio" in given:
        given["max_ratio"] = Fraction(given["max_ratio"])
    if "suppress_near" in given:
        given["suppress_near"] = tuple(given["suppress_near"])
    return Policy(**given)


def _line_item(given: dict[str, Any]) -> LineItem:
    size, avoid = given.get("size", ""), given.get("avoid", {})
    tier = given.get("type", "standard")
    flight = given.get("flight", None if tier == "house" else [date(2026, 1, 1), date(2026, 1, 31)])
    goal = Goal(unit="sends", amount=given["sends"]) if "sends" in given else None
    goal = Goal(unit="issues", amount=given["goal"]) if "goal" in given else goal
    days = frozenset(given.get("days", range(7)))
    return LineItem(
        id=given["id"],
        advertiser=given.get("advertiser", None if tier == "house" else "a"),
        tier=tier,
        flight=Flight(dates=tuple(given["dates"]))
        if "dates" in given
        else flight and Flight(start=flight[0], end=flight[1], days=days),
        editions=tuple(given["editions"]) if "editions" in given else None,
        slots=tuple(given.get("slots", ["stream"])),
        sections=tuple(given["sections"]) if "sections" in given else None,
        goal=goal,
        pacing=given.get("pacing", "even"),
        frequency_cap=FrequencyCap(max_issues=given["cap"][0], per_days=given["cap"][1])
        if "cap" in given
        else None,
        adjacency=Adjacency(
            avoid_sections=frozenset(avoid.get("sections", ())),
            avoid_keywords=tuple(avoid.get("keywords", ())),
            avoid_flags=frozenset(avoid.get("flags", ())),
        ),
        audience={column: tuple(values) for column, values in given.get("audience", {}).items()},
        exclusive=given.get("exclusive", "none"),
        companions=tuple(given.get("companions", ())),
        creatives=(
            Creative(id="c", url="https://a.example", image="https://a.example/i" if size else "", size=size),
        ),
    )


def _lineup(case: dict[str, Any]) -> Lineup:
    sections, at = [], 0
    for name, size in case["sections"].items():
        entries = []
        for _ in range(size):
            at += 1
            title = case.get("titles", {}).get(at, f"Story {at}")
            story = Story(
                id=f"s{at}",
                url=f"https://n.example/{at}",
                title=title,
                first_seen=datetime(2026, 1, 1, tzinfo=UTC),
            )
            flags = frozenset(case.get("flags", {}).get(at, ()))
            entries.append(Entry(position=at, story=story, section=name, score=1.0, flags=flags))
        sections.append(Section(id=name, title=name, entries=tuple(entries)))
    return Lineup(sections=tuple(sections))


def _ran(item: str, edition: str, day: date, receipt: int | None = None) -> RunAd:
    return RunAd(
        edition=edition,
        date=day,
        line_item=item,
        creative="c",
        advertiser="an old name",
        tier="standard",
        slot="stream",
        gap=1,
        sends=receipt,
        delivered=receipt is not None,
    )


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any]) -> None:
    plan = place(request_of(case))
    assert [[ad.line_item, ad.slot, ad.gap] for ad in plan.placed] == case["placed"]
    assert {no.line_item: no.rule for no in plan.refused} == case.get("refused", {})
    reasons = {no.line_item: no.reason for no in plan.refused}
    for item, words in case.get("words", {}).items():
        assert words in reasons[item]


@pytest.mark.parametrize("case", cases())
def test_an_explanation_says_what_the_plan_says(case: dict[str, Any]) -> None:
    request = request_of(case)
    for no in place(request).refused:
        told = explain(request, no.line_item)
        assert (told.rule, told.reason) == (no.rule, no.reason)
        assert no.reason in told.as_text()
        assert told.as_json()["rule"] == no.rule
    for ad in place(request).placed:
        assert explain(request, ad.line_item).placed == ad


def test_every_rule_has_cases_help_and_options_of_the_file() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == {name for name, _ in catalogue()}
    known = {
        "policy": {f.name for f in fields(Policy)},
        "slots": {f.name for f in fields(Slot)},
        "line_items": {f.name for f in fields(LineItem)},
        "creatives": {f.name for f in fields(Creative)},
        "advertisers": {f.name for f in fields(Advertiser)},
    }
    for _, rule in catalogue():
        assert len((rule.__doc__ or "").strip()) > 40
        for option in rule.OPTIONS:
            part, _, key = option.partition(".")
            assert key in known[part], option


def test_rules_are_asked_in_the_order_people_are_told() -> None:
    told = [
        *("paused", "flight", "edition", "audience", "frequency_cap", "goal", "pacing"),
        *("slot", "creative", "section", "adjacency", "suppress_near"),
        *(
            "min_gap",
            "max_ads",
            "max_ratio",
            "max_per_advertiser",
            "competitive_exclusion",
            "exclusive",
            "companions",
        ),
    ]
    assert [name for name, _ in catalogue() if name in told] == told  # a rule more stands where it says
