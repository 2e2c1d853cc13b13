"""The plain-text part: as a person would set it; and colours that can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render import colors
from digest.render.plaintext import COLUMNS, set_text, width

URL = "https://news.example/" + "a" * 90 + "?utm_source=daily"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  \n\n\n\n b", "a\n\n b"),
        ("\n\nx\n\n", "x"),
        ("word " * 20, ("word " * 14).strip() + "\n" + ("word " * 6).strip()),
        ("  indented " + "w " * 40, "  indented " + ("w " * 31).strip() + "\n  " + ("w " * 9).strip()),
        (URL, URL),
        ("Read: " + URL, "Read:\n" + URL),
        ("x" * 100, "x" * 100),
        ("漢" * 40, "漢" * 36 + "\n" + "漢" * 4),
        ("漢" * 36 + "。" + "字", "漢" * 35 + "\n漢。字"),
        ("a " * 35 + "{{ or .Name \"reader\" }} b", ("a " * 35).strip() + "\n{{ or .Name \"reader\" }} b"),
    ],
)  # fmt: skip
def test_setting(text: str, expected: str) -> None:
    assert set_text(text) == expected


@given(st.text(st.sampled_from("ab 漢字é\u0301عر.。"), max_size=400))
def test_lines_fit_and_nothing_is_lost(text: str) -> None:
    done = set_text(text)
    assert done.replace(" ", "").replace("\n", "") == "".join(text.split())
    for line in done.split("\n"):
        assert width(line) <= COLUMNS + 2 or " " not in line.strip()
        assert len(line.encode()) <= 998


@given(st.text(max_size=3000))
def test_no_line_is_too_long_for_a_mail(text: str) -> None:
    line = max(set_text(text).split("\n"), key=lambda row: len(row.encode()))
    assert len(line.encode()) <= 998 or "://" in line or "{" in line


hexes = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@given(hexes, hexes)
def test_a_readable_shade_is_readable(color: str, background: str) -> None:
    best = max(colors.contrast("#ffffff", background), colors.contrast("#111111", background))
    assert colors.contrast(colors.readable(color, background), background) >= min(colors.READABLE, best)


@given(hexes)
def test_ink_on_a_colour_is_the_better_of_two(color: str) -> None:
    assert colors.contrast(colors.on(color), color) >= 4.3


@pytest.mark.parametrize(
    ("given_", "expected"), [("#ABC", "#aabbcc"), ("#a1B2c3", "#a1b2c3"), ("red", None), ("#12345", None)]
)
def test_six_digits(given_: str, expected: str | None) -> None:
    assert colors.six_digits(given_) == expected


def test_contrast_of_black_and_white() -> None:
    assert colors.contrast("#000000", "#ffffff") == pytest.approx(21)
