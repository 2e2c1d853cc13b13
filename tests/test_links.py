"""Links: parameters are added and nothing else changes."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Links
from digest.render.links import ad_href, problems, tracking

DAY = date(2026, 1, 23)
UTM = {"utm_source": "{edition}", "utm_medium": "email", "utm_campaign": "{edition}-{date}"}
LINKS = Links(parameters=UTM)
TAIL = "utm_source=daily&utm_medium=email&utm_campaign=daily-2026-01-23"
AD = {
    "line_item": "glea mour",
    "creative": "a&b",
    "edition": "daily",
    "date": "2026-01-23",
    "slot": "in_stream",
}


def story(url: str, links: Links = LINKS) -> str:
    return tracking(links, "daily", DAY).href(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example", f"https://a.example?{TAIL}"),
        ("https://a.example/", f"https://a.example/?{TAIL}"),
        ("https://a.example/b?", f"https://a.example/b?{TAIL}"),
        ("https://a.example/b?x=1", f"https://a.example/b?x=1&{TAIL}"),
        ("https://a.example/b?x=1&", f"https://a.example/b?x=1&{TAIL}"),
        ("https://a.example/b?x=%7E~+%20;y#top?z=1", f"https://a.example/b?x=%7E~+%20;y&{TAIL}#top?z=1"),
        ("https://a.example/b#/route?utm_source=x", f"https://a.example/b?{TAIL}#/route?utm_source=x"),
        ("HTTPS://A.example/B", f"HTTPS://A.example/B?{TAIL}"),
        ("https://[::1]/x", f"https://[::1]/x?{TAIL}"),
        ("https://müller.example/straße?ü", f"https://müller.example/straße?ü&{TAIL}"),
    ],
)
def test_parameters_go_after_the_query_and_before_the_fragment(url: str, expected: str) -> None:
    assert story(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/?utm_source=x", "?utm_source=x&utm_medium=email&utm_campaign=daily-2026-01-23"),
        ("https://a.example/?utm_source", "?utm_source&utm_medium=email&utm_campaign=daily-2026-01-23"),
        (
            "https://a.example/?a=1;utm%5Fmedium=",
            "?a=1;utm%5Fmedium=&utm_source=daily&utm_campaign=daily-2026-01-23",
        ),
        ("https://a.example/?xutm_source=1", f"?xutm_source=1&{TAIL}"),
    ],
)
def test_a_parameter_of_that_name_is_never_overwritten(url: str, expected: str) -> None:
    assert story(url) == "https://a.example/" + expected


def test_nothing_to_add_leaves_the_url_alone() -> None:
    url = "https://a.example/?utm_source=1&utm_medium=2&utm_campaign=3#x"
    assert story(url) == url
    assert story("https://a.example/b?#", Links()) == "https://a.example/b?#"


@pytest.mark.parametrize(
    "url",
    [
        "mailto:news@a.example?subject=x", "tel:+15550100", "sms:+15550100", "/relative", "//a.example/x", "#top", "",
        "{{ UnsubscribeURL }}", "*|ARCHIVE|*", "%unsubscribe_url%", "[link:x]", "{% web_view_link %}",
        "https://{{ host }}/x", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_anything_but_a_web_address_is_left_alone(url: str) -> None:
    assert story(url, Links(parameters=UTM, link_prefix="https://r.example/?u=")) == url
    assert ad_href(url, LINKS, AD) == url


def test_values_are_encoded_and_other_braces_stay() -> None:
    links = Links(parameters={"utm campaign": "Früh & {edition}", "ref": "{other}"})
    assert story("https://a.example/", links) == (
        "https://a.example/?utm%20campaign=Fr%C3%BCh%20%26%20daily&ref=%7Bother%7D"
    )


def test_the_redirector_gets_the_whole_address_encoded() -> None:
    links = Links(parameters={"utm_source": "{edition}"}, link_prefix="https://r.example/go?e={edition}&u=")
    assert story("https://a.example/b?x=1#y", links) == (
        "https://r.example/go?e=daily&u=" + quote("https://a.example/b?x=1&utm_source=daily#y", safe="")
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/?c={creative}&l={line_item}", "https://a.example/?c=a%26b&l=glea%20mour"),
        ("https://a.example/%7Bslot%7D/%7bdate%7d", "https://a.example/in_stream/2026-01-23"),
        ("https://a.example/{edition}/{other}", "https://a.example/daily/{other}"),
        ("https://a.example/{{slot}}", "https://a.example/{{slot}}"),
        ("https://track.example/?u=%7Bother%7D", "https://track.example/?u=%7Bother%7D"),
    ],
)
def test_click_macros(url: str, expected: str) -> None:
    assert ad_href(url, Links(), AD) == expected


def test_ads_get_the_parameters_too() -> None:
    assert ad_href("https://a.example/?utm_source=them", LINKS, AD) == (
        "https://a.example/?utm_source=them&utm_medium=email&utm_campaign=daily-2026-01-23"
    )


def test_problems_are_named() -> None:
    assert problems(LINKS) == []
    assert problems(Links(parameters={"utm_source": "{editoin}"}, link_prefix="r.example")) == [
        "links: utm_source names {editoin}, which is not known; use {edition} or {date}",
        "links: link_prefix 'r.example' is no http(s) address",
    ]


URL_TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="#?", exclude_categories=["Cc"]), max_size=12
)


@given(path=URL_TEXT, query=URL_TEXT, fragment=URL_TEXT)
def test_query_and_fragment_stay_byte_for_byte(path: str, query: str, fragment: str) -> None:
    url = f"https://a.example/{path}?{query}#{fragment}"
    tagged = story(url)
    assert tagged.startswith(f"https://a.example/{path}?{query}")
    assert tagged.endswith(f"#{fragment}")
    assert story(tagged) == tagged


@given(
    query=st.lists(st.tuples(st.sampled_from([*UTM, "a", "b"]), st.text("xy&= é", max_size=3)), max_size=4)
)
def test_every_parameter_is_there_once_and_the_page_keeps_its_own(query: list[tuple[str, str]]) -> None:
    own = "&".join(f"{name}={quote(value)}" for name, value in query)
    parameters = parse_qsl(urlsplit(story(f"https://a.example/?{own}")).query, keep_blank_values=True)
    assert parameters[: len(query)] == query
    assert {name for name, _ in parameters[len(query) :]} == set(UTM) - {name for name, _ in query}


@given(URL_TEXT)
def test_the_redirector_can_be_undone(path: str) -> None:
    links = Links(link_prefix="https://r.example/?u=")
    assert unquote(story(f"https://a.example/{path}", links).removeprefix("https://r.example/?u=")) == (
        f"https://a.example/{path}"
    )
