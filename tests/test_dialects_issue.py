"""A whole issue for every mailer: its own tags are there byte for byte, and nobody else's text is one."""

from __future__ import annotations

import email
import email.policy
import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from unittest.mock import patch
from urllib.parse import unquote

import pytest

from digest.model import Lineup, Story
from digest.render.cleanup import summary
from digest.render.dialect import JOINER, unsubscribe_link
from digest.render.dialects import dialect, names
from tests.judges import subjects
from tests.judges.subjects import NATIVE, Subject, dressed, made, stories
from tests.strategies.mailers import SYNTAX
from tests.test_dialects import SEARCHES
from tests.test_dialects_engines import ENGINES, GoEngine, go, node

__all__ = ["go"]

TEXTS = [
    (f"Section {number // 2}", f"Headline {tag} ends", f"Summary {tag} and {tag}.")
    for number, tag in enumerate(SYNTAX)
]
SENDER = "NewsFinale <news@newsfinale.example>"
ENGINE = {"hubspot": "jinja", "klaviyo": "django", "brevo": "django", "buttondown": "django"}


class Words(HTMLParser):
    """What a reader reads, and where the links lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.links: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def hostile() -> Lineup:
    """Every syntax in titles, summaries and URLs."""
    lineup = stories(TEXTS, images=False)
    return Lineup(
        sections=tuple(
            replace(
                section, entries=tuple(replace(entry, story=linked(entry.story)) for entry in section.entries)
            )
            for section in lineup.sections
        )
    )


def linked(story: Story) -> Story:
    tag = SYNTAX[int(story.id[1:]) - 1].translate({ord(char): None for char in " &#"})
    return replace(story, url=f"https://news.example/{story.id}?q={tag}")


AD = replace(
    NATIVE, headline="Ad {{ x }} *|X|* [link:x] %x%", body="{% x %} %%{x}%% @TrackLink", cta="Go {name}"
)


@pytest.fixture(scope="module")
def issues() -> dict[str, Subject]:
    """The same hostile stories and ad for every mailer; two to a section, so that each shows its summary."""
    with patch.object(subjects, "NATIVE", AD):
        return {
            name: made(name, replace(dressed("lively", mailer=name), size_budget=10**6), hostile())
            for name in names()
        }


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace(JOINER, ""))


@pytest.mark.parametrize("mailer", names())
def test_own_tags_leave_byte_for_byte(issues: dict[str, Subject], mailer: str) -> None:
    tags, rendered = dialect(mailer), issues[mailer].rendered
    page, text = rendered.html.decode(), rendered.text.decode()
    unsubscribe = unsubscribe_link(tags, SENDER, "https://newsfinale.example")
    for tag in (unsubscribe, tags.browser, tags.preferences):
        if tag is None:
            continue
        assert (f"<{tag.element}>" if tag.element else f'href="{tag.href}"') in page
        assert tag.plain in text
    if tags.address:
        assert tags.address.href in page
        assert tags.address.plain in text.replace("\n", " ")
    for name, value in tags.headers.items():
        assert email.message_from_bytes(issues[mailer].eml, policy=email.policy.strict)[name] == value


@pytest.mark.parametrize("mailer", names())
def test_readers_of_the_html_see_every_text(issues: dict[str, Subject], mailer: str) -> None:
    reader = Words()
    reader.feed(issues[mailer].rendered.html.decode())
    seen = flat(reader.text)
    assert [title for _, title, _ in TEXTS if flat(title) not in seen] == []
    summaries = [
        summary(words, title) for _, title, words in TEXTS
    ]  # web addresses and markup are cleaned away
    assert len([words for words in summaries if words]) >= len(TEXTS) - 1
    assert [words for words in summaries if flat(words) not in seen] == []
    assert all(words in seen for words in (AD.headline, AD.body, AD.cta))
    links = [unquote(link) for link in reader.links if link.startswith("https://news.example/s")]
    wanted = [unquote(entry.story.url) for entry in hostile()]
    assert [url for url in wanted if not any(link.startswith(url) for link in links)] == []


@pytest.mark.parametrize("mailer", names())
def test_html_holds_no_tag_but_the_mailers_own(issues: dict[str, Subject], mailer: str) -> None:
    tags = dialect(mailer)
    page = issues[mailer].rendered.html.decode()
    for own in (tags.unsubscribe, tags.browser, tags.preferences, tags.address):
        page = page.replace(own.href if own else "\0", "")
    page = re.sub(
        r"</?(?:unsubscribe|webversion|preferences)>|<style.*?</style>|<!--.*?-->", "", page, flags=re.DOTALL
    )
    page = page.replace(tags.preview or "\0", "").replace(tags.preview_end or "\0", "")
    assert (
        re.findall(
            r"\{\{|\{%|\{#|\*\||%%\{|%[a-z_]+%|\[(?:link|subscriber|firstname|unsubscribe)|@TrackLink", page
        )
        == []
    )


@pytest.mark.parametrize("mailer", [name for name in SEARCHES if name not in ("sendgrid", "listmonk")])
def test_searching_mailers_find_only_their_own_in_the_text(issues: dict[str, Subject], mailer: str) -> None:
    tags = dialect(mailer)
    own = {tag.plain for tag in (tags.unsubscribe, tags.browser, tags.preferences, tags.address) if tag}
    text = issues[mailer].rendered.text.decode()
    assert {match[0] for match in re.finditer(SEARCHES[mailer], text)} <= own
    assert [title for _, title, _ in TEXTS if flat(title) not in flat(text)] == []


def assert_all_there(text: str) -> None:
    assert [title for _, title, _ in TEXTS if flat(title) not in flat(text)] == []


@pytest.mark.parametrize(("mailer", "engine"), ENGINE.items())
def test_python_engines_print_every_text(issues: dict[str, Subject], mailer: str, engine: str) -> None:
    text, tags = issues[mailer].rendered.text.decode(), dialect(mailer)
    for own in (
        tags.unsubscribe,
        tags.browser,
        tags.preferences,
    ):  # Django knows none of its mailers' tags
        text = text.replace(own.plain if own else "\0", "")
    assert_all_there(ENGINES[engine]()(text))


@pytest.mark.parametrize("mailer", ["sendgrid", "ses"])
def test_handlebars_prints_every_text(issues: dict[str, Subject], mailer: str) -> None:
    (answer,) = node(
        "engines.js", [{"engine": "handlebars", "template": issues[mailer].rendered.text.decode()}]
    )
    assert_all_there(answer.get("out", answer.get("error", "")))


def test_go_prints_every_text(issues: dict[str, Subject], go: GoEngine) -> None:
    rendered = issues["listmonk"].rendered
    page, text = go([{"kind": "html", "template": face.decode()} for face in (rendered.html, rendered.text)])
    assert_all_there(text["out"].replace("&lt;", "<"))
    assert_all_there(html.unescape(re.sub(r"<[^>]*>", "", page["out"])))
    assert text["out"].count("EVIL") == 3  # the mailer's own: unsubscribe, view in browser, preferences


@pytest.mark.parametrize(
    ("locale", "label"), [("en_US", "Advertisement"), ("ar_EG", "إعلان"), ("ja_JP", "広告")]
)
def test_the_disclosure_speaks_the_issues_language(locale: str, label: str) -> None:
    rendered = made("x", dressed("lively", locale), stories(subjects.ENGLISH, images=False)).rendered
    assert rendered.html.decode().count(label) >= 3
    assert rendered.text.decode().count(label) >= 3
