"""Issues with bookings, small enough to try every plan, and wild enough to meet every rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

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
    Policy,
    RunAd,
    Section,
    Sensitive,
    Slot,
    Story,
)
from digest.model.rates import Cpm
from digest.place import PlaceRequest

DAY = date(2026, 1, 23)
SEEN = datetime(2026, 1, 22, tzinfo=UTC)
SECTIONS = ("news", "crime", "health")
WORDS = ("calm", "recall", "Shooting", "C++ guide", "recalled", "murder_case")
TIERS = st.sampled_from(("sponsorship", "standard", "standard", "bulk", "house"))
RATES: st.SearchStrategy[Fraction | Cpm] = st.sampled_from(
    (
        Fraction(0),
        Fraction(0),
        Fraction(10),
        Fraction(25, 2),
        Fraction(100, 3),
        Fraction(30),
        Cpm(Fraction(10)),
    )
)
FLAGS = st.frozensets(st.sampled_from(("no_ads", "opinion", "sensitive")), max_size=1)
NO_LABELS: frozenset[str] = frozenset()
LABELS = st.sampled_from((NO_LABELS, NO_LABELS, frozenset({"x"}), frozenset({"y", "x"}), frozenset({"z"})))
EDITIONS = (
    Edition(name="daily", expected_sends=1000),
    Edition(name="weekly", cadence="weekly", weekdays=frozenset({4}), expected_sends=300),
)


@st.composite
def lineups(draw: st.DrawFn, most: int = 8) -> Lineup:
    """One to ``most`` stories in up to three sections, some with flags or words that rules look for."""
    sections, at = [], 0
    for name in draw(st.lists(st.sampled_from(SECTIONS), min_size=1, max_size=3, unique=True)):
        entries = []
        for _ in range(draw(st.integers(1, max(1, min(4, most - at))))):
            at += 1
            entries.append(draw(entry(at, name)))
        sections.append(Section(id=name, title=name.title(), entries=tuple(entries)))
        if at >= most:
            break
    return Lineup(sections=tuple(sections))


@st.composite
def entry(draw: st.DrawFn, position: int, section: str) -> Entry:
    word = draw(st.sampled_from(("", "", "", *WORDS)))
    flags = draw(st.one_of(st.just(frozenset[str]()), st.just(frozenset[str]()), FLAGS))
    story = Story(
        id=f"s{position}",
        url=f"https://news.example/{position}",
        title=f"Story {position} {word}",
        tags=draw(st.sampled_from(((), (), ("recall",)))),
        first_seen=SEEN,
    )
    return Entry(position=position, story=story, section=section, score=1.0, flags=flags)


SLOTS = (
    Slot(id="stream", position="between_stories", sizes=("600x150", "300x250"), native=True),
    Slot(
        id="banded",
        position="between_stories",
        native=True,
        first_after=2,
        bands={"upper": Fraction(3), "middle": Fraction(3, 2)},
    ),
    Slot(id="top", position="top", sizes=("600x150",)),
    Slot(id="head", position="section_start", native=True),
    Slot(id="tail", position="section_end", sizes=("300x250",), native=True),
    Slot(id="footer", position="end", sizes=("600x150",), native=True),
)
SLOT_IDS = st.sampled_from([slot.id for slot in SLOTS])
SENSITIVE = Sensitive(sections=frozenset({"crime"}), keywords=("shooting",))
NATIVE = Creative(id="native", url="https://a.example", headline="Hello")
BANNER = Creative(
    id="banner", url="https://a.example", image="https://a.example/b.png", size="600x150", alt="Hi"
)
BOX = Creative(id="box", url="https://a.example", image="https://a.example/c.png", size="300x250", alt="Hi")


EXCLUSIONS: st.SearchStrategy[str | int] = st.one_of(st.sampled_from(("issue", "none")), st.integers(2, 4))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    return Policy(
        max_ads=draw(st.sampled_from((*[4] * 5, 3, 3, 2, 1, 0))),
        max_ratio=draw(
            st.sampled_from((Fraction(1, 2), Fraction(1), Fraction(1), Fraction(1, 3), Fraction(1, 4)))
        ),
        min_gap=draw(st.integers(0, 3)),
        max_per_advertiser=draw(st.sampled_from((*[1] * 5, 2, 2))),
        competitive_exclusion=draw(EXCLUSIONS),
        adjacency_radius=draw(st.sampled_from((1, 1, 0, 2))),
        suppress_near=draw(
            st.sampled_from((("no_ads",), (), ("no_ads", "opinion"), ("opinion", "sensitive")))
        ),
        sensitive=draw(
            st.sampled_from((Sensitive(), Sensitive(sections=frozenset({"crime"}), keywords=("shooting",))))
        ),
    )


FLIGHTS = st.sampled_from(
    (
        *[Flight(start=date(2026, 1, 1), end=date(2026, 1, 31))] * 7,
        Flight(start=date(2026, 1, 20), end=date(2026, 2, 20), days=frozenset({1, 4})),
        Flight(dates=(date(2026, 1, 16), DAY, date(2026, 1, 26))),
        Flight(start=date(2026, 1, 24), end=date(2026, 2, 20)),
    )
)
GOALS = st.sampled_from(
    (
        None,
        None,
        None,
        Goal(unit="issues", amount=10),
        Goal(unit="issues", amount=2),
        Goal(unit="sends", amount=4000),
    )
)
ADJACENCIES = st.sampled_from(
    (
        Adjacency(),
        Adjacency(),
        Adjacency(avoid_sections=frozenset({"crime"})),
        Adjacency(avoid_keywords=("recall", "c++")),
        Adjacency(avoid_flags=frozenset({"sensitive"})),
    )
)


@st.composite
def line_items(draw: st.DrawFn, number: int, count: int) -> LineItem:
    tier = draw(TIERS)

    def often(usual: Any, *rare: Any) -> Any:
        return draw(st.sampled_from((*[usual] * 7, *rare)))

    fields: dict[str, Any] = {
        "flight": None if tier == "house" and draw(st.booleans()) else draw(FLIGHTS),
        "advertiser": None if tier == "house" and draw(st.booleans()) else f"a{draw(st.integers(0, 5))}",
        "slots": tuple(
            draw(st.lists(st.sampled_from([slot.id for slot in SLOTS]), min_size=1, max_size=3, unique=True))
        ),
        "creatives": draw(st.sampled_from(((NATIVE,), (BANNER, NATIVE), (BANNER,), (NATIVE, BOX, BANNER)))),
    }
    goal = draw(GOALS) if fields["flight"] else None
    companions = (f"i{draw(st.integers(0, count - 1))}",) if often(False, True) else ()
    return LineItem(
        id=f"i{number}",
        tier=tier,
        goal=goal,
        rate=draw(RATES),
        priority=draw(st.sampled_from((8, 8, 8, 1, 12, 16))),
        editions=often(None, ("daily",), ("weekly",)),
        sections=often(None, ("news",), ("health", "crime")),
        pacing=draw(st.sampled_from(("even", "frontloaded", "asap"))),
        frequency_cap=often(
            None, FrequencyCap(max_issues=1, per_days=3), FrequencyCap(max_issues=2, per_days=30)
        ),
        adjacency=draw(ADJACENCIES),
        exclusive=often("none", "section", "issue"),
        companions=tuple(name for name in companions if name != f"i{number}"),
        rotation=draw(st.sampled_from(("sequential", "even", "weighted"))),
        **fields,
    )


@st.composite
def ledgers(draw: st.DrawFn, count: int) -> tuple[RunAd, ...]:
    """Rows of earlier, same and later dates, of line items that may be gone."""
    rows = {}
    for _ in range(draw(st.integers(0, 6))):
        day = DAY + timedelta(days=draw(st.sampled_from((-30, -7, -3, -2, -1, -1, 0, 1))))
        edition = draw(st.sampled_from(EDITIONS))
        item = f"i{draw(st.integers(0, count))}"
        receipt = draw(st.booleans())
        rows[item, edition.name, day] = RunAd(
            edition=edition.name,
            date=day,
            line_item=item,
            creative=draw(st.sampled_from(("native", "banner", "box", "gone"))),
            advertiser="renamed",
            tier="standard",
            slot="stream",
            gap=1,
            sends=700 if receipt else edition.expected_sends,
            delivered=receipt,
        )
    return tuple(rows.values())


@st.composite
def requests(draw: st.DrawFn, most_items: int = 5, most_stories: int = 8) -> PlaceRequest:
    count = draw(st.integers(1, most_items))
    advertisers = {f"a{i}": Advertiser(id=f"a{i}", name=f"A{i}", labels=draw(LABELS)) for i in range(6)}
    ads = AdBook(
        policy=draw(policies()),
        slots=SLOTS,
        advertisers=advertisers,
        line_items=tuple(draw(line_items(number, count)) for number in range(count)),
    )
    return PlaceRequest(
        ads=ads,
        editions=EDITIONS,
        edition=EDITIONS[draw(st.sampled_from((0, 0, 1)))],
        day=DAY,
        lineup=draw(lineups(most_stories)),
        ran_ads=draw(ledgers(count)),
    )
