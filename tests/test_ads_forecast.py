"""The forecast against an integer program that knows nothing of it, on books as newsrooms sell them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from math import ceil

import pytest

from digest.model import TIERS, Flight, Goal, LineItem
from digest.place.forecast import ForecastInputs, plan, shortfalls
from digest.place.forecast.booking import Booking
from digest.place.forecast.highs import Solver
from digest.place.forecast.model import bookings
from digest.place.forecast.plan import booking_forecasts
from digest.place.forecast.solve import Solved, solved
from tests.examples import scaled
from tests.oracles.forecast_mip import ForecastMip
from tests.strategies.forecast_books import DAILY, NATIVE, newsroom_book

# seeds, bookings, days, stories a section, ads an issue: 75 books, and all 300 in the thorough run
MANY = min(20, scaled(5))
BOOKS = [
    *((range(at, at + MANY), 6, 10, 2, 2) for at in range(0, 160, 20)),
    *((range(at, at + MANY), 12, 14, 3, 3) for at in range(200, 320, 20)),
    (range(400, 400 + MANY), 20, 21, 4, 4),
]


def book(seed: int, count: int, days: int, stories: int, most: int) -> ForecastInputs:
    made = newsroom_book(seed, count, days, stories)
    policy = replace(made.ads.policy, max_ads=most, max_ratio=Fraction(1, 3))
    return replace(made, ads=replace(made.ads, policy=policy))


def shortfall(found: Solved) -> list[int]:
    """Per tier, of flights that end and of those that go on, in issues of the edition that counts most."""
    planned = {one.line_item: one.planned for one in booking_forecasts(found.model, found.chosen)}
    every = found.model.every
    return [
        sum(_short(b, planned[b.item.id]) for b in every if b.item.tier == tier and b.ends_within == final)
        for tier in TIERS
        for final in (True, False)
    ]


def _short(booking: Booking, planned: int) -> int:
    if booking.item.goal is None:
        return 0
    assert booking.due is not None
    missing = max(0, booking.due - booking.delivered - planned)
    return ceil(Fraction(missing, max(map(booking.worth, booking.editions))))


@pytest.mark.parametrize(("seeds", "count", "days", "stories", "most"), BOOKS)
def test_the_least_shortfall_is_that_of_the_integer_program(
    seeds: range, count: int, days: int, stories: int, most: int
) -> None:
    for seed in seeds:
        asked = book(seed, count, days, stories, most)
        found = solved(asked, deliveries_only=True)
        assert not found.bounds, seed
        assert shortfall(found) == ForecastMip(asked).least(), seed


@pytest.mark.parametrize("seed", range(5))
def test_what_the_whole_plan_is_short_is_what_the_check_says(seed: int) -> None:
    asked = book(seed, 12, 14, 3, 3)
    assert shortfall(solved(asked)) == shortfall(solved(asked, deliveries_only=True))


def test_a_year_of_bookings() -> None:
    """Too much is booked for 6 ads an issue; what is not proven is told, and never below the least."""
    found = solved(newsroom_book(1, 150, 365), deliveries_only=True)
    assert found.complete
    assert all(0 <= bound.least < bound.short for bound in found.bounds)


def test_a_small_paper() -> None:
    said = plan(newsroom_book(3, 6, 28))
    assert said.optimal


def one(name: str, first: int, last: int, goal: int | None, **changes: object) -> LineItem:
    start = DAILY_BOOK.first
    made = LineItem(
        id=name,
        advertiser=name,
        flight=Flight(start=start + timedelta(days=first), end=start + timedelta(days=last)),
        slots=("footer",),
        pacing="asap",
        goal=Goal(unit="issues", amount=goal) if goal else None,
        creatives=(NATIVE,),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


DAILY_BOOK = replace(newsroom_book(0, 1, 28), editions=(DAILY,))


def with_items(*items: LineItem) -> ForecastInputs:
    return replace(DAILY_BOOK, ads=replace(DAILY_BOOK.ads, line_items=items))


def test_five_hundred_bookings_that_are_alike_share_one_slot() -> None:
    asked = with_items(*(one(f"i{n:03}", 0, 27, 1) for n in range(500)))
    said, short = shortfalls(asked)
    assert sum(booking.planned for booking in said.bookings) == 28
    assert len(short) == 472
    assert said.optimal


def test_bookings_that_are_alike_get_the_same_and_keep_their_own_rules() -> None:
    asked = with_items(*(one(f"i{n:02}", 0, 27, 4, pacing="even") for n in range(10)))
    planned = [booking.planned for booking in shortfalls(asked)[0].bookings]
    assert sum(planned) == 28
    assert set(planned) == {2, 3}


def test_goals_beyond_reason_and_flights_of_ten_years() -> None:
    asked = with_items(one("reason", 0, 9, 10**12), one("decade", -1800, 1800, 5000, pacing="even"))
    said, (short,) = shortfalls(asked)
    assert (short.booking.line_item, short.booking.planned) == ("reason", 10)
    assert short.booking.short == 10**12 - 10
    assert said.optimal


def test_a_takeover_that_never_runs_is_named_with_who_is_in_its_way() -> None:
    sponsor = one("sponsor", 0, 6, 7, tier="sponsorship", rate=Fraction(900))
    takeover = one("takeover", 0, 4, None, tier="sponsorship", exclusive="issue")
    (short,) = shortfalls(with_items(sponsor, takeover))[1]
    assert (short.booking.line_item, short.booking.issues, short.booking.short) == ("takeover", 0, 5)
    assert short.rivals == ("sponsor",)


def test_a_paid_booking_without_a_goal_that_never_runs_is_named() -> None:
    first = one("first", 0, 27, 28, tier="sponsorship")
    (short,) = shortfalls(with_items(first, one("endless", 0, 27, None)))[1]
    assert (short.booking.line_item, short.rivals, short.booking.short) == ("endless", ("first",), 0)


def test_a_plan_that_no_search_made_better_says_how_far_it_may_be_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = book(7, 40, 28, 4, 4)
    searched = solved(asked)
    monkeypatch.setattr(Solver, "whole", lambda *_, **__: (None, False))
    rounded = solved(asked)
    assert searched.gap < rounded.gap < 0.5


def test_progress_counts_up_to_its_end() -> None:
    steps: list[tuple[int, int]] = []
    solved(newsroom_book(5, 6, 10), progress=lambda done, everything: steps.append((done, everything)))
    assert steps == [(step, len(steps)) for step in range(1, len(steps) + 1)]
    assert len(steps) > 2


def test_ctrl_c_leaves_a_plan_that_keeps_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = newsroom_book(5, 30, 28)
    best = shortfall(solved(asked))

    def stop(done: int, everything: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    found = solved(asked, progress=stop)
    assert not found.complete
    assert len(bookings(asked)) == 30
    assert shortfall(found)[:2] == best[:2]
    assert sum(shortfall(found)) >= sum(best)
