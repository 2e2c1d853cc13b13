"""Stories that share a template and differ in what they tell are not one event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from digest.model import Story
from digest.select import group
from tests.newsrooms import story as row

WORDS = (
    "harbor",
    "bridge",
    "clinic",
    "market",
    "school",
    "theater",
    "library",
    "council",
    "airport",
    "garden",
)
COLORS = ("red", "blue", "green", "amber", "violet", "gray", "white", "black", "brown", "pink")


def told(number: int, title: str, summary: str = "", source: str = "post") -> Story:
    at = datetime(2026, 1, 22, 12, tzinfo=UTC) + timedelta(minutes=7 * number)
    return Story(
        id=f"t{number}",
        url=f"https://post.example/{number}",
        title=title,
        summary=summary,
        source=source,
        published_at=at,
        first_seen=datetime(2026, 1, 23, tzinfo=UTC),
    )


def small_newsroom(number: int) -> Story:
    made = row(number)
    return told(number, made["title"], made["summary"])


TEMPLATES: dict[str, Callable[[int], Story]] = {
    "numbered": lambda n: told(n, f"Story {n}"),
    "numbered with a section": lambda n: told(n, f"Health story {n}", "A short summary."),
    "numbered headline": lambda n: told(
        n, f"Headline number {n} of the day", f"Summary of story {n} with some text."
    ),
    "a topic word that counts": lambda n: told(n, f"Title {n} about topic{n}", f"Text {n}.", f"paper{n}"),
    "letters": lambda n: told(n, f"Local story {chr(97 + n % 26)}", "Something happened in town today."),
    "small newsroom": small_newsroom,
    "hexadecimal": lambda n: told(
        n, f"Story {n * 7919:x} of the town of {n * 31337:x}", f"What is known of {n * 7919:x}."
    ),
    "one word differs": lambda n: told(
        n,
        f"{WORDS[n % 10].title()} plan wins {COLORS[n // 10 % 10]} award",
        "The vote was unanimous on Thursday night.",
    ),
    "a place differs": lambda n: told(
        n, f"Police report from {WORDS[n % 10].title()} Street number {n}", "No arrests."
    ),
}


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("count", [2, 12, 60])
def test_a_template_is_no_event(template: str, count: int) -> None:
    clusters = group([TEMPLATES[template](n) for n in range(count)])
    merged = [[one.title for one in cluster] for cluster in clusters if len(cluster) > 1]
    assert merged == []
