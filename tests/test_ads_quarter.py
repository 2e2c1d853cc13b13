"""A realistic quarter: 38 bookings of 25 advertisers in a daily and a weekly, at every tenth morning of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.config import load
from digest.model import Newsroom, RunAd
from digest.place import Request, place
from digest.place.forecast import (
    ForecastInputs,
    IssueDate,
    avails,
    day_by_day,
    guided,
    plan,
    shortfalls,
    typical,
)
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


@pytest.mark.parametrize("number", range(0, 61, 10))
def test_the_least_shortfall_is_proven_every_tenth_morning(
    asked: ForecastInputs, ledger: tuple[RunAd, ...], number: int
) -> None:
    said, short = shortfalls(morning(asked, ledger, number))
    assert said.bounds == ()
    takeover = [one for one in short if one.booking.line_item == "homes-excl"]
    assert len(takeover) == (number < 50)  # of a flight in February
    for one in takeover:
        assert one.booking.planned == 0
        assert "w8-sponsor-harborbank" in one.rivals


@pytest.mark.parametrize("number", [0, 30, 60])
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


def test_builds_that_follow_the_plan_run_what_it_planned(
    asked: ForecastInputs, ledger: tuple[RunAd, ...]
) -> None:
    here = morning(asked, ledger, 40)
    rows, planned, ran = here.ran_ads, 0, 0
    editions = {edition.name: edition for edition in here.editions}
    for day in range(4):
        today = here.first + timedelta(days=day)
        new: list[RunAd] = []
        for name in [issue.edition for issue in asked.issues() if issue.date == today]:
            request = Request(
                ads=here.ads, editions=here.editions, edition=editions[name], day=today,
                lineup=here.lineups[name], ran_ads=rows,
            )  # fmt: skip
            led = guided(request, here.lineups, 28)
            placed = place(led).placed
            paid = {item.id for item in here.ads.line_items if not item.is_house}
            planned += len(set(led.prefer) & paid)
            ran += len({ad.line_item for ad in placed} & set(led.prefer) & paid)
            new += [
                RunAd(
                    edition=name, date=today, line_item=ad.line_item, creative=ad.creative,
                    advertiser=ad.advertiser, tier=ad.tier, slot=ad.slot, gap=ad.gap,
                )
                for ad in placed
            ]  # fmt: skip
        rows += tuple(new)
    assert planned
    assert ran == planned


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
