"""Text from outside becomes plain, bounded and one line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.text import SUMMARY, TITLE, from_html, plain_summary, plain_title

FAMILY = "👨\u200d👩\u200d👧"
hostile = st.text(
    alphabet=st.characters(codec=None) | st.sampled_from(" \r\n\t\x00\u202e\u200d\ufe0f\u0301<&;()[]….")
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Plain", "Plain"),
        ("  a \r\n b\tc\u2028d\x85e  ", "a b c d e"),
        ("a\x00b\x07c\x1bd\x7fe\x9bf", "abcdef"),
        ("a\u202eb\u202cc\u2066d\u2069", "abcd"),
        ("\ufeffa\u200bb\u00adc", "abc"),
        (f"{FAMILY} ❤\ufe0f", f"{FAMILY} ❤\ufe0f"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200fمرحبا", "\u200fمرحبا"),
        ("Dix\u00a0: un", "Dix\u00a0: un"),
        ("東京\u3000大阪", "東京\u3000大阪"),
        ("a \u00a0 b", "a b"),
        ("a\ud800b", "ab"),
        ("<b>not markup & so</b>", "<b>not markup & so</b>"),
        ("", ""),
        (" \u200d\ufe0f\u0301\r\n", ""),
        ("…", "…"),
    ],
)
def test_titles(text: str, plain: str) -> None:
    assert plain_title(text) == plain


@given(hostile)
def test_a_plain_title_is_one_visible_line(text: str) -> None:
    title = plain_title(text)
    assert title == plain_title(title)
    assert title == title.strip()
    assert "  " not in title
    assert not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in title)
    assert not set(title) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    title.encode()


@given(hostile)
def test_plain_text_stays_plain(text: str) -> None:
    once = plain_summary(text)
    assert plain_title(once, SUMMARY) == once


@given(st.integers(10, 80), hostile)
def test_the_bound_holds(limit: int, text: str) -> None:
    assert len(plain_title(text * 5, limit)) <= limit
    assert len(plain_summary(text * 5, limit)) <= limit


@pytest.mark.parametrize(
    "letter", ["x", " ", "<", "&", "\u0301", "\r\n", "東", "\u202e", "<b>", "&lt;", "()", "[…]"]
)
def test_a_megabyte_is_harmless(letter: str) -> None:
    text = letter * (1_000_000 // len(letter))
    assert len(plain_title(text)) <= TITLE
    assert len(plain_summary(text)) <= SUMMARY
    assert len(plain_summary(from_html(text))) <= SUMMARY


def test_long_text_ends_between_words_with_an_ellipsis() -> None:
    assert plain_title("one two three four", 14) == "one two three…"
    assert plain_title("one two three four", 13) == "one two…"
    assert plain_title("x" * 20, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("limit", range(3, 40))
def test_a_cut_splits_no_joined_emoji(limit: int) -> None:
    short = plain_title(FAMILY * 8 + "é" + "e\u0301" * 8, limit)
    assert not short.removesuffix("…").endswith("\u200d")
    assert len(short) <= limit


def test_letters_do_not_paint_over_their_neighbours() -> None:
    assert plain_title("Z" + "\u0334" * 300 + "algo") == "Z" + "\u0334" * 8 + "algo"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One Two"),
        ("a<br>b<BR/>c", "a b c"),
        ("<b>bo</b>ld", "bold"),
        ("<ul><li>a<li>b</ul>", "a b"),
        ("AT&amp;T &#8217;s &hellip; &nbsp;x", "AT&T ’s … x"),
        ("AT&amp;amp;T &amp;#8217;s &amp;eacute;", "AT&T ’s é"),
        ("&amp;amp;amp;", "&amp;"),
        ("a < b and 5 > 4 & c", "a < b and 5 > 4 & c"),
        ("&lt;b&gt; is a tag", "<b> is a tag"),
        ("<script>alert(1)</script>Hi<style>p{}</style>", "Hi"),
        ("Hi<script>alert(1)", "Hi"),
        ("<!-- note -->Hi", "Hi"),
        ("<a href='https://x.example'>link</a>", "link"),
        ("<img alt='x' onerror=alert(1)>text", "text"),
        ("SPRINGFIELD, Ill. () — Rain", "SPRINGFIELD, Ill. — Rain"),
        ("SPRINGFIELD, Ill. (<b></b>) — Rain", "SPRINGFIELD, Ill. — Rain"),
        ("call print() now", "call print() now"),
        ("The end and […]", "The end and …"),
        ("The end and [&hellip;]", "The end and …"),
        ("The end [...]\n", "The end …"),
        ("It was over. [&#8230;]", "It was over."),
        ("“It was over.” […]", "“It was over.”"),
        ("A […] B", "A […] B"),
        ("<p>Rain.</p><p>The post <a href='x'>Rain</a> appeared first on <a href='y'>News</a>.</p>", "Rain."),
        ("&#0;&#x110000;&unknown;", "\ufffd\ufffd&unknown;"),
        ("", ""),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert from_html(html) == text


@given(st.text(alphabet="<>/pb&;# ampltsrci=\"'!-xé", max_size=60))
def test_no_html_breaks_it(html: str) -> None:
    assert "<script" not in from_html(html.replace("&lt;", ""))
