"""Odd, broken and hostile sources: each says what is wrong with it, and none stops the others."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.app.ingest import ingest
from digest.app.readings import SourceReport
from digest.config import load
from digest.errors import Unreachable
from digest.model import Rejected, SourceSpec, Story
from digest.sources import Context, Found, Remark, rss
from digest.sources._bytes import Lines, decoded
from digest.sources._feed_item import EXCERPT
from digest.sources._times import Habits, habits_of, moment
from digest.store import open_store
from tests.fakes.server import Server
from tests.newsrooms import DIGEST, Room, newsroom

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
CONTEXT = Context(
    spec=SourceSpec(name="harbor", type="rss", url="https://harbor.example/feed"),
    now=NOW,
    zone=ZONE,
    file="feed",
    base="https://harbor.example/feed",
)


def feed(*items: str, head: str = "", encoding: str = "") -> str:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else ""
    inner = "".join(
        f"<item><link>https://harbor.example/{n}</link>{item}</item>" for n, item in enumerate(items, 1)
    )
    return f'{declared}<rss version="2.0" {NAMESPACES}><channel>{head}{inner}</channel></rss>'


def read(data: bytes | str, charset: str = "") -> list[Found]:
    text = data.encode() if isinstance(data, str) else data
    context = Context(spec=CONTEXT.spec, now=NOW, zone=ZONE, file="feed", base=CONTEXT.base, charset=charset)
    return list(rss.parse(text, context))


def titles(its: list[Found]) -> list[str]:
    return [it.title for it in its if isinstance(it, Story)]


def remarks(its: list[Found]) -> list[str]:
    return [it.what for it in its if isinstance(it, Remark)]


# Text


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Ferry &#55357;&#56832; sails", "Ferry \U0001f600 sails"),
        ("Ferry &#xD83D;&#xDE00; sails", "Ferry \U0001f600 sails"),
        ("Ferry &amp;#55357;&amp;#56832; sails", "Ferry \U0001f600 sails"),
        ("Ferry &#55357; sails", "Ferry \ufffd sails"),
        ("Ferry &#x110000; sails", "Ferry \ufffd sails"),
        ("Ferry &#99999999999; sails", "Ferry \ufffd sails"),
        ("Ferry &#1;sails", "Ferry sails"),
        ("Ferry \x01sails", "Ferry sails"),
        ("Ferry &#8217;s &#38;amp; sails", "Ferry ’s & sails"),
    ],
)
def test_references_to_characters(written: str, title: str) -> None:
    assert titles(read(feed(f"<title>{written}</title>", "<title>Next</title>"))) == [title, "Next"]


@pytest.mark.parametrize(
    "odd",
    [
        "<gml:pos>1 2</gml:pos>",
        "<gml:pos>",
        "<georss:where><gml:pos/></georss:where>",
        '<media:content url="http://[x/i.jpg"/>',
        '<guid isPermaLink="maybe">http://[</guid>',
        "<itunes:duration>x</itunes:duration>",
        "<pubDate>99999999999999 Foo</pubDate>",
        '<source url="http://[1"><title>x</title></source>',
        "<creativeCommons:license/>",
        "<psc:chapter start='x'/>",
        '<content type="application/x" mode="base64">!!!</content>',
    ],
)
def test_what_feedparser_stumbles_over_costs_at_most_its_item(odd: str) -> None:
    its = read(feed("<title>First</title>", f"<title>Odd</title>{odd}", "<title>Last</title>"))
    assert [title for title in titles(its) if title != "Odd"] == ["First", "Last"]


def test_a_channel_that_feedparser_fails_on_costs_no_item() -> None:
    head = "<image><width></width><height>tall</height></image><georss:line>1 2 3</georss:line>"
    assert titles(read(feed("<title>First</title>", head=head))) == ["First"]


def test_any_mutation_of_a_feed_is_read_or_refused() -> None:
    """Two thousand small accidents, the same ones every time."""
    whole = feed(
        "<title>Caf\xe9 &amp; ferry</title><category>Local News</category>"
        "<pubDate>Fri, 23 Jan 2026 10:00:00 GMT</pubDate>",
        '<title><![CDATA[Harbor]]></title><enclosure url="https://harbor.example/a.jpg" type="image/jpeg"/>',
        encoding="utf-8",
    ).encode()
    pieces = (
        b"&#55357;",
        b"<![CDATA[",
        b"]]>",
        b"\xff",
        b"\0",
        b"<item>",
        b"</item>",
        b"&",
        b"<",
        b'xml:base="http://[1"',
    )
    chance = random.Random(7)
    for _ in range(2000):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            data[at : at + chance.choice((0, 0, 1, 20))] = chance.choice(pieces)
        with suppress(Unreachable):
            read(bytes(data))


def test_bytes_that_are_a_path_are_no_file(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(feed("<title>Secret</title>"))
    with pytest.raises(Unreachable, match="is no feed"):
        read(str(file))


# Charsets


@pytest.mark.parametrize(
    ("codec", "declared", "server"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "", ""),
        ("utf-8", "iso-8859-1", ""),
        ("utf-8", "utf-8", "iso-8859-1"),
        ("utf-8-sig", "iso-8859-1", ""),
        ("utf-16", "", ""),
        ("utf-16-le", "utf-16", ""),
        ("utf-32", "", ""),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "", "windows-1252"),
        ("cp1252", "", ""),
        ("cp1252", "utf-8", ""),
        ("cp1252", "no-such-charset", ""),
        ("cp1252", "zlib", ""),
        ("iso8859-15", "iso-8859-15", ""),
    ],
)
def test_whatever_its_charset_a_feed_keeps_its_words(codec: str, declared: str, server: str) -> None:
    data = feed("<title>Café à la “Brise”</title>", encoding=declared)
    data = data.replace("“", '"').replace("”", '"') if codec == "iso8859-15" else data
    assert titles(read(data.encode(codec), server))[0].startswith("Café à la")


@pytest.mark.parametrize(
    ("codec", "text"),
    [("koi8-r", "Паром вышел в море"), ("shift_jis", "港のニュース"), ("gb18030", "港口新闻"), ("euc-kr", "항구 소식"),
     ("iso2022-jp", "港のニュース"), ("windows-1251", "Паром")],
)  # fmt: skip
@pytest.mark.parametrize("by_server", [True, False])
def test_other_scripts(codec: str, text: str, by_server: bool) -> None:
    data = feed(f"<title>{text}</title>", encoding="" if by_server else codec).encode(codec)
    assert titles(read(data, codec if by_server else "")) == [text]


def test_one_invalid_byte_spoils_itself_only() -> None:
    text = feed(
        "<title>Caf\xe9 one</title>",
        "<title>B@r two</title>",
        "<title>Na\xefve three</title>",
        encoding="utf-8",
    )
    its = read(text.encode().replace(b"@", b"\xff"))
    assert titles(its) == ["Café one", "Bÿr two", "Naïve three"]
    assert remarks(its) == ["1 byte is no UTF-8 and was replaced"]


def test_a_letter_cut_in_two_is_one_mark() -> None:
    its = read(feed("<title>Café one</title>", "<title>B@ two</title>").encode().replace(b"@", b"\xe2\x80"))
    assert titles(its) == ["Café one", "B\ufffd\ufffd two"]


def test_what_was_read_as_it_came_is_no_remark() -> None:
    for encoding in ("utf-8", "iso-8859-1"):
        assert remarks(read(feed("<title>Café</title>", encoding=encoding).encode(encoding))) == []
    assert remarks(read(feed("<title>Cafe</title>"), "iso-8859-1")) == []


def test_what_was_guessed_is_said() -> None:
    (remark,) = remarks(read(feed("<title>Café</title>").encode("cp1252")))
    assert "read as Windows text" in remark
    (remark,) = remarks(read(feed("<title>Café</title>", encoding="iso-8859-1")))
    assert remark == "it is UTF-8, though its declaration says iso-8859-1"
    (remark,) = decoded(feed("<title>Café</title>", encoding="bogus").encode()).remarks
    assert remark == 'the charset "bogus" (of its declaration) is unknown'


def test_one_bad_line_of_a_file_is_one() -> None:
    read_ = list(Lines("url,title\nCafé\n".encode() + b"B\xe9b\xe9\n"))
    assert [line for line, _ in read_] == ["url,title\n", "Café\n", "Bébé\n"]
    assert [bool(remark) for _, remark in read_] == [False, False, True]


# People, categories, kinds


@pytest.mark.parametrize(
    ("tags", "author"),
    [
        ("<author>jo@harbor.example (Jo Quay)</author>", "Jo Quay"),
        ("<author>Jo Quay (jo@harbor.example)</author>", "Jo Quay"),
        ("<author>jo@harbor.example</author>", ""),
        ("<author>Jo Quay &lt;jo@harbor.example&gt;</author>", "Jo Quay"),
        ("<dc:creator>jo@harbor.example</dc:creator>", ""),
        ("<dc:creator>Jo Quay</dc:creator><dc:creator>Al Pier</dc:creator>", "Jo Quay, Al Pier"),
        ("<dc:creator>Jo Quay</dc:creator><dc:creator>Jo Quay</dc:creator>", "Jo Quay"),
        ("<dc:creator>mailto:jo@harbor.example</dc:creator>", ""),
    ],
)
def test_authors_have_names_and_no_addresses(tags: str, author: str) -> None:
    (story,) = read(feed(f"<title>T</title>{tags}"))
    assert isinstance(story, Story)
    assert story.author == author


def test_the_category_of_the_channel_and_the_label_count() -> None:
    (story,) = read(feed("<title>T</title><category>Ferries</category>", head="<category>Sports</category>"))
    assert isinstance(story, Story)
    assert (story.sections, story.tags) == (("Ferries", "Sports"), ("Ferries",))
    atom = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>T</title><link href="https://harbor.example/1"/>
    <category term="cat-17" label="Local News"/></entry></feed>"""
    (story,) = read(atom)
    assert isinstance(story, Story)
    assert story.sections == ("cat-17", "Local News")


@pytest.mark.parametrize(
    "item",
    [
        "<description>There is no excerpt because this is a protected post.</description>",
        "<content:encoded>&lt;form action=&quot;https://harbor.example/wp-login.php?action=postpass&quot;&gt;</content:encoded>",
    ],
)
def test_a_post_that_a_password_opens_is_no_story(item: str) -> None:
    (told,) = read(feed(f"<title>Protected: The secret pier</title>{item}"))
    assert isinstance(told, Rejected)
    assert told.why == "it is protected by a password"


def test_podcasts_carry_their_kind() -> None:
    sound = '<enclosure url="https://harbor.example/a.mp3" type="audio/mpeg" length="1"/>'
    (story,) = read(feed(f"<title>T</title>{sound}"))
    assert isinstance(story, Story)
    assert story.flags == ("podcast",)


def test_of_renditions_the_one_that_is_wide_enough() -> None:
    media = "".join(
        f'<media:content url="https://harbor.example/{w}.jpg" medium="image" width="{w}" height="{w // 2}"/>'
        for w in (140, 620, 1400, 6000)
    )
    narrow = '<media:content url="https://harbor.example/n.jpg" medium="image" width="1300" height="9000"/>'
    (story,) = read(feed(f"<title>T</title>{narrow}{media}"))
    assert isinstance(story, Story)
    assert story.image is not None
    assert story.image.url == "https://harbor.example/1400.jpg"


# Times


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("mar, 12 mag 2026 10:30:00 +0200", "2026-05-12T08:30:00Z"),
        ("12. Mai 2026 um 10:30 Uhr", "2026-05-12T14:30:00Z"),
        ("vendredi 23 janvier 2026 10h30", "2026-01-23T15:30:00Z"),
        ("23 de enero de 2026 10:00", "2026-01-23T15:00:00Z"),
        ("23 января 2026 г. 10:00", "2026-01-23T15:00:00Z"),
        ("2026年1月23日 10時30分", "2026-01-23T15:30:00Z"),
        ("1769180400", "2026-01-23T15:00:00Z"),
        ("1769180400000", "2026-01-23T15:00:00Z"),
        ("1/23/2026 3:05 PM", "2026-01-23T20:05:00Z"),
        ("23/1/2026 15:05", "2026-01-23T20:05:00Z"),
        ("23.01.2026", "2026-01-23T05:00:00Z"),
        ("2026/1/3 9:05", "2026-01-03T14:05:00Z"),
        ("January 23, 2026 at 3:05 p.m. EST", "2026-01-23T20:05:00Z"),
        ("Fri Jan 23 10:00:00 EST 2026", "2026-01-23T15:00:00Z"),
        ("Fri, 23 Jan 2026 25:00:00 GMT", None),
        ("31 Feb 2026", None),
        ("13/13/2026", None),
        ("yesterday", None),
        ("Foo 12 2026", None),
    ],
)
def test_times_as_people_write_them(written: str, at: str | None) -> None:
    found = moment(written, Habits(ZONE))
    assert (found and found.at) == (datetime.fromisoformat(at) if at else None)
    assert found is None or not found.doubt


@pytest.mark.parametrize(
    ("others", "locale", "at", "doubtful"),
    [
        ("", "en_US", "2026-01-02", True),
        ("", "de_DE", "2026-02-01", True),
        ("25/12/2025", "en_US", "2026-02-01", False),
        ("12/25/2025", "de_DE", "2026-01-02", False),
        ("12/25/2025 25/12/2025", "de_DE", "2026-02-01", True),
    ],
)
def test_a_date_with_two_meanings(others: str, locale: str, at: str, doubtful: bool) -> None:
    found = moment("1/2/2026", habits_of(f"1/2/2026 {others}", ZONE, locale))
    assert found is not None
    assert found.at.astimezone(ZONE).date().isoformat() == at
    assert bool(found.doubt) is doubtful


@pytest.mark.parametrize("written", ["2026-11-01T10:30:00 XYZ", "Sun, 1 Nov 2026 10:30:00 QST"])
def test_a_zone_that_nobody_knows_is_said(written: str) -> None:
    found = moment(written, Habits(ZONE))
    assert found is not None
    assert found.at == datetime(2026, 11, 1, 15, 30, tzinfo=UTC)
    assert (
        found.doubt
        == f"names the zone {written[-3:]}, which is not known; it was read on the clock of {ZONE.key}"
    )


# What stands there instead of a feed


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<!DOCTYPE html><html><head><title>Harbor</title></head></html>", "is no feed but a web page"),
        (
            '<html><link rel="alternate" type="application/rss+xml" href="/news.xml"></html>',
            "https://harbor.example/news.xml",
        ),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": []}', "type: jsonfeed"),
        ("Error establishing a database connection", "is no feed"),
        ("   ", "is empty"),
    ],
)
def test_pages_instead_of_feeds(body: str, told: str) -> None:
    with pytest.raises(Unreachable, match=told):
        read(body)


def test_an_endless_row_of_tags_is_read_in_no_time() -> None:
    for piece in ("<a ", "&", "<![CDATA[", "<item>", "<!--", "]]>", "<b"):
        with suppress(Unreachable):
            read("<rss version='2.0'><channel>" + piece * 20_000)


# One source and the others


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def _report(room: Room, urls: dict[str, str]) -> list[SourceReport]:
    sources = "".join(f'  - {{name: {name}, type: rss, url: "{url}"}}\n' for name, url in urls.items())
    head, _, tail = DIGEST.partition("sources:\n")
    room.write("digest.yaml", f"{head}sources:\n{sources}{tail[tail.index('sections:') :]}")
    loaded = load(room.root)
    with open_store(loaded.store, loaded.publication) as store:
        return ingest(loaded, store, loaded.sources, now=NOW)


def test_one_source_stops_no_other(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    room = newsroom(tmp_path / "room")
    for name in ("a", "c"):
        server.put(f"/{name}", feed("<title>T</title>").replace("harbor", name).encode())
    server.put("/b", feed("<title>Poison</title>").encode())
    whole = rss.parse

    def poisoned(data: bytes, context: Context) -> Iterator[Found]:
        if b"Poison" in data:
            raise RecursionError("too deep")
        return whole(data, context)

    monkeypatch.setattr(rss, "parse", poisoned)
    reports = _report(room, {name: f"{server.url}/{name}" for name in "abc"})
    assert [(one.name, one.new, one.error) for one in reports] == [
        ("a", 1, ""),
        ("b", 0, "b: what it sends cannot be read (RecursionError: too deep)."),
        ("c", 1, ""),
    ]


def test_sources_are_read_at_once_and_told_in_their_order(tmp_path: Path, server: Server) -> None:
    """Every answer waits until all have been asked: read one after the other, none would ever come."""
    everybody = threading.Barrier(20)
    for n in range(20):
        body = feed(f"<title>T{n}</title>").replace("harbor", f"n{n}").encode()

        def answer(call: object, body: bytes = body) -> None:
            everybody.wait(10)
            call.send(200, body)  # type: ignore[attr-defined]

        server.answers[f"/{n}"] = answer
    reports = _report(newsroom(tmp_path / "room"), {f"n{n}": f"{server.url}/{n}" for n in range(20)})
    assert [(one.name, one.new, one.error) for one in reports] == [(f"n{n}", 1, "") for n in range(20)]


def test_a_rejected_item_has_its_number(tmp_path: Path) -> None:
    its = read(feed("<title>T</title>", "<title></title>"))
    assert [it.where for it in its if isinstance(it, Rejected)] == ["feed item 2"]
    assert EXCERPT > 0
