"""Counting what was delivered and what may run, rotation, keywords, and pins by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import CommandError
from digest.model import Creative, Edition, Flight, Goal, LineItem, Overrides, RunAd
from digest.model.calendar import Calendar
from digest.place import PlaceRequest, explain, place
from digest.place.delivery import (
    allowed_by,
    earlier,
    eligible_count,
    eligible_dates,
    sends_of,
    standing,
)
from digest.place.keywords import fold, occurs
from digest.place.rotation import choose
from tests.strategies.ads import BANNER, BOX, DAY, EDITIONS, NATIVE, SLOTS, requests
from tests.test_place_rules import request_of

WEEKDAYS = st.frozensets(st.integers(0, 6))
DATES = st.dates(date(2025, 12, 1), date(2026, 3, 1))


def ran(
    day: date, creative: str = "native", edition: str = "daily", sequence: int = 0, **more: object
) -> RunAd:
    row = RunAd(
        edition=edition,
        date=day,
        line_item="a",
        creative=creative,
        advertiser="x",
        tier="standard",
        slot="stream",
        gap=1,
        sequence=sequence,
    )
    return replace(row, **more)  # type: ignore[arg-type]


@given(DATES, st.integers(0, 60), WEEKDAYS, WEEKDAYS, DATES)
def test_counting_dates_is_walking_through_them(
    first: date, length: int, days: frozenset[int], issues: frozenset[int], until: date
) -> None:
    flight = Flight(start=first, end=first + timedelta(days=length), days=days)
    walked = [
        day
        for day in (first + timedelta(days=n) for n in range(length + 1))
        if day.weekday() in days & issues
    ]
    planned = frozenset({Calendar(weekdays=issues)})
    assert eligible_count(flight, planned) == len(walked)
    assert eligible_count(flight, planned, until) == sum(day <= until for day in walked)


def test_a_ten_year_flight_is_counted_at_once() -> None:
    flight = Flight(start=date(2020, 1, 1), end=date(2029, 12, 31))
    assert eligible_count(flight, frozenset({Calendar()})) == 3653


def test_a_date_on_which_two_editions_have_an_issue_counts_once() -> None:
    item = LineItem(id="a", flight=Flight(start=date(2026, 1, 19), end=date(2026, 1, 25)))
    assert len(eligible_dates(item, EDITIONS, date(2026, 1, 1), date(2026, 1, 31))) == 7


@given(st.integers(1, 50), st.integers(0, 40), st.integers(1, 40))
def test_pacings_are_ordered_and_end_at_the_goal(goal: int, elapsed: int, total: int) -> None:
    even, front, asap = (allowed_by(name, goal, elapsed, total) for name in ("even", "frontloaded", "asap"))
    assert 0 <= even <= front <= asap == goal
    assert allowed_by("even", goal, total, total) == allowed_by("frontloaded", goal, total, total) == goal


def test_urgency_counts_issues_behind_the_even_plan_sends_by_this_edition() -> None:
    flight = Flight(start=date(2026, 1, 14), end=date(2026, 2, 2))  # day 10 of 20
    issues = LineItem(id="a", flight=flight, goal=Goal(unit="issues", amount=9))
    sends = replace(issues, goal=Goal(unit="sends", amount=9001))
    assert standing(issues, EDITIONS, EDITIONS[0], DAY, (ran(DAY - timedelta(1)),)).urgency == 4
    assert standing(sends, EDITIONS, EDITIONS[0], DAY, ()).urgency == 5  # 4501 due, 1000 an issue
    assert standing(sends, EDITIONS, EDITIONS[1], DAY, ()).urgency == 16  # 300 an issue


def test_only_issues_of_earlier_dates_count_in_whatever_order_they_were_built() -> None:
    item = LineItem(id="a")
    rows = (
        ran(DAY + timedelta(1)),
        ran(DAY),
        ran(DAY - timedelta(1), sequence=9),
        ran(DAY - timedelta(2), sequence=7),
    )
    assert [row.date for row in earlier(item, rows, DAY)] == [DAY - timedelta(2), DAY - timedelta(1)]


def test_sends_are_the_receipt_else_what_the_edition_expects() -> None:
    assert sends_of(ran(DAY, sends=700, delivered=True), EDITIONS) == 700
    assert sends_of(ran(DAY, sends=700), EDITIONS) == 1000
    assert sends_of(ran(DAY, edition="gone", sends=70), EDITIONS) == 70
    assert sends_of(ran(DAY, edition="gone"), (Edition(name="daily"),)) == 0


STREAM, TOP = SLOTS[0], SLOTS[2]
HEAVY = Creative(id="heavy", url="https://a.example", weight=Fraction(2))
THREE = LineItem(id="a", creatives=(NATIVE, BOX, BANNER))


@pytest.mark.parametrize(
    ("rotation", "shown", "expected"),
    [
        ("sequential", [], "native"),
        ("sequential", ["native"], "box"),
        ("sequential", ["box", "banner"], "native"),
        ("sequential", ["gone"], "native"),
        ("even", ["native", "box"], "banner"),
        ("even", ["native", "native", "box", "banner"], "box"),
        ("weighted", ["native", "box", "banner"], "native"),
    ],
)
def test_rotation(rotation: str, shown: list[str], expected: str) -> None:
    rows = tuple(ran(DAY - timedelta(9 - n), creative) for n, creative in enumerate(shown))
    assert choose(replace(THREE, rotation=rotation), STREAM, rows).id == expected


def test_rotation_is_among_the_creatives_that_fit_and_by_weight() -> None:
    rows = tuple(ran(DAY - timedelta(9 - n), name) for n, name in enumerate(["box", "banner"]))
    assert choose(THREE, TOP, rows).id == "banner"
    light = replace(THREE, creatives=(NATIVE, HEAVY), rotation="weighted")
    assert choose(light, STREAM, (ran(DAY, "native"), ran(DAY, "heavy"))).id == "heavy"


@pytest.mark.parametrize(
    ("keyword", "text", "is_in"),
    [
        ("recall", "The RECALL, again", True),
        ("recall", "recalled", False),
        ("recall", "a_recall", False),
        ("recall", "pre-recall", True),
        ("c++", "Learn C++.", True),
        ("c++", "C++11", False),
        (".net", "Using .NET 8", True),
        ("straße", "STRASSE gesperrt", True),
        ("café", "Cafe\u0301 open", True),
        ("bird flu", "Bird\u00a0 flu", True),
        ("istanbul", "İSTANBUL'da", True),
        ("", "anything", False),
        ("🔥", "so 🔥!", True),
    ],
)
def test_keywords_are_whole_words_in_any_case(keyword: str, text: str, is_in: bool) -> None:
    assert occurs(keyword, (fold(text),)) is is_in


BOOKED = {
    "sections": {"news": 12},
    "policy": {"max_per_advertiser": 9},
    "items": [
        {"id": "a", "slots": ["top", "stream"], "size": "600x150"},
        {"id": "b", "slots": ["head"], "advertiser": "y"},
        {"id": "late", "flight": [date(2026, 2, 1), date(2026, 2, 2)]},
        {"id": "twin", "slots": ["footer"], "companions": ["late"]},
        {"id": "duo", "slots": ["head"], "companions": ["solo"]},
        {"id": "solo", "slots": ["top"], "size": "600x150"},
        {"id": "seen", "slots": ["top", "stream"], "size": "600x150", "sections": ["news"]},
    ],
}


def test_a_pin_fixes_the_slot_and_the_gap_is_still_chosen() -> None:
    plan = place(request_of({**BOOKED, "pin": ["a@stream"]}))
    assert ("a", "stream") in [(ad.line_item, ad.slot) for ad in plan.placed]
    assert plan.overrides.pin == ("a@stream",)
    assert "pinned to stream by hand" in next(ad.because for ad in plan.placed if ad.line_item == "a")


@pytest.mark.parametrize(
    ("ran", "because"),
    [(9, "has 9 of its 10 issues and should have 8 by today on an even plan, on time;"),
     (8, "has 8 of its 10 issues and should have 8 by today on an even plan, on time;"),
     (2, "has 2 of its 10 issues and should have 8 by today on an even plan: 6 issues behind;")],
)  # fmt: skip
def test_why_a_booking_runs_tells_where_its_goal_stands_and_who_comes_along(ran: int, because: str) -> None:
    items = [
        {"id": "a", "goal": 10, "pacing": "asap"},
        {"id": "b", "advertiser": "y", "companions": ["a"]},
    ]
    before = [["a", "daily", date(2026, 1, 10 + day)] for day in range(ran)]
    plan = place(request_of({"sections": {"news": 12}, "items": items, "ran": before}))
    told = {ad.line_item: ad.because for ad in plan.placed}
    assert because in told["a"]
    assert told["a"].endswith("; runs together with b")
    assert told["b"].startswith("a standard booking without a goal;")


@pytest.mark.parametrize(
    ("pins", "pauses", "words"),
    [
        (["late@stream"], [], "flight: its flight starts on 2026-02-01"),
        (["a@footer"], [], "booked for top, stream, not for footer"),
        (["b@head", "a@top"], [], "a@top and b@head clash: min_gap|b@head and a@top clash: min_gap"),
        (["a@top", "a@stream"], [], "runs once"),
        (["a@top"], ["a"], "pinned and paused"),
        (["b@head", "a@top"], [], r"min_gap \(3 stories\)\. Drop one"),
        (
            ["twin@footer"],
            [],
            "companions: its companion late cannot run: flight: its flight starts on 2026-02-01",
        ),
        (["duo@head"], [], r"duo@head \(with solo\) is impossible: min_gap \(3 stories\)\. Drop it"),
        (["ab@top"], [], 'no line item "ab"'),
        (["a@tops"], [], 'Did you mean "top"'),
        (["a"], [], "LINE_ITEM@SLOT"),
        (["seen@top"], [], "section: no opening of top is left: "),
        ([], ["bb"], 'no line item "bb"'),
    ],
)
def test_impossible_overrides_name_what_is_wrong(pins: list[str], pauses: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        place(request_of({**BOOKED, "pin": pins, "pause": pauses}))


def test_the_first_example_greedy_loses() -> None:
    """Six stories, gap 3: A anywhere at 60, B in gaps 2 to 3 at 50. Both run, B at 2 and A at 5."""
    case = {
        "sections": {"news": 1, "b": 2, "c": 3},
        "policy": {"max_ratio": "1/2"},
        "items": [{"id": "A", "advertiser": "x"}, {"id": "B", "advertiser": "y", "sections": ["b"]}],
    }
    assert [(ad.line_item, ad.gap) for ad in place(request_of(case)).placed] == [("B", 2), ("A", 5)]


@given(requests())
def test_the_best_plan_may_be_pinned(request_: PlaceRequest) -> None:
    plan = place(request_)
    pins = tuple(f"{ad.line_item}@{ad.slot}" for ad in plan.placed)
    again = place(replace(request_, overrides=Overrides(pin=pins)))
    assert [(ad.line_item, ad.slot, ad.gap) for ad in again.placed] == [
        (ad.line_item, ad.slot, ad.gap) for ad in plan.placed
    ]


@given(requests())
def test_pausing_what_is_refused_for_itself_changes_nothing(request_: PlaceRequest) -> None:
    plan = place(request_)
    own = {"flight", "edition", "frequency_cap", "goal", "pacing", "slot", "creative", "section", "adjacency"}
    out = tuple(no.line_item for no in plan.refused if no.rule in own)
    again = place(replace(request_, overrides=Overrides(pause=out)))
    assert [(a.line_item, a.gap, a.slot) for a in again.placed] == [
        (a.line_item, a.gap, a.slot) for a in plan.placed
    ]


@given(requests())
def test_a_lower_tier_never_hurts_a_higher_one(request_: PlaceRequest) -> None:
    ads = request_.ads
    paid = tuple(item for item in ads.line_items if not item.is_house and not item.companions)
    house = tuple(item for item in ads.line_items if item.is_house and not item.companions)
    alone = place(replace(request_, ads=replace(ads, line_items=paid)))
    both = place(replace(request_, ads=replace(ads, line_items=(*paid, *house))))
    urgent = {item.id: explain_urgency(request_, item) for item in paid}
    for tier in ("sponsorship", "standard", "bulk"):
        tiers = [sum(urgent[ad.line_item] for ad in plan.placed if ad.tier == tier) for plan in (alone, both)]
        assert tiers[0] <= tiers[1]
        if tiers[0] < tiers[1]:
            pytest.fail("a house ad cannot help a paid one either")


def explain_urgency(request_: PlaceRequest, item: LineItem) -> int:
    rows = earlier(item, request_.ran_ads, request_.day)
    return standing(item, request_.editions, request_.edition, request_.day, rows).urgency


def test_an_outranked_line_item_has_a_price() -> None:
    case = {
        "sections": {"news": 8},
        "policy": {"max_ads": 1},
        "items": [
            {"id": "a", "slots": ["top"], "size": "600x150"},
            {"id": "b", "slots": ["top"], "size": "600x150"},
        ],
    }
    told = explain(request_of(case), "b")
    assert told.cost is not None
    assert (told.cost.loses, told.cost.gains) == (("a",), ("b",))
    with pytest.raises(CommandError, match="no line item"):
        explain(request_of(case), "c")
