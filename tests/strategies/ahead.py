"""Spans of a few coming issues with a few bookings, small enough to try every plan."""

from __future__ import annotations

from datetime import date, time, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from digest.model import (
    AdBook,
    Advertiser,
    Creative,
    Edition,
    Flight,
    FrequencyCap,
    Goal,
    LineItem,
    Policy,
    RunAd,
    Slot,
)
from digest.place.forecast import ForecastInputs, IssueDate, typical

FIRST = date(2026, 1, 22)  # a Thursday: the weekly follows on the next day
NATIVE = Creative(id="native", url="https://a.example", headline="Hello")
SLOTS = (
    Slot(id="top", position="top", native=True, bands={"upper": Fraction(3)}),
    Slot(
        id="stream",
        position="between_stories",
        native=True,
        bands={"upper": Fraction(2), "lower": Fraction(1, 2)},
    ),
    Slot(id="footer", position="end", native=True),
)
DAILY = Edition(name="daily", expected_sends=1000)
WEEKLY = Edition(name="weekly", cadence="weekly", weekdays=frozenset({4}), expected_sends=300)
EVENING = Edition(
    name="evening", cutoff=time(17), expected_sends=300
)  # it sees what the daily of its date ran
TIERS = st.sampled_from(("sponsorship", "standard", "standard", "bulk", "house"))
RATES = st.sampled_from((Fraction(0), Fraction(10), Fraction(25, 2), Fraction(100, 3)))


@st.composite
def line_items(draw: st.DrawFn, number: int, count: int, days: int) -> LineItem:
    often: Any = lambda usual, *rare: draw(st.sampled_from((usual, usual, usual, *rare)))  # noqa: E731
    start = FIRST + timedelta(days=draw(st.integers(-2, days - 1)))
    end = start + timedelta(days=draw(st.integers(0, days + 1)))
    goal = draw(
        st.sampled_from(
            (None, *(Goal(unit="issues", amount=n) for n in (1, 2, 3)), Goal(unit="sends", amount=1800))
        )
    )
    fields: dict[str, Any] = {
        "advertiser": f"a{draw(st.integers(0, 2))}",
        "slots": tuple(
            draw(st.lists(st.sampled_from(("top", "stream", "footer")), min_size=1, max_size=2, unique=True))
        ),
    }
    mate = draw(st.integers(0, count - 1))
    return LineItem(
        id=f"i{number}",
        tier=draw(TIERS),
        flight=Flight(start=start, end=end),
        editions=("daily",) if goal and goal.unit == "sends" else often(("daily",), None, None, ("weekly",)),
        sections=often(None, ("news",), ("health",)),
        goal=goal,
        pacing=draw(st.sampled_from(("even", "frontloaded", "asap"))),
        rate=draw(RATES),
        frequency_cap=often(None, FrequencyCap(max_issues=1, per_days=2)),
        exclusive=often("none", "section", "issue"),
        companions=often((), (f"i{mate}",)) if mate != number else (),
        creatives=(NATIVE,),
        **fields,
    )


@st.composite
def ledgers(draw: st.DrawFn, count: int, built: frozenset[IssueDate]) -> tuple[RunAd, ...]:
    rows = {}
    for _ in range(draw(st.integers(0, 4))):
        issue = draw(
            st.sampled_from(
                [IssueDate(FIRST - timedelta(days=n), "daily") for n in (1, 2, 5)] + sorted(built)
            )
        )
        item = f"i{draw(st.integers(0, count))}"
        rows[item, issue] = RunAd(
            edition=issue.edition,
            date=issue.date,
            line_item=item,
            creative="native",
            advertiser="a0",
            tier="standard",
            slot="stream",
            gap=1,
            sends=700,
            delivered=draw(st.booleans()),
        )
    return tuple(rows.values())


@st.composite
def outlooks(draw: st.DrawFn, most_items: int = 3, most_days: int = 4) -> ForecastInputs:
    count, days = draw(st.integers(1, most_items)), draw(st.integers(1, most_days))
    labels = st.sampled_from((frozenset[str](), frozenset({"x"})))
    exclusion: st.SearchStrategy[str | int] = st.sampled_from(("issue", "none", 2))
    ads = AdBook(
        policy=Policy(
            max_ads=draw(st.sampled_from((1, 2, 3))),
            max_ratio=Fraction(1, 2),
            min_gap=draw(st.integers(0, 3)),
            max_per_advertiser=draw(st.sampled_from((1, 1, 2))),
            competitive_exclusion=draw(exclusion),
        ),
        slots=SLOTS,
        advertisers={f"a{i}": Advertiser(id=f"a{i}", name=f"A{i}", labels=draw(labels)) for i in range(3)},
        line_items=tuple(draw(line_items(number, count, days)) for number in range(count)),
    )
    editions = draw(st.sampled_from(((DAILY,), (DAILY, WEEKLY), (EVENING, DAILY))))
    facts = (IssueDate(FIRST, edition.name) for edition in editions if edition is not WEEKLY)
    built = draw(st.sampled_from((frozenset[IssueDate](), *(frozenset({one}) for one in facts))))
    return ForecastInputs(
        ads=ads,
        editions=editions,
        first=FIRST,
        last=FIRST + timedelta(days=days - 1),
        lineups={
            "daily": typical([("news", "News", draw(st.integers(1, 3))), ("health", "Health", 2)]),
            "weekly": typical([("news", "News", 2)]),
            "evening": typical([("news", "News", 2)]),
        },
        ran_ads=draw(ledgers(count, built)),
        built=built,
    )


@st.composite
def crowded(draw: st.DrawFn) -> ForecastInputs:
    """One place an issue, and more who want it than there are days."""
    count, days = draw(st.integers(2, 4)), draw(st.integers(2, 5))
    items = tuple(draw(crowding(number, days)) for number in range(count))
    return ForecastInputs(
        ads=AdBook(
            policy=Policy(max_ads=1, max_ratio=Fraction(1)),
            slots=SLOTS,
            advertisers={f"a{i}": Advertiser(id=f"a{i}", name=f"A{i}") for i in range(count)},
            line_items=items,
        ),
        editions=(DAILY,),
        first=FIRST,
        last=FIRST + timedelta(days=days - 1),
        lineups={"daily": typical([("news", "News", 3)])},
    )


@st.composite
def crowding(draw: st.DrawFn, number: int, days: int) -> LineItem:
    start = FIRST + timedelta(days=draw(st.integers(-1, days - 1)))
    end = start + timedelta(days=draw(st.integers(0, days + 1)))
    amount = draw(st.integers(0, days))
    return LineItem(
        id=f"i{number}",
        advertiser=f"a{number}",
        tier=draw(st.sampled_from(("standard", "standard", "bulk"))),
        flight=Flight(start=start, end=end),
        slots=("top",),
        goal=Goal(unit="issues", amount=amount) if amount else None,
        pacing=draw(st.sampled_from(("even", "frontloaded", "asap"))),
        rate=draw(RATES),
        creatives=(NATIVE,),
    )


@st.composite
def sections_apart(draw: st.DrawFn) -> ForecastInputs:
    """One issue, and bookings that keep each other out of sections: only a look at the places tells who fits."""
    count = draw(st.integers(2, 4))
    slots = st.sampled_from((("stream",), ("stream", "footer"), ("top", "stream")))
    items = tuple(
        LineItem(
            id=f"i{number}",
            advertiser=f"a{number}",
            flight=Flight(start=FIRST, end=FIRST),
            slots=draw(slots),
            sections=draw(st.sampled_from((None, None, ("news",), ("health",)))),
            exclusive=draw(st.sampled_from(("none", "section", "section"))),
            rate=draw(RATES),
            creatives=(NATIVE,),
        )
        for number in range(count)
    )
    return ForecastInputs(
        ads=AdBook(
            policy=Policy(
                max_ads=4, max_ratio=Fraction(1), min_gap=draw(st.integers(0, 2)), competitive_exclusion=3
            ),
            slots=SLOTS,
            advertisers={
                f"a{i}": Advertiser(
                    id=f"a{i}", name=f"A{i}", labels=frozenset({"x"} if draw(st.booleans()) else ())
                )
                for i in range(count)
            },
            line_items=items,
        ),
        editions=(DAILY,),
        first=FIRST,
        last=FIRST,
        lineups={"daily": typical([("news", "News", draw(st.integers(1, 3))), ("health", "Health", 2)])},
    )
