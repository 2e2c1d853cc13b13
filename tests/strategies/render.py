"""Newsrooms, lineups and plans as rendering sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import strategies as st

from digest import model as m
from digest.model.mail import MailerSpec

DAY = date(2026, 1, 23)
SLOTS = (
    m.Slot(id="top_banner", position="top", sizes=("600x150",)),
    m.Slot(id="section_header", position="section_start", native=True),
    m.Slot(id="section_foot", position="section_end", native=True),
    m.Slot(id="in_stream", position="between_stories", sizes=("300x250",), native=True),
    m.Slot(id="footer", position="end", native=True),
)
BANNER = m.Creative(
    id="banner", url="https://ads.example/b?x=1&y=2", image="https://ads.example/b.png", size="600x150",
    alt="Gleammour: whiter in 14 days", text="Gleammour AquaFresh - whiter in 14 days.",
)  # fmt: skip
NATIVE = m.Creative(
    id="native",
    url="https://ads.example/n",
    headline="A fresher morning",
    body="Two minutes is all.",
    cta="Try it",
)
HOUSE = m.Creative(
    id="advertise", url="https://news.example/advertise", headline="Advertise here", cta="Book a slot"
)
BOOK = m.AdBook(
    slots=SLOTS,
    advertisers={"gleammour": m.Advertiser(id="gleammour", name="Gleammour")},
    line_items=(
        m.LineItem(id="aquafresh", advertiser="gleammour", creatives=(BANNER, NATIVE)),
        m.LineItem(id="advertise-here", tier="house", creatives=(HOUSE,)),
    ),
)


def newsroom(
    root: Path, *, theme: str = "lively", mailer: str = "plain", locale: str = "en_US"
) -> m.Newsroom:
    """A newsroom in ``root`` with one daily edition."""
    return m.Newsroom(
        root=root,
        publication=m.Publication(
            name="The Harbor Times", url="https://news.example", address="1 Pier Road, Port", locale=locale
        ),
        store="sqlite://",
        mailing=MailerSpec(dialect=mailer),
        sources=(),
        sections=(),
        editions=(m.Edition(name="daily", sender="News <news@news.example>"),),
        ranking=m.Ranking(),
        thin=m.Thin(),
        links=m.Links(parameters={"utm_source": "{edition}"}),
        size_budget=10_000_000,
        look=m.Look(theme=theme),
        ads=BOOK,
        inputs={},
    )


def story(
    number: int, title: str = "", *, image: bool = False, summary: str = "What happened, in a line."
) -> m.Story:
    """One article with an id such as ``s7``."""
    return m.Story(
        id=f"s{number}",
        url=f"https://news.example/2026/{number}?a=1&b=2#top",
        title=title or f"Story number {number}",
        summary=summary,
        source="Harbor Times",
        image=m.Image(url=f"https://news.example/{number}.jpg", width=1200, height=800, alt="A pier")
        if image
        else None,
        first_seen=datetime(2026, 1, 23, tzinfo=UTC),
    )


def lineup(*sizes: int, titles: Sequence[str] = (), images: bool = True) -> m.Lineup:
    """Sections ``a``, ``b``, ... of so many stories; every other one has a picture."""
    sections, position = [], 0
    for index, size in enumerate(sizes):
        name, entries = "abcdefghijklmnop"[index], []
        for _ in range(size):
            position += 1
            title = titles[position - 1] if position <= len(titles) else ""
            one = story(position, title, image=images and position % 2 == 1)
            entries.append(m.Entry(position=position, story=one, section=name, score=1.0))
        sections.append(m.Section(id=name, title=f"Section {name.upper()}", entries=tuple(entries)))
    return m.Lineup(sections=tuple(sections))


def placed(slot: str, gap: int, *, creative: str = "native", item: str = "aquafresh") -> m.Placement:
    """An ad of the book in a slot at a gap."""
    house = item == "advertise-here"
    return m.Placement(
        line_item=item,
        creative="advertise" if house else creative,
        advertiser=None if house else "gleammour",
        tier="house" if house else "standard",
        slot=slot,
        gap=gap,
        section=None,
        because="",
    )


def plan(*ads: m.Placement) -> m.Plan:
    return m.Plan(placed=ads)


def with_title(lineup: m.Lineup, title: str, summary: str) -> m.Lineup:
    """The lineup with words of the first story replaced."""
    first = lineup.sections[0]
    entry = replace(first.entries[0], story=replace(first.entries[0].story, title=title, summary=summary))
    section = replace(first, entries=(entry, *first.entries[1:]))
    return m.Lineup(sections=(section, *lineup.sections[1:]))


words = st.text(
    st.one_of(
        st.sampled_from("<>&\"'{}%*|[]$#@=-~ \u00a0\u2026éñ漢字עברעربي"),
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")),
    ),
    max_size=60,
)
