"""Foreign text is text: in the HTML, in the plain part, in the message's header, on the terminal."""

from __future__ import annotations

import json
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.newsrooms import DIGEST, Room, newsroom, story

BUILD = ("build", "--daily", "--date", "2026-01-23")

TITLES = [
    "<script>alert(1)</script> runs for mayor",
    '"><img src=x onerror=alert(1)> wins',
    "{{ 7 * 7 }} {% raw %} {{{ unsafe }}} {# note #}",
    "*|UNSUB|* and [unsubscribe] and %recipient.email%",
    "Line one\r\nBcc: victim@example.com\r\n\r\nbody",
    "NUL \x00 and bell \x07 and \x1b[31mred",
    "Right \u202eto left\u202c override",
    "&lt;b&gt;not bold&lt;/b&gt; &amp;amp;",
    "family \U0001f468\u200d\U0001f469\u200d\U0001f467 emoji stays",
    "\ud83d lone surrogate",
    "'; DROP TABLE digest_stories; --",
]


class Page(HTMLParser):
    """The elements and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    room = newsroom(tmp_path_factory.mktemp("hostile") / "room", digest=DIGEST.replace("top: 3", "top: 30"))
    rows: list[Any] = [story(n) for n in range(6)]
    rows += [
        story(100 + n, title=title, summary=title, source=title[:40], section="Health", author=title)
        for n, title in enumerate(TITLES)
    ]
    rows += [
        story(200, url="javascript:alert(1)"),
        story(201, url="data:text/html,<script>alert(1)</script>"),
        story(202, url="https://harbor.example/\r\nSet-Cookie: x"),
        story(203, url='https://harbor.example/"onmouseover="alert(1)', section="Health"),
        story(204, title="Long " + "word " * 200_000, summary="x" * 1_000_000, section="Health"),
        story(205, title="", section="Health"),
        story(206, image={"url": "javascript:alert(1)"}, section="Health"),
        story(207, published_at="0001-01-01T00:00:00"),
        story(208, published_at="9999-12-31T23:59:59"),
        story(209, popularity=float("nan"), section="Health"),
        story(210, popularity={"views": -5, "shares": 1e308}, section="Health"),
        story(211, tags=["x" * 10_000] * 50, flags=["no_ads"], section="Health"),
        story(212, id="../../etc/passwd\n", section="Health"),
        7,
        ["a list"],
        None,
        {"url": ["x"], "title": {"a": 1}},
    ]
    room.write("stories.jsonl", "\n".join(json.dumps(row) for row in rows) + '\n{"url": "\n\x00\n')
    result = room.run(*BUILD)
    assert result.code == 0, result.err
    assert "Traceback" not in result.err
    return room


def test_no_element_and_no_attribute_comes_from_a_story(room: Room) -> None:
    page = Page(room.files()["index.html"].decode())
    assert not page.names & {"script", "iframe", "object", "form", "b"}
    for name, value in page.attributes:
        assert not name.startswith("on")
        if name in ("href", "src"):
            jumps_to_a_section = name == "href" and value.startswith("#section-")
            assert jumps_to_a_section or value.split(":")[0] in ("https", "http", "mailto"), value


def test_every_title_reaches_the_reader_as_text(room: Room) -> None:
    stories = {one["id"]: one for section in room.manifest()["sections"] for one in section["stories"]}
    shown = {number for number in range(len(TITLES)) if f"s{100 + number}" in stories}
    assert len(shown) >= len(TITLES) - 1
    text = room.files()["index.html"].decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text.replace("&#60;", "&lt;")
    assert "7 * 7" in text
    for one in stories.values():
        assert "\n" not in one["title"]
        assert "\r" not in one["title"]
        assert "\x00" not in one["title"]
        assert "\u202e" not in one["title"]
    assert "\u200d" in stories["s108"]["title"]


def test_the_message_has_the_headers_it_should_have(room: Room) -> None:
    message = message_from_bytes(room.files()["message.eml"], policy=default)
    assert message["Bcc"] is None
    assert not message.defects
    assert message["Subject"]
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert all(len(line) <= 998 for line in room.files()["message.eml"].split(b"\r\n"))


def test_what_cannot_run_is_left_out_or_rejected_with_a_reason(room: Room) -> None:
    reasons = room.run("ingest", "--json").json["sources"][0]["reasons"]
    assert len(reasons) >= 8
    assert all(": " in reason for reason in reasons)
    assert {"s200", "s201", "s205"}.isdisjoint(
        one["id"] for one in room.run("stories", "list", "--json").json["stories"]
    )


def test_people_see_no_escape_sequences(room: Room) -> None:
    for words in (("stories", "list"), ("explain", "daily", "2026-01-23", "--all"), ("issues",)):
        result = room.run(*words)
        assert result.code == 0
        assert "\x1b" not in result.out
        assert "\x00" not in result.out


def test_nothing_but_the_outbox_and_the_store_was_written(room: Room) -> None:
    assert {path.name for path in room.root.iterdir()} <= {
        "digest.yaml",
        "adslots.yaml",
        "stories.jsonl",
        "var",
        "outbox",
    }
