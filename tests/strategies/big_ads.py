"""Random issues of any size, from a seed: for the integer programs and the bench."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from random import Random

from digest.model import (
    AdBook,
    Adjacency,
    Advertiser,
    Creative,
    Edition,
    Entry,
    Flight,
    Goal,
    LineItem,
    Lineup,
    Policy,
    Section,
    Sensitive,
    Slot,
    Story,
)
from digest.place import PlaceRequest

DAY = date(2026, 1, 20)
SEEN = datetime(2026, 1, 20, tzinfo=UTC)
SLOTS = (
    Slot(id="top", position="top", sizes=("600x150",)),
    Slot(id="head", position="section_start", native=True),
    Slot(
        id="stream",
        position="between_stories",
        first_after=2,
        sizes=("600x150", "300x250"),
        native=True,
        bands={"upper": Fraction(3), "middle": Fraction(2), "lower": Fraction(1)},
    ),
    Slot(id="footer", position="end", sizes=("600x150",), native=True),
)
CREATIVES = (
    Creative(id="native", url="https://a.example", headline="Hello"),
    Creative(id="banner", url="https://a.example", image="https://a.example/b.png", size="600x150", alt="Hi"),
    Creative(id="box", url="https://a.example", image="https://a.example/c.png", size="300x250", alt="Hi"),
)


def issue(seed: int, stories: int, items: int, most: int) -> PlaceRequest:
    """An issue of ``stories`` stories in sections of five, ``items`` live bookings, at most ``most`` ads."""
    random = Random(seed)
    sections = [f"section-{number}" for number in range(stories // 5)]
    edition = Edition(name="daily", expected_sends=1000)
    ads = AdBook(
        policy=Policy(max_ads=most, sensitive=Sensitive(keywords=("shooting",))),
        slots=SLOTS,
        advertisers={f"a{n}": _advertiser(random, n, items) for n in range(items)},
        line_items=tuple(_line_item(random, n, items, sections) for n in range(items)),
    )
    return PlaceRequest(
        ads=ads, editions=(edition,), edition=edition, day=DAY, lineup=_lineup(random, sections), ran_ads=()
    )


def _lineup(random: Random, sections: list[str]) -> Lineup:
    entries = [
        Entry(
            position=at + 1,
            story=_story(random, at),
            section=sections[at // 5],
            score=1.0,
            flags=_flags(random),
        )
        for at in range(5 * len(sections))
    ]
    return Lineup(
        sections=tuple(
            Section(id=name, title=name, entries=tuple(entries[5 * n : 5 * n + 5]))
            for n, name in enumerate(sections)
        )
    )


def _story(random: Random, at: int) -> Story:
    word = "shooting" if random.random() < 0.1 else ""
    return Story(id=f"s{at}", url=f"https://n.example/{at}", title=f"Story {at} {word}", first_seen=SEEN)


def _flags(random: Random) -> frozenset[str]:
    return frozenset({"no_ads"}) if random.random() < 0.05 else frozenset()


def _advertiser(random: Random, number: int, items: int) -> Advertiser:
    labels = frozenset({f"label-{random.randrange(items)}"}) if random.random() < 0.4 else frozenset[str]()
    return Advertiser(id=f"a{number}", name=f"A{number}", labels=labels)


def _line_item(random: Random, number: int, items: int, sections: list[str]) -> LineItem:
    wide = random.random() < 0.5
    slots = ["stream"] if wide else random.sample([slot.id for slot in SLOTS], random.randint(1, 3))
    return LineItem(
        id=f"i{number}",
        advertiser=f"a{random.randrange(items)}",
        tier=random.choices(["sponsorship", "standard", "bulk", "house"], [1, 5, 3, 1])[0],
        flight=Flight(start=date(2026, 1, 1), end=date(2026, 1, 31)),
        slots=tuple(slots),
        sections=tuple(random.sample(sections, random.randint(1, 3))) if random.random() < 0.25 else None,
        rate=Fraction(random.randrange(10, 100) * 10),
        adjacency=_adjacency(random, sections),
        exclusive=random.choices(["none", "section", "issue"], [90, 8, 2])[0],
        goal=Goal(unit="issues", amount=random.choice((4, 10))) if random.random() < 0.5 else None,
        pacing="asap",
        companions=(f"i{random.randrange(items)}",) if random.random() < 0.06 else (),
        creatives=tuple(random.sample(CREATIVES, random.randint(1, 2))),
    )


def _adjacency(random: Random, sections: list[str]) -> Adjacency:
    avoid = frozenset({random.choice(sections)}) if random.random() < 0.3 else frozenset[str]()
    flags = frozenset({"sensitive"}) if random.random() < 0.4 else frozenset[str]()
    return Adjacency(avoid_sections=avoid, avoid_flags=flags)
