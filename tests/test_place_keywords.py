"""Keywords: whole words where a script has them, anywhere in a run where it has not; one spelling of a character."""

from __future__ import annotations

import pytest

from digest.place.keywords import fold, found


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
    assert found(keyword, (fold(text),)) is counts
