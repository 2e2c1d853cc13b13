"""Small newsrooms and stories for everything about selection."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from digest.model import (
    AdBook,
    Edition,
    Links,
    Look,
    Newsroom,
    Publication,
    Ranking,
    SectionSpec,
    Story,
    Thin,
)
from digest.select import SelectRequest, window_of

DAY = date(2026, 1, 23)
END = datetime(2026, 1, 23, 6, tzinfo=UTC)


def story(id: str, hours: float = 1.0, **changes: Any) -> Story:
    """A story published ``hours`` before the window's end, about something of its own."""
    at = END - timedelta(hours=hours)
    values: dict[str, Any] = {
        "id": id,
        "url": f"https://news.example/{id}",
        "title": f"Title {id}",
        "sections": ("A",),
        "source": "paper",
        "published_at": at,
        "first_seen": at,
    }
    return Story(**(values | changes))


def section(name: str, top: int = 5, least: int = 1, **changes: Any) -> SectionSpec:
    values: dict[str, Any] = {"id": name.lower(), "title": name, "top": top, "min": least, "match": (name,)}
    return SectionSpec(**(values | changes))


def newsroom(
    *sections: SectionSpec,
    edition: Edition | None = None,
    ranking: Ranking | None = None,
    thin: Thin | None = None,
) -> Newsroom:
    return Newsroom(
        root=Path("."),
        publication=Publication(name="News", url="https://news.example"),
        store="",
        sources=(),
        sections=sections or (section("A"),),
        editions=(edition or Edition(name="daily"),),
        ranking=ranking or Ranking(weights={"recency": 1, "editorial": 4}),
        thin=thin or Thin(),
        links=Links(),
        size_budget=95000,
        look=Look(),
        ads=AdBook(),
        inputs={},
    )


def request(*stories: Story, room: Newsroom | None = None, day: date = DAY, **changes: Any) -> SelectRequest:
    room = room or newsroom()
    edition = room.editions[0]
    window = changes.pop("window", None) or window_of(edition, day, room.publication.zone, None)
    return SelectRequest(
        newsroom=room, edition=edition, day=day, window=window, stories=tuple(stories), **changes
    )


@st.composite
def rooms(draw: st.DrawFn, ranking: Ranking | None = None) -> Newsroom:
    """Up to three sections with small wishes."""
    names = draw(st.sampled_from(["A", "AB", "ABC"]))
    specs = []
    for name in names:
        least = draw(st.integers(0, 2))
        specs.append(section(name, top=draw(st.integers(least, 3)), least=least))
    return newsroom(*specs, ranking=ranking)


@st.composite
def stories(draw: st.DrawFn, most: int = 8, hours: float = 24.0) -> list[Story]:
    """Stories of one window (or up to ``hours`` back), in one or several sections, of two sources."""
    count = draw(st.integers(0, most))
    return [
        story(
            f"s{i}",
            draw(st.integers(1, int(hours * 4))) / 4,
            title=f"w{i}a w{i}b w{i}c",
            sections=tuple(draw(st.lists(st.sampled_from("ABC"), max_size=3, unique=True))),
            source=draw(st.sampled_from(["x", "y"])),
            priority=float(draw(st.integers(0, 4))),
        )
        for i in range(count)
    ]
