"""The signals of the score: what raises them, and what they never leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Ranking, Story, Window
from digest.select.rank import scores, signal_names
from digest.select.signals import View, coverage, prominence

END = datetime(2026, 1, 23, 11, tzinfo=UTC)


def story(id: str, title: str = "", *, source: str = "", hours: float = 1, path: str = "") -> Story:
    return Story(
        id=id,
        url=f"https://{source or id}.example/{path}{id}",
        title=title or f"Title {id}",
        source=source or id,
        first_seen=END - timedelta(hours=hours),
    )


def view(*stories: Story, event: tuple[Story, ...] = ()) -> View:
    return View(
        window=Window(END - timedelta(days=1), END),
        ranking=Ranking(weights=dict.fromkeys(signal_names(), 1.0)),
        stories=stories,
        events={telling.id: event for telling in event},
        source_weights={},
    )


def test_coverage_grows_with_the_sources_and_is_one_half_for_four() -> None:
    found = []
    for others in range(8):
        event = tuple(story(str(n)) for n in range(others + 1))
        found.append(coverage.measure(view(*event, event=event))(event[0]))
    assert found[0] == 0
    assert found[4] == 0.5
    assert all(less < more < 1 for less, more in pairwise(found))


def test_who_tells_it_first_has_the_most_coverage() -> None:
    event = tuple(story(str(hours), hours=hours) for hours in (9, 5, 1))
    found = [coverage.measure(view(*event, event=event))(telling) for telling in event]
    assert found == [2 / 6, 1.25 / 5.25, 0.5 / 4.5]


def test_a_source_counts_once_and_not_for_itself() -> None:
    first, again = story("a", source="Post", hours=9), story("b", source=" post", hours=1)
    other, twice = story("c", source="Wire", hours=5), story("d", source="Wire", hours=2)
    event = (first, other, twice, again)
    signal = coverage.measure(view(*event, event=event))
    assert signal(first) == 1 / 5  # the wire took it up
    assert signal(again) == 0.25 / 4.25  # the wire had it before
    assert signal(twice) == signal(other) == 0.25 / 4.25


# Each pair: what is more prominent, what is less; the rest being equal.
PAIRS = {
    "concern": ("Governor orders schools to close after flood", "Designer brings runway to concert stage in flood"),
    "own": ("Council closes the harbor bridge for repairs today", "Photos of the harbor bridge repairs we saw today"),
    "question": ("Council closes the bridge for repairs today", "Will council close the bridge for repairs?"),
    "asking": ("Bridge repairs hold the council up once more", "Why bridge repairs hold the council up more"),
    "fullness": ("Council closes the harbor bridge for two months of repairs", "Bridge"),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_prominence_is_told_by_the_words(name: str) -> None:
    more, less = (story(str(n), title) for n, title in enumerate(PAIRS[name]))
    signal = prominence.measure(view(more, less))
    assert signal(more) > signal(less)


@pytest.mark.parametrize("path", ["news/videos/", "wireStory/", "programmes/"])
def test_prominence_reads_the_kind_from_the_address(path: str) -> None:
    plain, kind = story("a", "Harbor bridge closes"), story("b", "Harbor bridge closes", path=path)
    signal = prominence.measure(view(plain, kind))
    assert signal(plain) > signal(kind)


def test_prominence_counts_what_other_sources_speak_of() -> None:
    talked = [
        story(f"{n}", f"Drawbridge in Riverton {word}") for n, word in enumerate(("jams", "stuck", "halts"))
    ]
    alone, own = (
        story("x", "Orchard in Fairview blooms"),
        story("y", "Orchard in Fairview sprouts", source="x"),
    )
    signal = prominence.measure(view(*talked, alone, own))
    assert signal(talked[0]) > signal(alone)
    said_before = story("z", "It was there before")  # as long, in words that are no talk
    assert prominence.measure(view(alone))(alone) == prominence.measure(view(said_before))(said_before)


@given(
    st.lists(
        st.builds(
            story,
            st.integers(0, 30).map(str),
            st.text(max_size=60),
            source=st.sampled_from(["", "a", "b"]),
            hours=st.floats(-2, 1e5),
            path=st.sampled_from(["", "video/", "//", "?/"]),
        ),
        unique_by=lambda s: s.id,
    )
)
def test_every_signal_lies_between_0_and_1_whatever_the_order(stories: list[Story]) -> None:
    forwards = scores(view(*stories, event=tuple(stories)), stories)
    backwards = scores(view(*reversed(stories), event=tuple(reversed(stories))), stories)
    assert forwards == backwards
    assert all(0 <= value <= 1 for scored in forwards.values() for value in scored.signals.values())
