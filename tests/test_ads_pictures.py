"""A booking whose picture file is missing or none: said by check and by every build, and never an empty box."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.newsrooms import ADS, Room, newsroom
from tests.test_report_clicks import PIXEL

BUILD = ("build", "--edition", "daily", "--date", "2026-01-23")
BANNER = ADS.replace("slots: [in_stream]\n    rate", "slots: [top_banner]\n    rate").replace(
    "{id: fresh, headline: A fresher morning, body: Two minutes., cta: Try it,",
    "{id: fresh, image: ads/fresh.png, size: 600x150, alt: A whiter smile,",
)
WHOSE = 'creative "fresh" of line item "aquafresh": ads/fresh.png'


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return newsroom(tmp_path, ads=BANNER)


def test_a_picture_that_is_not_there_is_a_warning_with_its_place_and_its_cure(room: Room) -> None:
    checked = room.run("check", "--json")
    (told,) = checked.json["warnings"]
    cure = "is not there; the picture is left out. Put the file there, or write another address."
    assert (checked.code, told) == (0, f"adslots.yaml:14:36: {WHOSE} {cure}")
    (room.root / "ads").mkdir()
    (room.root / "ads" / "fresh.png").write_bytes(b"<html>")
    assert "is no png, jpg or gif picture; it is left out." in room.run("check", "--json").json["warnings"][0]
    (room.root / "ads" / "fresh.png").write_bytes(PIXEL)
    assert room.run("check", "--json").json["warnings"] == []
    assert (
        f"note: adslots.yaml:14:36: {WHOSE} is 1x1, which is not in the proportions" in room.run("check").out
    )


def test_a_build_says_it_and_the_ad_has_its_words_and_its_link(room: Room) -> None:
    built = room.run(*BUILD)
    assert f"digest: {WHOSE} is not there; the picture is left out." in built.err
    html, text = room.files()["index.html"].decode(), room.files()["index.txt"].decode()
    ad = html[html.index('data-line-item="aquafresh"') :].partition("</table>\n</td>")[0]
    assert ">A whiter smile</a>" in ad
    assert ">Learn more</a>" in ad
    assert "A whiter smile\nLearn more:\nhttps://gleammour.example/\n" in text


def test_a_picture_that_is_there_is_silent(room: Room) -> None:
    (room.root / "ads").mkdir()
    (room.root / "ads" / "fresh.png").write_bytes(PIXEL)
    assert "ads/fresh.png" not in room.run(*BUILD).err
