"""Keywords: whole words where a script has them, anywhere in a run where it has not; one spelling of a character."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.place.keywords import fold, occurs
from tests.newsrooms import ADS, newsroom


@pytest.mark.parametrize(
    ("keyword", "text", "counts"),
    [
        ("shoot", "A shooting in town", False),
        ("art", "The party of art", True),
        ("art", "The party", False),
        ("地震", "北京发生地震数十人受伤", True),
        ("iPhone", "新iPhone发布", True),
        ("โรค", "พบโรคใหม่", True),
        ("can't", "I can\u2019t go", True),
        ("e-bike", "E\u2011Bike ban", True),
        ("co\u00adop", "Coop opens", True),
        ("Caf\u00e9", "CAFE\u0301 opens", True),
        ("ai", "\uff21\uff29 rules", True),
        ("7", "a_7", False),
    ],
)
def test_a_keyword_counts_where_a_reader_would_see_it(keyword: str, text: str, counts: bool) -> None:
    assert occurs(keyword, (fold(text),)) is counts


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('"shoot*"', "a keyword is whole words, and a star stands for itself."),
        ('"murder, shooting"', "it is several keywords in one. Write them as a list: [murder, shooting]."),
        ('"AT&amp;T"', 'it is written as HTML, and stories are plain text. Write "AT&T".'),
        ('"<b>gun</b>"', "it is written as HTML"),
        ('"gun\\u200bfire"', "it holds characters that no story keeps."),
        ('"---"', "it has no letter or digit."),
        ("shooting", ""),
        ('"C++"', ""),
        ('"AT&T"', ""),
        ('"St. John\'s"', ""),
        ("枪击", ""),
        ('"U.S."', ""),
        ('"who dunnit?"', ""),
    ],
)
def test_check_says_when_a_keyword_can_never_match(tmp_path: Path, written: str, told: str) -> None:
    ads = ADS.replace("avoid_flags: [sensitive]", f"avoid_keywords: [{written}]")
    room = newsroom(
        tmp_path, ads=ads.replace("sections: [crime]}", f"sections: [crime], keywords: [{written}]}}")
    )
    checked = room.run("check")
    assert (checked.code, "can never match" in checked.err) == ((2, True) if told else (0, False)), (
        checked.err
    )
    assert not told or checked.err.count(told) == 2
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
