"""Feeds: RSS and Atom as they are written, WordPress first; and the suites of two feed parsers."""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import Unreachable
from digest.model import Image, Rejected, SourceSpec, Story
from digest.model.text import from_html, plain_title
from digest.model.urls import story_id
from digest.sources import Context, Found, Remark, rss
from digest.sources._feed_item import EXCERPT
from digest.sources._fields import named_people
from digest.sources._times import Habits, moment

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
SUITES = Path(os.environ.get("DIGEST_DATA", "../shared/data")) / "feeds_dev_feedparser_gofeed.tar.gz"
NAMES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
)
CONTEXT = Context(
    spec=SourceSpec(name="paper", type="rss", url="feed.xml"),
    now=NOW,
    zone=ZONE,
    file="feed.xml",
    base="https://paper.example/feed.xml",
)


def found(data: bytes | str) -> list[Found]:
    return list(rss.parse(data.encode() if isinstance(data, str) else data, CONTEXT))


def feed(item: str, channel: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0" {NAMES}><channel>{channel}{item}</channel></rss>'


def one(item: str, channel: str = "", *, bare: bool = False) -> Story:
    """The story of an item; unless ``bare``, with a title and a link of its own."""
    needed = "" if bare else "<title>T</title><link>https://paper.example/1</link>"
    (story,) = (it for it in found(feed(f"<item>{needed}{item}</item>", channel)) if isinstance(it, Story))
    return story


def test_an_item_of_wordpress() -> None:
    item = """
    <item>
      <title>Mayor&#8217;s &#8220;bridge&#8221; opens &#038; closes</title>
      <link>https://paper.example/2026/01/23/bridge/?utm_source=rss</link>
      <comments>https://paper.example/2026/01/23/bridge/#respond</comments>
      <dc:creator><![CDATA[Jane O&#8217;Neil]]></dc:creator>
      <pubDate>Fri, 23 Jan 2026 10:30:00 +0000</pubDate>
      <category><![CDATA[Local News]]></category>
      <category><![CDATA[Arts &amp; Life]]></category>
      <guid isPermaLink="false">https://paper.example/?p=42</guid>
      <description><![CDATA[<p>SPRINGFIELD () &#8212; It opened on Friday and [&#8230;]</p>
        <p>The post <a href="x">Bridge</a> appeared first on <a href="y">Paper</a>.</p>]]></description>
      <content:encoded><![CDATA[<p><img src="/small.jpg" width="300" alt="small"/>Long</p>]]></content:encoded>
      <slash:comments>3</slash:comments>
      <media:content url="https://paper.example/a.jpg" medium="image" width="150" height="100"/>
      <media:content url="https://paper.example/b.jpg" medium="image" width="1200" height="800">
        <media:title type="html">not the title</media:title>
        <media:description type="plain">A bridge &amp;amp; a boat</media:description>
      </media:content>
    </item>"""
    assert found(feed(item, "<title>Paper</title><language>en-US</language>")) == [
        Story(
            id="https://paper.example/?p=42",
            url="https://paper.example/2026/01/23/bridge/?utm_source=rss",
            title="Mayor’s “bridge” opens & closes",
            summary="SPRINGFIELD — It opened on Friday and …",
            sections=("Local News", "Arts & Life"),
            source="paper",
            author="Jane O’Neil",
            published_at=datetime(2026, 1, 23, 10, 30, tzinfo=UTC),
            image=Image(
                url="https://paper.example/b.jpg",
                width=1200,
                height=800,
                alt="A bridge & a boat",
                caption="A bridge & a boat",
            ),
            popularity={"comments": 3.0},
            tags=("Local News", "Arts & Life"),
            language="en-US",
            first_seen=NOW,
        )
    ]


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>F</title>
<link rel="alternate" href="https://paper.example/"/>
<entry><title type="{type}">{title}</title><id>tag:paper.example,2026:1</id>
<link rel="self" href="https://paper.example/self"/><link rel="alternate" href="/a/1"/>
<author><name>Jane</name></author><published>2026-01-23T06:00:00-05:00</published>
<updated>2026-01-23T07:00:00-05:00</updated><category term="us" label="US"/><summary>Sum</summary></entry></feed>"""


def test_an_entry_of_atom() -> None:
    assert found(ATOM.format(type="text", title="A &lt;b&gt; tag")) == [
        Story(
            id="tag:paper.example,2026:1",
            url="https://paper.example/a/1",
            title="A <b> tag",
            summary="Sum",
            sections=("us",),
            source="paper",
            author="Jane",
            published_at=datetime(2026, 1, 23, 11, tzinfo=UTC),
            updated_at=datetime(2026, 1, 23, 12, tzinfo=UTC),
            tags=("us",),
            language="de",
            first_seen=NOW,
        )
    ]


@pytest.mark.parametrize(
    ("type_", "title", "text"),
    [
        ("html", "&lt;b&gt;Bold&lt;/b&gt; &amp;amp; more", "Bold & more"),
        ("text", "AT&amp;amp;T", "AT&T"),
        ("xhtml", '<div xmlns="http://www.w3.org/1999/xhtml"><b>Bold</b> move</div>', "Bold move"),
    ],
)
def test_titles_of_atom(type_: str, title: str, text: str) -> None:
    (story,) = found(ATOM.format(type=type_, title=title))
    assert isinstance(story, Story)
    assert story.title == text


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Plain", "Plain"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("<![CDATA[<i>It</i>&#8217;s]]>", "It’s"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Safe", "Safe"),
        ("a\r\nBcc: b&#0;c", "a Bcc: bc"),
        ("Is 5 &lt; 6?", "Is 5 < 6?"),
        ("<![CDATA[The pier’s <new> berths & <b>boats</b>]]>", "The pier’s <new> berths & boats"),
        ("&lt;IMG SRC=x onerror=alert(1)&gt;Pier", "Pier"),
        ("\n  spaced   out \n", "spaced out"),
    ],
)
def test_titles_of_rss(title: str, text: str) -> None:
    assert one(f"<title>{title}</title><link>https://paper.example/1</link>", bare=True).title == text


@pytest.mark.parametrize(
    ("item", "url"),
    [
        ("<link>https://paper.example/1</link>", "https://paper.example/1"),
        ("<link>\n https://paper.example/1 \n</link>", "https://paper.example/1"),
        ("<link>/1?a=b</link>", "https://paper.example/1?a=b"),
        ("<guid>https://paper.example/perma</guid>", "https://paper.example/perma"),
        ("<link>https://paper.example/a b</link>", "https://paper.example/a%20b"),
        ("<link>https://paper.example/?a=1&amp;b=2</link>", "https://paper.example/?a=1&b=2"),
        (
            '<link xmlns="http://www.w3.org/2005/Atom" href="https://paper.example/atom"/>',
            "https://paper.example/atom",
        ),
    ],
)
def test_links(item: str, url: str) -> None:
    assert one(f"<title>T</title>{item}", bare=True).url == url


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ("<link>https://paper.example/1</link>", "it has no title"),
        ("<title>&lt;br&gt;</title><link>https://paper.example/1</link>", "it has no title"),
        ("<title>T</title>", "it has no link"),
        ("<title>T</title><link>javascript:alert(1)</link>", "is no http(s) address"),
        ("<title>T</title><link>https://[x/</link>", "is no http(s) address"),
        ("<title>T</title><link>mailto:a@b.example</link>", "is no http(s) address"),
    ],
)
def test_items_that_are_no_stories_stop_no_others(item: str, why: str) -> None:
    good = "<item><title>T</title><link>https://paper.example/{}</link></item>"
    first, bad, last = found(feed(good.format(1) + f"<item>{item}</item>" + good.format(2)))
    assert isinstance(first, Story)
    assert isinstance(last, Story)
    assert isinstance(bad, Rejected)
    assert bad.where == "feed.xml item 2"
    assert why in bad.why


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Fri, 23 Jan 2026 10:00:00 GMT", "2026-01-23T10:00:00Z"),
        ("Fri, 23 Jan 2026 10:00:00 -0500", "2026-01-23T15:00:00Z"),
        ("Fri, 23 Jan 2026 10:00:00 +05:30", "2026-01-23T04:30:00Z"),
        ("Fri, 23 Jan 2026 10:00:00 EST", "2026-01-23T15:00:00Z"),
        ("Fri, 23 Jan 2026 10:00:00 CEST", "2026-01-23T08:00:00Z"),
        ("Fri, 23 Jan 2026 10:00:00 GMT (now)", "2026-01-23T10:00:00Z"),
        ("Fri, 23 Jan 2026 10:00 Z", "2026-01-23T10:00:00Z"),
        ("23 Jan 26 10:00:00 UT", "2026-01-23T10:00:00Z"),
        ("Fri, 23 Jan 2026 10:00:00", "2026-01-23T15:00:00Z"),
        ("Fri, 23 Jan 2026 10:00:00 QQT", "2026-01-23T15:00:00Z"),
        ("Fri, 23 Jan 2026", "2026-01-23T05:00:00Z"),
        ("23 July 2026", "2026-07-23T04:00:00Z"),
        ("January 23, 2026", "2026-01-23T05:00:00Z"),
        ("Friday, January 23, 2026 10:00 EST", "2026-01-23T15:00:00Z"),
        ("Fri, 23 Jan 2026 24:00:00 GMT", "2026-01-24T00:00:00Z"),
        ("2026-01-23T10:00:00Z", "2026-01-23T10:00:00Z"),
        ("2026-01-23T10:00:00", "2026-01-23T15:00:00Z"),
        ("2026-01-23 10:00:00 +0100", "2026-01-23T09:00:00Z"),
        ("2026-01-23 10:00:00 UTC", "2026-01-23T10:00:00Z"),
        ("2026-01-23", "2026-01-23T05:00:00Z"),
        ("2026-01", "2026-01-01T05:00:00Z"),
        ("Fri Jan 23 10:00:00 2026", "2026-01-23T15:00:00Z"),
        ("Mon, 01 Jan 0001 00:00:00 GMT", "0002-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9998-12-31T00:00:00Z"),
        ("", None),
        ("soon", None),
        ("Fri, 99 Jan 2026 10:00:00 GMT", None),
    ],
)
@pytest.mark.parametrize("tag", ["pubDate", "dc:date"])
def test_times(tag: str, text: str, at: str | None) -> None:
    assert one(f"<{tag}>{text}</{tag}>").published_at == (datetime.fromisoformat(at) if at else None)


def test_an_unreadable_time_is_said() -> None:
    item = "<item><title>T</title><link>https://a.example/</link><pubDate>soon</pubDate></item>"
    remarks = found(feed(item))
    assert remarks[0] == Remark("feed.xml item 1", 'its time "soon" was not understood')


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_none(text: str) -> None:
    at = moment(text, Habits(ZONE, month_first=True))
    assert at is None or at.at.tzinfo is UTC


@pytest.mark.parametrize(
    ("item", "image"),
    [
        (
            '<enclosure url="https://a.example/i.jpg" type="image/jpeg" length="1"/>',
            Image(url="https://a.example/i.jpg"),
        ),
        ('<enclosure url="https://a.example/i.mp3" type="audio/mpeg" length="1"/>', None),
        ('<media:content url="https://a.example/i.mp4" type="video/mp4"/>', None),
        ('<media:content url="https://a.example/i.jpg"/>', Image(url="https://a.example/i.jpg")),
        (
            '<media:group><media:content url="/i.jpg" type="image/jpeg"/></media:group>',
            Image(url="https://paper.example/i.jpg"),
        ),
        (
            '<media:thumbnail url="https://a.example/t.jpg" width="150" height="100"/>',
            Image(url="https://a.example/t.jpg", width=150, height=100),
        ),
        (
            "<description>&lt;img src='https://a.example/i.jpg?a=1&amp;amp;b=2' "
            "alt='A &amp;amp; B' width=600&gt;x</description>",
            Image(url="https://a.example/i.jpg?a=1&b=2", width=600, alt="A & B"),
        ),
        ("<description>&lt;img src='https://a.example/p.gif' width='1' height='1'/&gt;x</description>", None),
        ("<description>&lt;img src='data:image/png;base64,xx'/&gt;x</description>", None),
        ("<description>&lt;img src='javascript:alert(1)'/&gt;x</description>", None),
    ],
)
def test_images(item: str, image: Image | None) -> None:
    assert one(item).image == image


@pytest.mark.parametrize(
    ("item", "summary"),
    [
        ("<description>D</description>", "D"),
        (
            "<media:content url='https://a.example/i.jpg'><media:description>M</media:description></media:content><description>D</description>",
            "D",
        ),
        ("<content:encoded>&lt;p&gt;Long&lt;/p&gt;&lt;p&gt;text&lt;/p&gt;</content:encoded>", "Long text"),
        ("<description></description><content:encoded>C</content:encoded>", "C"),
        ("", ""),
    ],
)
def test_summaries(item: str, summary: str) -> None:
    assert one(item).summary == summary


def test_a_whole_article_becomes_an_excerpt() -> None:
    summary = one(f"<content:encoded>{'word ' * 5000}</content:encoded>").summary
    assert len(summary) <= EXCERPT
    assert summary.endswith("word…")


@pytest.mark.parametrize(
    ("item", "id_"),
    [
        ("<guid isPermaLink='false'>42</guid>", "42"),
        ("<guid isPermaLink='false'> a\n b </guid>", "a b"),
        ("<guid isPermaLink='false'>" + "x" * 500 + "</guid>", story_id("https://paper.example/1")),
        ("", story_id("https://paper.example/1")),
    ],
)
def test_ids(item: str, id_: str) -> None:
    assert one(item).id == id_


def test_a_collected_feed_says_who_published_first() -> None:
    assert one('<source url="https://bay.example/feed">Bay &amp;amp; Wire</source>').source == "Bay & Wire"


OLD = {
    "RSS 0.91": '<rss version="0.91"><channel><item><title>T</title><link>https://a.example/1</link></item></channel></rss>',
    "RSS 1.0": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<item rdf:about="https://a.example/1"><title>T</title><link>https://a.example/1</link></item></rdf:RDF>'
    ),
    "Atom 0.3": (
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>T</title>'
        '<link rel="alternate" type="text/html" href="https://a.example/1"/></entry></feed>'
    ),
    "cut off": '<rss version="2.0"><channel><item><title>T</title><link>https://a.example/1</link></item><item><ti',
    "no XML": '<rss version="2.0"><channel><item><title>T</title><link>https://a.example/1</link>&nope;<b></item></channel>',
}


@pytest.mark.parametrize("name", OLD)
def test_old_and_broken_feeds(name: str) -> None:
    first = next(it for it in found(OLD[name]) if not isinstance(it, Remark))
    assert isinstance(first, Story)
    assert (first.title, first.url) == ("T", "https://a.example/1")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0"><channel><item><title>Café über</title>'
    (story,) = found((text + "<link>https://a.example/1</link></item></channel></rss>").encode(encoding))
    assert isinstance(story, Story)
    assert story.title == "Café über"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>Not found</body></html>",
        b"plain text",
        b"{}",
        b"\x00\x01\x02",
        b"<xml/>",
        b"\xff\xfe",
    ],
)
def test_what_is_no_feed(data: bytes) -> None:
    with pytest.raises(Unreachable, match="is no feed"):
        found(data)


WHOLE = "".join(
    f"<item><title>Story {n}</title><link>https://a.example/{n}</link>"
    f"<pubDate>Fri, 23 Jan 2026 0{n}:00:00 GMT</pubDate></item>"
    for n in (1, 2, 3)
)


def test_a_feed_that_breaks_off_says_so_and_its_last_item_waits() -> None:
    """Half an item would take the date and the summary from a story that is in the store whole."""
    text = feed(WHOLE)
    cut = text[: text.index("Story 3") + 50]
    assert "Story 3</title>" in cut
    its = found(cut)
    assert [it.title for it in its if isinstance(it, Story)] == ["Story 1", "Story 2"]
    assert [(it.where, it.why) for it in its if isinstance(it, Rejected)] == [
        ("feed.xml item 3", "the feed breaks off in it")
    ]
    (remark,) = (it for it in its if isinstance(it, Remark))
    assert remark.broken
    assert "the feed is broken at line " in remark.what


@pytest.mark.parametrize("rest", ["", "<it", "<item", "</cha"])
def test_a_feed_that_breaks_off_between_items_keeps_them_all(rest: str) -> None:
    text = feed(WHOLE)
    its = found(text[: text.rindex("</item>") + len("</item>")] + rest)
    assert [it.title for it in its if isinstance(it, Story)] == ["Story 1", "Story 2", "Story 3"]
    assert [it.broken for it in its if isinstance(it, Remark)] == [True]


def test_an_unknown_entity_breaks_nothing_off() -> None:
    its = found(feed(WHOLE.replace("Story 2", "Story&nbsp;2 &unknown; x")))
    assert [isinstance(it, Story) for it in its] == [False, True, True, True]
    (remark,) = (it for it in its if isinstance(it, Remark))
    assert not remark.broken
    assert "all of its items were read" in remark.what


def test_a_feed_without_items_is_a_feed() -> None:
    assert found(feed("")) == []


def test_entities_that_grow_without_end_stay_small() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "ha ha ha ha ha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    text = f'{bomb}]><rss version="2.0"><channel><item><title>&j;</title><link>https://a.example/1</link></item></channel></rss>'
    for it in found(text):
        assert not isinstance(it, Story) or len(it.title) <= 500


def test_entities_that_read_files_read_none(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush")
    text = (
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{secret}">]><rss version="2.0"><channel><item><title>T&x;</title>'
        "<link>https://a.example/1</link></item></channel></rss>"
    )
    assert "hush" not in str(found(text))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_text_in_a_feed(title: str, summary: str, category: str) -> None:
    def safe(text: str) -> str:
        return escape(re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text))

    item = f"<title>{safe(title)}</title><description>{safe(summary)}</description>"
    item += f"<category>{safe(category)}</category>"
    for it in found(feed(f"<item>{item}<link>https://a.example/1</link></item>")):
        if isinstance(it, Story):
            for text in (it.title, it.summary, *it.sections):
                assert "\n" not in text
                assert "\x00" not in text


# The suites: kept outside the repository


@cache
def _suite() -> dict[str, bytes]:
    with tarfile.open(SUITES) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        return {member.name: _bytes(archive, member) for member in members}


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    opened = archive.extractfile(member)
    assert opened is not None
    return opened.read()


needs_suites = pytest.mark.skipif(not SUITES.is_file(), reason=f"the feed suites are not at {SUITES}")


@needs_suites
def test_no_feed_of_the_suites_breaks_anything() -> None:
    kinds = {Story: 0, Rejected: 0, Remark: 0}
    for data in _suite().values():
        with suppress(Unreachable):
            for it in found(data):
                kinds[type(it)] += 1
    assert kinds[Story] > 20


# about headers we do not pass on, and markup in a title that says it is plain text
_OTHER = re.compile(r"/illformed/|/sanitize/|/http_|entry_title_base64_2")
_EXPECT = re.compile(
    rb"Expect:\s*(?:not bozo and )?entries\[0\]\['(title|link|author|id)'\] == u?'((?:[^'\\])*)'\s*$", re.M
)


def _expectations() -> Iterator[tuple[str, bytes, str, str]]:
    for name, data in sorted(_suite().items()):
        says = _EXPECT.search(data)
        if says and says[2] and not _OTHER.search(name):
            yield name, data, says[1].decode(), says[2].decode("latin-1")


@needs_suites
def test_stories_are_what_the_suites_expect() -> None:
    """Each expectation of one field, on a feed that is completed to a story and compared as plain text."""
    checked, wrong = 0, []
    for name, data, field, expected in _expectations():
        for it in found(_completed(data, field)):
            if isinstance(it, Story):
                checked += 1
                got = {"title": it.title, "author": it.author, "id": it.id, "link": it.url}[field]
                if field == "author":  # an address reaches no reader
                    expected = named_people([expected])
                wanted = {expected, plain_title(from_html(expected)), plain_title(expected)}
                if got not in wanted and not (field == "link" and got.endswith(expected)):
                    wrong.append((name, field, got, expected))
                break
    assert wrong == []
    assert checked > 50


def _completed(data: bytes, field: str) -> bytes:
    """A test feed's first item with a title and a link, where the test is about another field."""
    atom = re.search(rb"<entry[^>]*>", data)
    start: re.Match[bytes] | None = atom or re.search(rb"<item[^>]*>", data)
    if start is None:
        return data
    title = b"<title>T</title>" if field != "title" else b""
    link = (
        b'<link rel="alternate" type="text/html" href="https://a.example/x"/>'
        if atom
        else b"<link>https://a.example/x</link>"
    )
    extra = title + (link if field != "link" else b"")
    return data[: start.end()] + extra + data[start.end() :]
