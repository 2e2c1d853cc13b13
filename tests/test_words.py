"""Subject, preheader, dates and fixed phrases."""

from __future__ import annotations

import builtins
import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigurationError
from digest.render import words
from digest.render._phrases import PHRASES
from digest.render.dialects import dialect, names
from digest.render.words import Facts

DAY = date(2026, 1, 23)


def known(lead: str = "Council votes", **other: Any) -> Facts:
    values: dict[str, Any] = {
        "date": "Friday, January 23, 2026", "count": 12, "sections": ("Local News", "US"), "publication": "NewsFinale",
        "edition": "daily",
    }  # fmt: skip
    return Facts(lead=lead, **(values | other))


def test_facts_come_from_the_lineup() -> None:
    variables = words.facts(
        ["Lead", "Second"],
        ("US",),
        day=DAY,
        locale="en_US",
        publication="NewsFinale",
        edition="daily",
        count=2,
    )
    assert variables == Facts(
        lead="Lead",
        date="Friday, January 23, 2026",
        count=2,
        sections=("US",),
        publication="NewsFinale",
        edition="daily",
        second="Second",
        plus="Plus: Second",
    )
    assert words.facts([], (), day=DAY, locale="en_US", publication="P", edition="e", count=0).lead == ""


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{lead}", "Council votes"),
        ("{publication} {edition}: {lead} ({count})", "NewsFinale daily: Council votes (12)"),
        ("{date}", "Friday, January 23, 2026"),
        ("{sections}", "Local News, US"),
        ("  {lead}\r\nBcc: x@y.example\x00 ", "Council votes Bcc: x@y.example"),
        ("Caf&eacute; &amp; {lead}", "Café & Council votes"),
        ("{first_name, \"there\"}: {lead} *|FNAME|* {{name}}",
         "{first_name, \"there\"}: Council votes *|FNAME|* {{name}}"),
        ("", "Council votes"),
        ("   ", "Council votes"),
        ("{unknown}", "{unknown}"),
    ],
)  # fmt: skip
def test_subject_templates(template: str, expected: str) -> None:
    assert words.subject(template, known()) == expected


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ("Fish &amp; chips &#8217;n&#8217; peas", "Fish & chips ’n’ peas"),
        ("Two\r\nlines\tand\x0bmore\u2028still", "Two lines and more still"),
        ("\u202ereversed\u202c", "reversed"),
        ("{date} {count}", "{date} {count}"),
        ("", "NewsFinale"),
        ("\x00\n", "NewsFinale"),
        ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
    ],
)
def test_leads(lead: str, expected: str) -> None:
    assert words.subject("{lead}", known(lead)) == expected


def test_the_longest_value_gives_way_and_the_rest_stays() -> None:
    line = words.subject("{lead} | {publication}", known("Council " * 20))
    assert line.endswith("Council… | NewsFinale")
    assert 65 < len(line) <= 78


def test_a_long_word_is_cut_inside_and_japanese_anywhere() -> None:
    assert words.subject("{lead}", known("x" * 100)) == "x" * 77 + "…"
    assert words.subject("{lead}", known("市" * 100)) == "市" * 77 + "…"


def test_punctuation_does_not_stand_before_the_ellipsis() -> None:
    assert words.shortened("Mayor resigns, council votes", 15) == "Mayor resigns…"


def test_the_authors_own_words_are_never_cut() -> None:
    template = "x" * 100 + " {lead}"
    assert words.subject(template, known()).startswith("x" * 100)


@pytest.mark.parametrize("mailer", names())
def test_values_are_protected_and_the_templates_own_tags_are_not(mailer: str) -> None:
    tags = dialect(mailer)
    line = words.subject("{{x}} *|FNAME|* {lead}", known("{{ x }}"), tags.protect_subject)
    assert line == "{{x}} *|FNAME|* " + tags.protect_subject("{{ x }}")


@given(st.text(max_size=300), st.text(max_size=60))
def test_lines_are_never_empty_long_or_more_than_one(lead: str, template: str) -> None:
    for make, limit in ((words.subject, words.SUBJECT_LENGTH), (words.preheader, words.PREHEADER_LENGTH)):
        line = make(template + "{lead}", known(lead))
        assert line.strip()
        assert not any(unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs") for char in line)
        assert len(words.graphemes(line)) <= max(limit, len(template) + 2)


@given(st.text(max_size=200), st.integers(1, 60))
def test_shortened_is_a_prefix_within_the_limit(text: str, limit: int) -> None:
    short = words.shortened(text, limit)
    assert len(words.graphemes(short)) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(st.text())
def test_graphemes_are_the_text(text: str) -> None:
    assert "".join(words.graphemes(text)) == text


@pytest.mark.parametrize(
    "one",
    [
        "é",
        "e\u0301",
        "👩‍👩‍👧",
        "👍🏽",
        "🇩🇪",
        "각",
        "\u1100\u1161\u11a8",
        "नि",
        "❤️",
        "🏴\U000e0067\U000e0062\U000e007f",
        "1️⃣",
    ],
)
def test_what_a_reader_sees_as_one_character_stays_whole(one: str) -> None:
    assert words.graphemes(one + one + "a") == [one, one, "a"]


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("en_US", "Friday, January 23, 2026"),
        ("en", "Friday, January 23, 2026"),
        ("en_GB", "Friday, 23 January 2026"),
        ("de_DE", "Freitag, 23. Januar 2026"),
        ("de_DE.UTF-8", "Freitag, 23. Januar 2026"),
        ("ja-JP", "2026年1月23日金曜日"),
        ("es_MX", "viernes, 23 de enero de 2026"),
    ],
)
def test_dates(locale: str, expected: str) -> None:
    if not locale.startswith("en"):
        pytest.importorskip("babel")
    assert words.format_date(DAY, locale) == expected


def test_english_agrees_with_babel() -> None:
    dates = pytest.importorskip("babel.dates")
    for month in range(1, 13):
        day = date(2026, month, month + 7)
        assert words.format_date(day, "en_US") == dates.format_date(day, "full", locale="en_US")


def test_an_unknown_locale_is_said() -> None:
    pytest.importorskip("babel")
    with pytest.raises(
        ConfigurationError, match=r"dates in 'xx_YY' cannot be written\. Use one such as en_US"
    ):
        words.format_date(DAY, "xx_YY")


def test_a_missing_babel_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("babel"):
            raise ImportError(name)
        return genuine(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(
        ConfigurationError, match=r"Install the extra: pip install \"newsroom-digest\[locale\]\""
    ):
        words.format_date(DAY, "de_DE")


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_every_language_has_every_phrase(language: str) -> None:
    phrases = PHRASES[language]
    assert all(
        getattr(phrases, name).strip() == getattr(phrases, name) != "" for name in type(phrases).__slots__
    )


@pytest.mark.parametrize(
    ("locale", "advertisement", "direction", "tag"),
    [
        ("en_US", "Advertisement", "ltr", "en-US"),
        ("ar_EG", "إعلان", "rtl", "ar-EG"),
        ("he", "פרסומת", "rtl", "he"),
        ("ja_JP.UTF-8", "広告", "ltr", "ja-JP"),
        ("zh_TW", "廣告", "ltr", "zh-TW"),
        ("zh_Hant_TW", "廣告", "ltr", "zh-Hant-TW"),
        ("az_Arab_IR", "Advertisement", "rtl", "az-Arab-IR"),
        ("xx", "Advertisement", "ltr", "xx"),
        ("", "Advertisement", "ltr", "en"),
    ],
)
def test_locales(locale: str, advertisement: str, direction: str, tag: str) -> None:
    assert words.disclosure("Advertisement", locale) == advertisement
    assert words.disclosure("Paid post", locale) == "Paid post"
    assert words.direction(locale) == direction
    assert words.language_tag(locale) == tag
