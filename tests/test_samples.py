"""The newsroom at the root of the repository: its stories can be read, its two files are in order."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.config import load, problems
from digest.model import Newsroom, Story, Window
from digest.sources import Batch, read

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 1, 23, 14, 0, tzinfo=UTC)
WINDOW = Window(datetime(2026, 1, 22, 11, tzinfo=UTC), datetime(2026, 1, 23, 11, tzinfo=UTC))


@pytest.fixture(scope="module")
def newsroom() -> Newsroom:
    return load(ROOT)


@pytest.fixture(scope="module")
def batches(newsroom: Newsroom) -> dict[str, Batch]:
    zone = newsroom.publication.zone
    return {spec.name: read(spec, now=NOW, zone=zone, validators=None) for spec in newsroom.sources}


def stories_in_window(batch: Batch) -> list[Story]:
    return [story for story in batch.stories if story.time in WINDOW]


def test_the_files_of_the_newsroom_have_no_problem() -> None:
    assert problems(ROOT) == ()


def test_every_story_of_the_samples_is_taken(batches: dict[str, Batch]) -> None:
    assert {name: batch.rejected for name, batch in batches.items()} == {
        "newsfinale": (),
        "coastal-wire": (),
    }
    assert {name: len(batch.stories) for name, batch in batches.items()} == {
        "newsfinale": 109,
        "coastal-wire": 22,
    }


def test_every_story_is_one_of_its_own(batches: dict[str, Batch]) -> None:
    stories = [story for batch in batches.values() for story in batch.stories]
    assert len({story.id for story in stories}) == len({story.url for story in stories}) == len(stories)


def test_every_section_has_stories_for_the_issue_of_the_23rd(
    newsroom: Newsroom, batches: dict[str, Batch]
) -> None:
    found = stories_in_window(batches["newsfinale"])
    categories = Counter(name for story in found for name in story.sections)
    assert len(found) >= 60
    for section in newsroom.sections:
        assert sum(categories[name] for name in section.match) >= section.top, section.id


def test_the_feed_reads_as_people_wrote_it(batches: dict[str, Batch]) -> None:
    by_title = {story.title: story for story in batches["newsfinale"].stories}
    market = by_title["Friday Night Market Returns Downtown With 84 Stalls & One Very Long Noodle"]
    manatee = by_title["Manatee Nicknamed “Biscuit” Goes Home to the River After 14 Months of Rehab 🐾"]
    assert market.sections[:2] == ("Local News", "Business")
    assert market.author == "Priya Castellane"
    assert manatee.image is not None
    assert (manatee.image.width, manatee.image.height) == (1200, 675)
    assert manatee.image.alt == "A manatee is lifted onto a boat in a blue sling"
    assert not [story.title for story in by_title.values() if "[" in story.summary or "&#" in story.summary]
    assert not [story.title for story in by_title.values() if "()" in story.summary]


def test_a_date_alone_is_the_local_midnight(batches: dict[str, Batch]) -> None:
    pantry = next(s for s in batches["newsfinale"].stories if s.title.startswith("Food Pantry"))
    comedy = next(s for s in batches["coastal-wire"].stories if s.id == "cw-26012001")
    assert pantry.published_at == datetime(2026, 1, 22, 5, tzinfo=UTC)
    assert comedy.published_at == datetime(2026, 1, 20, 5, tzinfo=UTC)


def test_the_wire_has_what_an_agency_knows(batches: dict[str, Batch]) -> None:
    stories = batches["coastal-wire"].stories
    assert all(story.popularity for story in stories)
    assert [story.id for story in stories if story.embargo_until] == ["cw-26012302"]
    assert [story.id for story in stories if story.expires_at] == ["cw-26012216"]
    assert [story.id for story in stories if "no_ads" in story.flags] == ["cw-26012301"]
    assert sorted(story.priority for story in stories)[-2:] == [6, 8]
