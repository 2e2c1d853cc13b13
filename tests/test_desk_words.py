"""The words of the desk: what an ad-ops person would say, and no id, gap or key of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.config import load
from digest.desk.views.words import PlainReasons, why_not
from digest.model.places import place_names
from tests.newsrooms import ADS, newsroom

TWO = ADS.replace(
    "  in_stream: {position: between_stories, native: true}",
    "  in_stream: {position: between_stories, native: true}\n"
    "  big-one: {position: between_stories, native: true}\n"
    "  opener: {position: section_start, native: true}\n"
    "  footer: {position: end, native: true}",
).replace("- id: later", "- id: gleammour-later")


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> PlainReasons:
    return PlainReasons(
        load(newsroom(tmp_path_factory.mktemp("words") / "room", ads=TWO).root, remember=False)
    )


def test_places_are_named_as_a_reader_meets_them(tmp_path: Path) -> None:
    room = load(newsroom(tmp_path / "room", ads=TWO).root, remember=False)
    assert place_names(room) == {
        "top_banner": "Top of the issue",
        "in_stream": "Between stories: in stream",
        "big-one": "Between stories: big one",
        "opener": "Section opener",
        "footer": "End of the issue",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("in_stream at gap 7 is in local-news", "After story 7 is in Local News"),
        ("opener at gap 15 is in health", "Section opener above story 16 is in Health"),
        ("without gleammour-later it would fit (top_banner at gap 0)",
         "Without Gleammour (Later) it would fit (top of the issue)"),
        ("it is booked for footer, top_banner, not for opener",
         "It is booked for end of the issue, top of the issue, not for section opener"),
        ("it wants health, crime; top_banner at gap 0 is in no section",
         "It wants Health, Crime; top of the issue is in no section"),
        ("has 0 of its 500000 sends; next to stories 25, 26, which no rule forbids",
         "Has 0 of its 500,000 sends; beside stories 25, 26"),
        ("2026-01-23 is not among the 3 dates of its flight", "Fri 23 Jan is not among the 3 dates of its flight"),
        ('line item "gleammour-later" is short', "Gleammour (Later) is short"),
        ("next to story 3 “in_stream at gap 7 on 2026-01-23”", "Next to story 3 “in_stream at gap 7 on 2026-01-23”"),
        ("9th of health, 5 run", "9th of Health, 5 run"),
    ],
)  # fmt: skip
def test_a_reason_in_the_words_of_people(words: PlainReasons, text: str, said: str) -> None:
    assert words(text) == said


def test_why_a_story_is_left_out(words: PlainReasons) -> None:
    assert why_not("same_event: told by s3", {"s3": "Bridge opens"}, words) == (
        "another story tells it: “Bridge opens”"
    )
    assert why_not("kill", {}, words) == "killed"
