"""A booking that came after the morning's build: the build that takes it is named, and only keys that it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.newsrooms import ADS, Room, newsroom

pytest.importorskip("highspy")
BUILD = ("build", "--edition", "daily", "--date", "2026-01-23")
LATE = """  - id: late
    advertiser: gleammour
    type: sponsorship
    flight: {start: 2026-01-23, end: 2026-01-25}
    slots: [top_banner]
    creatives: [{id: b, image: "https://g.example/b.png", size: 600x150, alt: Late, url: "https://g.example/"}]
"""


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = newsroom(tmp_path)
    assert room.run(*BUILD).code == 0
    room.write("adslots.yaml", ADS.replace("line_items:\n", f"line_items:\n{LATE}"))
    return room


def checked(room: Room) -> list[str]:
    found = room.run("ads", "check", "--from", "2026-01-23", "--to", "2026-01-25").err
    return [line for line in found.splitlines() if '"late"' in line]


def test_a_sponsor_that_an_unsent_issue_lacks_is_told_to_build_it_again(room: Room) -> None:
    (told,) = checked(room)
    assert told.endswith(
        "1 of the 3 coming ones by 2026-01-25 have no place for it. Built before, and not sent yet: "
        "daily 2026-01-23. Build again: digest build --edition daily --date 2026-01-23"
    )
    assert room.run(*told.partition("Build again: digest ")[2].split()).code == 0
    assert checked(room) == []


def test_once_it_is_sent_only_what_the_booking_has_can_be_changed(room: Room) -> None:
    assert room.run("mark-sent", "daily", "2026-01-23").code == 0
    (told,) = checked(room)
    assert told.endswith("leave it no more. Lengthen the flight, or sell it as standard.")
