"""What follows from a plan: builds that follow it, what can still be sold, and who will end short."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import CommandError
from digest.model import AdBook, Advertiser, Edition, Flight, FrequencyCap, Goal, LineItem, Policy, RunAd
from digest.place import PlaceRequest, place
from digest.place.forecast import (
    ForecastInputs,
    IssueDate,
    avails,
    brings,
    day_by_day,
    guided,
    plan,
    short_day_by_day,
    shortfalls,
    typical,
)
from tests.examples import examples
from tests.following import followed
from tests.strategies.ahead import DAILY, FIRST, NATIVE, SLOTS, WEEKLY, crowded, outlooks

LINEUPS = {"daily": typical([("news", "News", 3)]), "weekly": typical([("news", "News", 3)])}


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def item(name: str, first: int, last: int, amount: int | None = None, **fields: Any) -> LineItem:
    """A booking of the top place for some days, counted from the first day of the span."""
    given: dict[str, Any] = {
        "id": name,
        "advertiser": name,
        "flight": Flight(start=day(first), end=day(last)),
        "slots": ("top",),
        "pacing": "asap",
        "goal": Goal(unit="issues", amount=amount) if amount else None,
        "creatives": (NATIVE,),
    }
    return LineItem(**(given | fields))


def outlook(*items: LineItem, days: int = 4, **fields: Any) -> ForecastInputs:
    given: dict[str, Any] = {
        "ads": AdBook(
            policy=Policy(max_ads=1, max_ratio=Fraction(1)),
            slots=SLOTS,
            advertisers={one.id: Advertiser(id=one.id, name=one.id) for one in items},
            line_items=items,
        ),
        "editions": (DAILY,),
        "first": FIRST,
        "last": day(days - 1),
        "lineups": LINEUPS,
    }
    return ForecastInputs(**(given | fields))


def days_of(asked: ForecastInputs, name: str) -> list[int]:
    return [(run.date - FIRST).days for run in plan(asked).of(name)]


FLEXIBLE = item("flexible", 0, 2, 1, rate=Fraction(100))
BOUND = item("bound", 0, 0, 1, rate=Fraction(50))


def test_a_booking_with_one_day_is_not_starved_by_one_with_three() -> None:
    asked = outlook(FLEXIBLE, BOUND)
    assert days_of(asked, "bound") == [0]
    assert days_of(asked, "flexible") == [1]


def test_day_by_day_it_is_and_with_a_horizon_it_is_not() -> None:
    asked = outlook(FLEXIBLE, BOUND)
    request = PlaceRequest(
        ads=asked.ads, editions=(DAILY,), edition=DAILY, day=FIRST, lineup=LINEUPS["daily"]
    )
    assert [ad.line_item for ad in place(request).placed] == ["flexible"]
    followed = place(guided(request, LINEUPS, 28))
    assert [ad.line_item for ad in followed.placed] == ["bound"]
    assert "the plan over the coming 28 days runs it in this issue" in followed.placed[0].because
    (refused,) = followed.refused
    assert f"the plan over the coming 28 days runs it on {day(1)}" in refused.reason
    assert "(daily)" not in refused.reason, "its own edition is not named"


def test_a_paused_line_item_is_planned_for_other_days() -> None:
    from digest.model import Overrides

    asked = outlook(FLEXIBLE)
    request = PlaceRequest(
        ads=asked.ads, editions=(DAILY,), edition=DAILY, day=FIRST, lineup=LINEUPS["daily"],
        overrides=Overrides(pause=("flexible",)),
    )  # fmt: skip
    led = guided(request, LINEUPS, 28)
    assert led.prefer == ()
    assert str(day(1)) in led.ahead["flexible"]


def test_a_goal_keeps_its_pace_beside_a_booking_without_one() -> None:
    paced = item("paced", 0, 3, 2, pacing="even", rate=Fraction(1))
    endless = item("endless", 0, 1, rate=Fraction(900))
    assert days_of(outlook(paced, endless), "paced") == [0, 2]


def test_a_lower_tier_takes_nothing_from_a_sponsor_without_a_goal() -> None:
    sponsor = item("sponsor", 0, 3, tier="sponsorship")
    bulk = item("bulk", 0, 3, 2, tier="bulk")
    asked = outlook(sponsor, bulk)
    assert days_of(asked, "sponsor") == [0, 1, 2, 3]
    assert days_of(asked, "bulk") == []


def test_a_dearer_booking_of_a_lower_tier_takes_no_day_of_one_that_has_no_goal() -> None:
    standard = item("standard", 0, 3, rate=Fraction(1))
    bulk = item("bulk", 0, 3, tier="bulk", rate=Fraction(900))
    asked = outlook(bulk, standard)
    assert (days_of(asked, "standard"), days_of(asked, "bulk")) == ([0, 1, 2, 3], [])


def test_sends_of_unequal_editions_are_counted_as_they_are() -> None:
    """1,300 sends are the daily and the weekly of one Friday, or two dailies."""
    both = item("both", 1, 1, slots=("top",), goal=Goal(unit="sends", amount=1300))
    asked = outlook(both, editions=(DAILY, WEEKLY))
    (found,) = plan(asked).bookings
    assert (found.planned, found.short) == (1300, 0)


def test_a_flight_that_goes_on_gives_way_to_one_that_ends() -> None:
    ends = item("ends", 2, 3, 2)
    goes_on = item("goes-on", 0, 9, 10, tier="standard")
    assert days_of(outlook(goes_on, ends), "ends") == [2, 3]


def ran(name: str, number: int, edition: Edition = DAILY) -> RunAd:
    return RunAd(
        edition=edition.name, date=day(number), line_item=name, creative="native", advertiser="was-called-so",
        tier="standard", slot="top", gap=0,
    )  # fmt: skip


def test_a_goal_lowered_below_what_ran_is_neither_short_nor_planned() -> None:
    asked = outlook(item("done", -3, 3, 1), ran_ads=(ran("done", -2), ran("done", -1)))
    (found,) = plan(asked).bookings
    assert (found.delivered, found.planned, found.short) == (2, 0, 0)


def test_built_issues_are_facts() -> None:
    built = frozenset({IssueDate(day(1), "daily")})
    asked = outlook(item("one", 0, 3, 2), built=built, ran_ads=(ran("one", 1), ran("deleted", 1)))
    schedule = plan(asked)
    assert [(run.line_item, run.built) for run in schedule.in_issue(IssueDate(day(1), "daily"))] == [
        ("one", True),
        ("deleted", True),
    ]
    assert (schedule.bookings[0].delivered, schedule.bookings[0].planned) == (1, 1)


def test_what_a_built_issue_ran_counts_for_the_pace_of_the_days_after_it() -> None:
    paced = item("paced", 0, 7, 4, pacing="even")
    morning = {"built": frozenset({IssueDate(FIRST, "daily")}), "ran_ads": (ran("paced", 0),)}
    assert days_of(outlook(paced, days=8), "paced") == [0, 2, 4, 6]
    assert days_of(outlook(paced, days=8, **morning), "paced") == [0, 2, 4, 6]


def test_a_flight_that_never_meets_the_span_is_no_trouble() -> None:
    asked = outlook(item("later", 40, 50, 3), item("over", -9, -5, 3))
    assert plan(asked).ads == ()
    assert shortfalls(asked)[1] == ()


def test_a_flight_of_ten_years() -> None:
    asked = outlook(item("decade", -2000, 1650, 1000, pacing="even"), days=28)
    (found,) = plan(asked).bookings
    assert not found.final
    assert found.short == max(0, (found.due or 0) - found.planned)


def test_two_who_want_the_same_days_are_overbooked_and_named() -> None:
    asked = outlook(item("one", 0, 3, 3), item("other", 0, 3, 3))
    schedule, short = shortfalls(asked)
    assert sum(booking.short for booking in schedule.bookings) == 2
    (found,) = short
    assert (found.booking.line_item, found.booking.short, found.alone) == ("other", 2, 0)
    assert found.rivals == ("one",)


def test_what_nobody_else_is_to_blame_for() -> None:
    asked = outlook(item("late", -9, 1, 9))
    (found,) = shortfalls(asked)[1]
    assert (found.booking.short, found.alone, found.rivals, found.homeless) == (7, 7, (), False)


def test_a_booking_that_no_typical_issue_has_a_place_for() -> None:
    asked = outlook(item("lost", 0, 3, 2, sections=("crime",)))
    (found,) = shortfalls(asked)[1]
    assert found.homeless


@given(outlooks())
def test_the_order_of_advertisers_and_of_the_ledger_does_not_matter(asked: ForecastInputs) -> None:
    turned = replace(
        asked,
        ads=replace(asked.ads, advertisers=dict(reversed(list(asked.ads.advertisers.items())))),
        ran_ads=tuple(reversed(asked.ran_ads)),
    )
    assert replace(plan(turned), ads=()) == replace(plan(asked), ads=())
    assert set(plan(turned).ads) == set(plan(asked).ads)


def guests(asked: ForecastInputs, where: IssueDate, count: int) -> ForecastInputs:
    """The same with so many new bookings for one issue."""
    new = tuple(
        LineItem(
            id=f"guest{n}",
            advertiser=f"guest{n}",
            flight=Flight(start=where.date, end=where.date),
            editions=(where.edition,),
            slots=("top",),
            goal=Goal(unit="issues", amount=1),
            creatives=(NATIVE,),
        )
        for n in range(count)
    )
    return replace(asked, ads=replace(asked.ads, line_items=(*asked.ads.line_items, *new)))


def shortfall(asked: ForecastInputs) -> int:
    return sum(booking.short for booking in plan(asked).bookings)


def all_booked(asked: ForecastInputs) -> ForecastInputs:
    """The same where every booking has a goal, and none may run ahead of what is due by the end of the span, so that
    a shortfall tells all."""
    items = tuple(
        one
        if one.flight and one.flight.last and one.flight.last <= asked.last
        else replace(one, pacing="even")
        for one in asked.ads.line_items
        if one.goal and one.tier != "house"
    )
    return replace(asked, ads=replace(asked.ads, line_items=items))


@examples(40)
@given(crowded().map(all_booked), st.data())
def test_what_is_free_can_be_sold_and_not_one_more(asked: ForecastInputs, data: st.DataObject) -> None:
    (found,) = avails(asked, ["top"])
    one = data.draw(st.sampled_from(found.issues))
    before = shortfall(asked)
    assert shortfall(guests(asked, one.issue, one.free)) == before
    assert shortfall(guests(asked, one.issue, one.free + 1)) > before


def test_avails_count_over_the_span_what_single_issues_cannot() -> None:
    """One flexible booking leaves each of three days free, but only two of them together."""
    (found,) = avails(outlook(FLEXIBLE, days=3), ["top"])
    assert [one.free for one in found.issues] == [1, 1, 1]
    assert found.total == 2


def test_a_sponsor_without_a_goal_is_not_sold_away_and_a_house_ad_is() -> None:
    sponsor, house = item("sponsor", 0, 0), item("house", 1, 1, tier="house")
    (found,) = avails(outlook(sponsor, house, days=3), ["top"])
    assert [one.free for one in found.issues] == [0, 1, 1]


def test_an_unknown_slot() -> None:
    with pytest.raises(CommandError, match='no slot "tpo"'):
        avails(outlook(FLEXIBLE), ["tpo"])


def test_five_hundred_line_items() -> None:
    items = tuple(
        item(f"i{n:03}", n % 30, n % 30 + 9, 1 + n % 3, slots=("top", "stream"), rate=Fraction(n % 7))
        for n in range(500)
    )
    schedule = plan(outlook(*items, days=28))
    assert all(len(schedule.in_issue(issue)) == 1 for issue in schedule.issues)


@examples(40)
@given(crowded())
def test_builds_that_follow_the_plan_deliver_what_it_promised(asked: ForecastInputs) -> None:
    promised = {p.line_item: p for p in plan(asked).bookings}
    after = replace(
        asked,
        ran_ads=followed(asked, lambda today: (asked.last - today).days + 1).rows,
        built=frozenset(asked.issues()),
    )
    final = [p for p in plan(after).bookings if p.final]
    assert {p.line_item: p.short for p in final} == {p.line_item: promised[p.line_item].short for p in final}


def test_day_by_day_tells_what_builds_would_do() -> None:
    found = day_by_day(outlook(FLEXIBLE, BOUND))
    assert [(run.line_item, run.date) for run in found.ads] == [("flexible", FIRST)]
    assert [p.short for p in found.bookings] == [0, 1]
    (short,) = short_day_by_day(outlook(FLEXIBLE, BOUND))[1]
    assert (short.booking.line_item, short.rivals) == ("bound", ("flexible",))


@given(outlooks())
def test_no_tier_is_served_better_day_by_day(asked: ForecastInputs) -> None:
    """Of the highest tier with a goal that ends, the plan is never shorter of issues."""
    exact, daily = plan(asked), day_by_day(asked)
    ended = [p for p in exact.bookings if p.final and p.tier == "sponsorship" and p.unit == "issues"]
    names = {p.line_item for p in ended}
    assert sum(p.short for p in ended) <= sum(p.short for p in daily.bookings if p.line_item in names)


def test_a_flight_as_soon_as_possible_that_goes_on_is_not_short_while_it_is_on_time() -> None:
    (found,) = plan(outlook(item("soon", 0, 99, 50), days=10)).bookings
    assert (found.planned, found.due, found.short, found.final) == (10, 5, 0, False)


def test_a_booking_for_some_readers_is_not_planned_into_issues_for_everybody() -> None:
    some = item("some", 0, 3, audience={"region": ("tampa",)})
    asked = outlook(some, item("all", 0, 3, 4))
    said, short = shortfalls(asked)
    assert {ad.line_item for ad in said.ads} == {"all"}
    assert short == ()


def test_a_higher_priority_of_a_tier_is_served_before_a_lower_one() -> None:
    first, later = item("first", 0, 3, 4), item("later", 0, 3, 4, priority=12)
    assert [b.short for b in plan(outlook(first, later)).bookings] == [4, 0]


def test_the_evening_issue_counts_what_the_morning_issue_of_its_date_ran() -> None:
    evening = replace(DAILY, name="evening", cutoff=time(17))
    both = item("both", 0, 0, slots=("top",), frequency_cap=FrequencyCap(max_issues=1, per_days=1))
    asked = outlook(both, days=1, editions=(evening, DAILY), lineups={**LINEUPS, "evening": LINEUPS["daily"]})
    assert [ad.edition for ad in plan(asked).ads] == ["daily"]
    built = replace(asked, built=frozenset({IssueDate(FIRST, "daily")}), ran_ads=(ran("both", 0),))
    assert [ad.edition for ad in plan(built).ads if not ad.built] == []
    not_there = replace(built, ran_ads=())
    assert [ad.edition for ad in plan(not_there).ads] == ["evening"]


def clicked(name: str, number: int, clicks: int | None) -> RunAd:
    return replace(ran(name, number), sends=500, delivered=True, clicks=clicks)


def test_clicks_are_expected_as_many_a_copy_as_there_were() -> None:
    """Ten clicks of 500 copies: 20 an issue of 1,000."""
    lead = item("lead", -2, 2, goal=Goal(unit="clicks", amount=70))
    asked = outlook(lead, ran_ads=(clicked("lead", -2, 10), clicked("lead", -1, None)))
    (found,) = plan(asked).bookings
    assert (found.unit, found.booked, found.delivered, found.planned, found.short) == (
        "clicks",
        70,
        10,
        60,
        0,
    )
    assert "20 clicks an issue expected" in found.remark
    more = replace(lead, goal=Goal(unit="clicks", amount=120))
    (short,) = shortfalls(replace(asked, ads=replace(asked.ads, line_items=(more,))))[1]
    assert (short.booking.planned, short.booking.short) == (60, 50)


@pytest.mark.parametrize("rows", [(), (clicked("lead", -1, None),), (clicked("lead", -1, 0),)])
def test_clicks_that_nobody_can_foresee_are_not_forecast(rows: tuple[RunAd, ...]) -> None:
    lead = item("lead", -2, 2, tier="sponsorship", goal=Goal(unit="clicks", amount=70))
    asked = outlook(lead, item("one", 2, 2, 1), ran_ads=rows)
    found, one = plan(asked).bookings
    assert (found.booked, found.due, found.short) == (None, None, 0)
    assert "nobody can say" in found.remark
    assert shortfalls(asked)[1] == () or one.short


def test_an_issue_brings_no_more_than_its_ad_load_takes() -> None:
    """Two slots, each free, in issues of one ad: only the dearer one counts."""
    cheap = item("cheap", 0, 0, 1, slots=("footer",), rate=Fraction(10))
    dear = item("dear", 1, 1, 1, slots=("top",), rate=Fraction(30))
    found = avails(outlook(cheap, dear, days=3), ["top", "footer"])
    assert [brings(found, number) for number in range(3)] == [0, 0, 30]
    sold = item("sold", 2, 2, 1, slots=("stream",))
    assert brings(avails(outlook(cheap, dear, sold, days=3), ["top", "footer"]), 2) == 0
