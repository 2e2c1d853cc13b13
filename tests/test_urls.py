"""Canonical addresses: what changes, and that nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.urls import LONGEST, canonical_url, is_web_url, story_id, url_key

parts = st.text(alphabet="abcXYZ019/%:@!$&'()*+,;=~-._?[]é中 \t\n#", max_size=12)
any_url = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "HTTPS", "ftp", "Ht+p"]),
    st.sampled_from(
        ["a.B", "u:P@A.b", "[::1]", "[::1", "a:80", "A:443", "a:", "a:x", "a@b@C:80", "ÜBER.de", "", "a]b"]
    ),
    parts.map(lambda part: "/" + part),
    st.sampled_from(["", "?", "?utm_a=1", "?a=1&utm_b&c", "?fbclid=1&gclid=2", "?&", "?UTM_x=1"]),
    parts,
)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://Example.COM/A/b?C=d", "https://example.com/A/b?C=d"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("https://example.com:443", "https://example.com"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("https://example.com:/a", "https://example.com/a"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/a?#part", "https://example.com/a?"),
        ("https://example.com/a?x=1#y?utm_a=1", "https://example.com/a?x=1"),
        ("https://example.com/?utm_source=a&b=1&utm_medium=c&d", "https://example.com/?b=1&d"),
        ("https://example.com/?utm_source=a", "https://example.com/"),
        ("https://example.com/?fbclid=a&gclid=b&x=%2f", "https://example.com/?x=%2f"),
        (
            "https://example.com/?gclids=a&my_utm_x=b&xfbclid=1",
            "https://example.com/?gclids=a&my_utm_x=b&xfbclid=1",
        ),
        ("https://example.com/?b=2&a=1&b=2", "https://example.com/?b=2&a=1&b=2"),
        ("https://example.com/a/../b//c/%7Ed", "https://example.com/a/../b//c/%7Ed"),
        ("https://User:PaSS@Example.com:443/", "https://User:PaSS@example.com/"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        ("https://ÜBER.example/Ä", "https://über.example/Ä"),
        ("https://example.com:99x/", "https://example.com:99x/"),
        ("https://example.com:99999999999999/", "https://example.com:99999999999999/"),
        ("mailto:Someone@Example.com", "mailto:Someone@Example.com"),
        ("no address", "no address"),
        ("", ""),
    ],
)
def test_canonical(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@given(any_url)
def test_canonical_is_idempotent(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once


@given(st.text(max_size=60))
def test_any_text_has_a_key(text: str) -> None:
    assert len(url_key(text)) == 32
    assert len(story_id(text)) == 16
    assert canonical_url(canonical_url(text)) == canonical_url(text)


@given(any_url, st.sampled_from(["#x", "#?utm_a=1"]))
def test_a_fragment_changes_no_identity(url: str, fragment: str) -> None:
    if "#" not in url:
        assert story_id(url + fragment) == story_id(url)


def test_ids_of_different_addresses_differ() -> None:
    assert story_id("https://a.example/1") != story_id("https://a.example/2")
    assert story_id("https://a.example/1") == story_id("HTTPS://A.example:443/1?utm_x=1#y")


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "HTTPS://a.example/x?y#z",
        "https://user:pass@a.example:8080/",
        "https://[::1]:8000/",
        "https://192.0.2.1/",
        "https://über.example/Ä?ö",
        "https://a.example/👨\u200d👩",
        "https://a.example:/",
        "http://localhost/x",
    ],
)
def test_web_addresses(url: str) -> None:
    assert is_web_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example/x",
        "//a.example/x",
        "/x",
        "javascript:alert(1)",
        "javascript://a.example/%0aalert(1)",
        "data:text/html,x",
        "ftp://a.example/",
        "file:///etc/passwd",
        "http://",
        "http:///x",
        "http://?x",
        "http://:80/",
        "http://user@/",
        "http://./",
        "http://a..b/",
        "http://[::1/",
        "http://[x]/",
        "http://a:b/",
        "http://a:65536/",
        "http://a:٣/",
        "http://a b/",
        "http://a/b c",
        "http://a/\n",
        "http://a/\x00",
        "http://a/\u202e",
        "http://a/\u2028",
        "http://a/\ud800",
        " http://a/",
        "http://good.example\\@evil.example/",
        'http://a"onclick="x/',
        "http://<b>/",
        "http://{{x}}/",
        "http://a/" + "x" * LONGEST,
    ],
)
def test_no_web_addresses(url: str) -> None:
    assert not is_web_url(url)


@given(any_url.filter(is_web_url))
def test_canonical_addresses_stay_web_addresses(url: str) -> None:
    assert is_web_url(canonical_url(url))
