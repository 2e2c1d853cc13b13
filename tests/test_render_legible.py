"""Texts of a rendered mail that are hard to read on their ground."""

from __future__ import annotations

from digest.render.legible import legibility

PAGE = """<html><head><style>
@media (prefers-color-scheme:dark){ .a,body{background-color:#101010!important} .b{color:#202020!important}
.c{color:#eeeeee!important} .x::after{color:#000000!important} }
</style></head><body style="background-color:#ffffff;color:#111111"><!-- <p style="color:#fff">no</p> -->
<p class="b">In the dark I am lost</p><p class="c">I am fine</p>
<div style="display:none;color:#ffffff">hidden</div>%s</body></html>"""


def found(body: str) -> list[tuple[str, str, str, str, int]]:
    return [
        (text.scheme, text.ink, text.background, text.text, text.count)
        for text in legibility(PAGE % body).faint
    ]


DARK = ("dark", "#202020", "#101010", "In the dark I am lost", 1)
PLAIN = ("dark", "#111111", "#101010", "Words", 1)


def test_what_dark_mode_says_counts_in_dark_mode_alone() -> None:
    assert found("") == [DARK]


def test_the_ground_is_the_nearest_one_and_the_first_text_stands_for_all() -> None:
    inside = '<td bgcolor="#777777" style="color:#888888"><b>One</b> two <i>three</i></td>'
    texts = found(f'<table class="c"><tr>{inside}</tr></table>')
    assert [text for text in texts if text[1] == "#888888"] == [
        ("light", "#888888", "#777777", "One", 3),
        ("dark", "#888888", "#777777", "One", 3),
    ]


def test_large_text_may_have_less_contrast() -> None:
    grey = "color:#8a8a8a;background-color:#ffffff"  # 3.5 to 1
    assert len(found(f'<p style="{grey}">Small</p>')) == 3
    assert len(found(f'<p style="{grey};font-size:24px">Large</p>')) == 1
    assert len(found(f'<p style="{grey};font-size:19px">Not yet</p>')) == 3
    assert len(found(f'<h2 style="{grey};font-size:19px">Bold</h2>')) == 1


def test_a_lasting_inline_colour_beats_dark_mode() -> None:
    assert found(
        '<p class="b" style="color:#eeeeee!important;background-color:#000000!important">Yes</p>'
    ) == [DARK]


def test_colours_that_are_not_understood_are_counted() -> None:
    result = legibility(PAGE % '<p style="color:rgb(1 2 3 / 50%)">Half</p>')
    assert result.unknown == 2
    assert result.measured == 4
