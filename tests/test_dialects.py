"""Dialects as data: every mailer has its tags, and foreign text never turns into one."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given

from digest.render.dialect import JOINER, Tag, protect_html, sender_address, unsubscribe_link
from digest.render.dialects import dialect, names
from tests.strategies.mailers import SYNTAX, foreign_text, fuzzed

MAILERS = names()

UNSUBSCRIBE = {
    "listmonk": "{{ UnsubscribeURL }}",
    "mailchimp": "*|UNSUB|*",
    "sendgrid": "{{{unsubscribe}}}",
    "ses": "{{amazonSESUnsubscribeUrl}}",
    "postmark": "{{{ pm:unsubscribe }}}",
    "brevo": "{{ unsubscribe }}",
    "buttondown": "{{ unsubscribe_url }}",
    "mailgun": "%unsubscribe_url%",
    "campaign_monitor": "[unsubscribe]",
    "klaviyo": "{% unsubscribe_link %}",
    "hubspot": "{{ unsubscribe_link }}",
    "ghost": "%%{unsubscribe_url}%%",
    "mailpoet": "[link:subscription_unsubscribe_url]",
}

# What each searching mailer looks for in a message; group 0 is replaced.
SEARCHES = {
    "mailchimp": r"\*\|.*?\|\*",
    "mailgun": r"%[A-Za-z_][\w.-]*%|\{\{.*?\}\}",
    "postmark": r"\{\{.*?\}\}\}?",
    "campaign_monitor": r"\[[A-Za-z]\w*(?:,fallback=[^\]]*)?\]|</?[a-z]+>",
    "ghost": r'%%\{\w*.*?\}%%|\{\w*?(?:,? *"[^"]*")?\}',
    "mailpoet": r"\[[A-Za-z_]+:[^\]]*\]",
    "sendgrid": r"<%.*?%>|\[%.*?%\]|\[(?:[Uu]nsubscribe|[Ww]eblink)\]",
    "listmonk": r"(https?://[^\s\"]*)@TrackLink",
}
ANY_TAG = re.compile(
    r"\{\{|\{%|\{#|\*\||%%\{|%[a-z_]+%|%recipient|\[(?:link|subscriber|firstname|unsubscribe|weblink|%)|<%|<unsubscribe"
    r"|@TrackLink|\{\w+(?:,[^}]*)?\}"
)


def as_html(text: str) -> str:
    return protect_html(html.escape(text))


def test_the_mailers_that_are_promised_are_there() -> None:
    assert {"plain", *UNSUBSCRIBE} <= set(MAILERS)


@pytest.mark.parametrize("mailer", MAILERS)
def test_every_dialect_says_what_it_is_and_lacks(mailer: str) -> None:
    tags = dialect(mailer)
    assert tags.help.endswith(".")
    assert (tags.unsubscribe is None) == any("unsubscribe" in words for words in tags.missing)
    assert (tags.browser is None) == any("view-in-browser" in words for words in tags.missing)
    assert "FALLBACK" not in tags.greeting("friend")
    assert "पाठक" in tags.greeting("पाठक") or not tags.first_name or mailer == "mailgun"
    assert tags.greeting('"}} {{ x') == tags.first_name.replace("FALLBACK", "  x")


@pytest.mark.parametrize(("mailer", "tag"), UNSUBSCRIBE.items())
def test_the_unsubscribe_tag(mailer: str, tag: str) -> None:
    link = unsubscribe_link(dialect(mailer), "News <news@x.example>", "https://x.example")
    assert (link.href, link.plain) == (tag, tag)


@pytest.mark.parametrize(("mailer", "tag"), UNSUBSCRIBE.items())
def test_list_unsubscribe_is_the_tag_where_it_is_an_address(mailer: str, tag: str) -> None:
    expected = {} if mailer == "campaign_monitor" else {"List-Unsubscribe": f"<{tag}>"}
    assert dialect(mailer).headers == expected


def test_plain_has_a_mail_to_the_sender() -> None:
    plain = dialect("plain")
    assert unsubscribe_link(plain, "News <news@x.example>", "https://x.example").href == (
        "mailto:news@x.example?subject=unsubscribe"
    )
    assert unsubscribe_link(plain, "", "https://x.example") == Tag("https://x.example")
    assert plain.headers == {}
    assert len(plain.missing) == 4


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("News <news@x.example>", "news@x.example"),
        ('"News, Daily" <news@x.example>', "news@x.example"),
        ("news@x.example", "news@x.example"),
        ("News", ""),
        ("", ""),
    ],
)
def test_sender_address(sender: str, address: str) -> None:
    assert sender_address(sender) == address


def test_campaign_monitor_gets_elements_and_others_do_not() -> None:
    link = '<p><a class="q" href="[unsubscribe]" style="color:#111111" target="_blank">Leave</a></p>'
    assert dialect("campaign_monitor").finish_html(link) == (
        '<p><unsubscribe><span class="q" style="color:#111111">Leave</span></unsubscribe></p>'
    )
    assert all(dialect(name).finish_html(link) == link for name in names() if name != "campaign_monitor")


def test_story_text_cannot_forge_an_element_for_campaign_monitor() -> None:
    story = f'<a href="{as_html("[unsubscribe]")}">{as_html("[unsubscribe]")}</a>'
    assert dialect("campaign_monitor").finish_html(story) == story


@given(foreign_text())
def test_html_shows_the_text_and_holds_no_tag(text: str) -> None:
    protected = as_html(text)
    assert html.unescape(protected) == html.unescape(html.escape(text))
    assert not ANY_TAG.search(re.sub(r"&#?\w+;", "&", protected))


@pytest.mark.parametrize("mailer", SEARCHES)
def test_searching_mailers_find_nothing_in_text(mailer: str) -> None:
    tags, search = dialect(mailer), re.compile(SEARCHES[mailer])
    for text in fuzzed(400):
        for protected in (tags.protect_text(text), tags.protect_subject(text)):
            if mailer == "sendgrid":  # its braces have a real engine in test_dialects_engines.py
                protected = re.sub(r"\{\{.*?\}\}", "", protected)
            assert not search.search(protected), (text, protected)


@pytest.mark.parametrize(
    "mailer", ["mailchimp", "mailgun", "postmark", "campaign_monitor", "ghost", "mailpoet", "plain"]
)
@given(text=foreign_text())
def test_text_without_an_engine_differs_by_joiners_only(mailer: str, text: str) -> None:
    assert dialect(mailer).protect_text(text).replace(JOINER, "") == text.replace(JOINER, "")


@pytest.mark.parametrize("mailer", MAILERS)
@given(text=foreign_text())
def test_ordinary_text_passes_untouched(mailer: str, text: str) -> None:
    ordinary = re.sub(r"[{}\[\]<>*|@\\]|%(?=[A-Za-z_%{])", "", text)
    ordinary = re.sub(r"%(?=[A-Za-z_])|%%+", "", ordinary)
    tags = dialect(mailer)
    assert tags.protect_text(ordinary) == tags.protect_subject(ordinary) == ordinary


@pytest.mark.parametrize("mailer", MAILERS)
def test_an_ordinary_url_is_kept_byte_for_byte(mailer: str) -> None:
    url = "https://a.example/b/%E2%80%99s-50%25?x=1&y=a+b*c&z[]=1&q=a|b#top%7D"
    assert dialect(mailer).protect_url(url) == url


@pytest.mark.parametrize("mailer", MAILERS)
def test_urls_hold_no_tag_and_lead_to_the_same_place(mailer: str) -> None:
    tags = dialect(mailer)
    search = re.compile(SEARCHES.get(mailer, r"\{\{|\{%|\{#") if mailer != "plain" else r"(?!)")
    for tag in (tag.replace(" ", "") for tag in fuzzed(200)):
        url = f"https://a.example/p/{tag}?q={tag}#{tag}"
        protected = tags.protect_url(url)
        assert not search.search(protected), protected
        assert unquote(unquote(protected)) == unquote(unquote(url))


@pytest.mark.parametrize("mailer", MAILERS)
def test_neighbours_never_form_a_tag_together(mailer: str) -> None:
    """Two fields printed side by side are as safe as each alone."""
    tags = dialect(mailer)
    for tag in SYNTAX:
        for cut in range(1, len(tag)):
            at_once, halves = (
                tags.protect_text(tag),
                tags.protect_text(tag[:cut]) + tags.protect_text(tag[cut:]),
            )
            search = re.compile(SEARCHES.get(mailer, r"(?!)"))
            if mailer not in ("sendgrid", "listmonk", "mailgun"):
                assert bool(search.search(halves)) == bool(search.search(at_once)) is False, (tag, cut)


@pytest.mark.parametrize("mailer", MAILERS)
def test_the_documented_table_is_the_dialects_own(mailer: str) -> None:
    page = (Path(__file__).parents[1] / "docs" / "mailers.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| `{mailer}` |")).replace("\\|", "|")
    own = dialect(mailer)
    tags = [tag for tag in (own.unsubscribe, own.browser, own.preferences) if tag]
    assert all(f"`{tag.plain}`" in row for tag in tags)
    assert all(f"`<{tag.element}>`" in row for tag in tags if tag.element)
    assert row.count("none") == [own.browser, own.preferences].count(None)
    assert ("`publication.address`" in row) == (own.address is None)
