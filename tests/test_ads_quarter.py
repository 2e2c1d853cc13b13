"""A realistic quarter: 38 bookings of 25 advertisers in a daily and a weekly, at some mornings of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.app.forecast_inputs import last_day
from digest.config import load
from digest.model import Newsroom, RunAd
from digest.place.forecast import (
    ForecastInputs,
    IssueDate,
    avails,
    day_by_day,
    plan,
    shortfalls,
    typical,
)
from tests.following import followed
from tests.real import DATA

QUARTER = DATA / "quarter"
FIRST, LAST = date(2026, 1, 5), date(2026, 3, 31)

pytestmark = pytest.mark.skipif(
    not QUARTER.is_dir(), reason=f"the quarter's bookings are not there: {QUARTER}"
)


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    root = tmp_path_factory.mktemp("quarter")
    for name in ("digest.yaml", "adslots.yaml"):
        shutil.copy(QUARTER / name, root / name)
    (root / "samples").mkdir()
    (root / "samples" / "q1.jsonl").touch()
    return load(root)


@pytest.fixture(scope="module")
def asked(newsroom: Newsroom) -> ForecastInputs:
    lineup = typical((section.id, section.title, 5) for section in newsroom.sections)
    return ForecastInputs(
        ads=newsroom.ads,
        editions=newsroom.editions,
        first=FIRST,
        last=LAST,
        lineups={edition.name: lineup for edition in newsroom.editions},
    )


@pytest.fixture(scope="module")
def ledger(asked: ForecastInputs) -> tuple[RunAd, ...]:
    """What sixty mornings ran that did not look ahead."""
    said = day_by_day(replace(asked, last=FIRST + timedelta(days=59)))
    items = {item.id: item for item in asked.ads.line_items}
    return tuple(
        RunAd(
            edition=ad.edition,
            date=ad.date,
            line_item=ad.line_item,
            creative=items[ad.line_item].creatives[0].id,
            advertiser=items[ad.line_item].advertiser,
            tier=items[ad.line_item].tier,
            slot=ad.slot,
            gap=ad.gap,
        )
        for ad in said.ads
    )


def morning(asked: ForecastInputs, ledger: tuple[RunAd, ...], number: int) -> ForecastInputs:
    day = FIRST + timedelta(days=number)
    return replace(asked, first=day, ran_ads=tuple(run for run in ledger if run.date < day))


@pytest.mark.parametrize("number", [0, 20, 40, 50, 60])
def test_the_least_shortfall_is_proven(asked: ForecastInputs, ledger: tuple[RunAd, ...], number: int) -> None:
    said, short = shortfalls(morning(asked, ledger, number))
    assert said.bounds == ()
    takeover = [one for one in short if one.booking.line_item == "homes-excl"]
    assert len(takeover) == (number < 50)  # of a flight in February
    for one in takeover:
        assert one.booking.planned == 0
        assert "w8-sponsor-harborbank" in one.rivals


@pytest.mark.parametrize("number", [0, 60])
def test_the_plan_keeps_the_rules_and_says_how_good_it_is(
    asked: ForecastInputs, ledger: tuple[RunAd, ...], number: int
) -> None:
    here = morning(asked, ledger, number)
    said = plan(here)
    assert said.bounds == ()
    assert said.gap < 0.05
    least = {one.line_item: one.short for one in shortfalls(here)[0].bookings if one.final}
    assert sum(one.short for one in said.bookings if one.final and one.unit == "issues") == sum(
        least[one.line_item] for one in said.bookings if one.final and one.unit == "issues"
    )


def test_what_all_slots_have_left_late_in_the_quarter(
    asked: ForecastInputs, ledger: tuple[RunAd, ...]
) -> None:
    for slot in avails(morning(asked, ledger, 50)):
        assert all(0 <= one.free <= one.most <= one.room for one in slot.issues)
        assert slot.total <= sum(one.most for one in slot.issues)


def test_builds_that_follow_the_plan_miss_no_goal_that_it_promised(
    newsroom: Newsroom, asked: ForecastInputs, ledger: tuple[RunAd, ...]
) -> None:
    """From the 66th morning to the end; `python -m bench.plan` does it from the first."""
    here = morning(asked, ledger, 65)
    promised = {one.line_item: one for one in plan(here).bookings if one.booked is not None and one.final}
    found = followed(here, lambda today: (last_day(newsroom, today, 28) - today).days + 1)
    assert found.wanted == found.ran > 0
    after = day_by_day(replace(here, ran_ads=found.rows, built=frozenset(here.issues())))
    assert len(promised) > 10
    for one in after.bookings:
        if one.line_item in promised:
            assert one.short <= promised[one.line_item].short, one.line_item


def test_a_plan_of_28_days_looks_on_to_the_end_of_the_flights_that_it_meets(newsroom: Newsroom) -> None:
    assert last_day(newsroom, FIRST, 28) == LAST
    assert last_day(newsroom, LAST, 28) == LAST + timedelta(days=27)
    assert last_day(newsroom, FIRST - timedelta(days=60), 28) == FIRST - timedelta(days=33)


def test_an_edition_without_a_past_and_a_ledger_with_holes(
    asked: ForecastInputs, ledger: tuple[RunAd, ...]
) -> None:
    here = morning(asked, ledger, 30)
    holes = tuple(run for number, run in enumerate(here.ran_ads) if number % 3)
    weekly = replace(here, lineups={**here.lineups, "weekly": typical([])}, ran_ads=holes)
    said, _ = shortfalls(weekly)
    assert said.bounds == ()
    assert not [ad for ad in said.ads if ad.edition == "weekly"]
    assert said.in_issue(IssueDate(here.first, "daily"))
