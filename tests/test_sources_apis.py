"""Sources that are more than one document: WordPress, Ghost, JSON Feed, sitemaps, databases; and their options."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.app.ingest import ingest
from digest.app.readings import SourceReport
from digest.config import load
from digest.errors import ConfigurationError, Unreachable
from digest.model import Story
from digest.store import open_store, queries
from scripts.sources import PAGE, page, types
from tests.fakes.server import Call, Server
from tests.newsrooms import DIGEST, Room, newsroom

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


class House:
    """A newsroom with one source, read again and again."""

    def __init__(self, folder: Path, **source: Any) -> None:
        self.room = newsroom(folder / "room")
        self.source = {"name": "site", **source}

    def read(self, at: datetime = NOW) -> SourceReport:
        head, _, tail = DIGEST.partition("sources:\n")
        source = f"  - {json.dumps(self.source)}\n"
        self.room.write("digest.yaml", f"{head}sources:\n{source}{tail[tail.index('sections:') :]}")
        loaded = load(self.room.root)
        with open_store(loaded.store, loaded.publication) as store:
            (report,) = ingest(loaded, store, loaded.sources, now=at)
        return report

    def stories(self) -> dict[str, Story]:
        loaded = load(self.room.root)
        with open_store(loaded.store, loaded.publication) as store:
            return {story.title: story for story in store.search(limit=1000)}

    def withheld(self) -> dict[str, str]:
        loaded = load(self.room.root)
        with open_store(loaded.store, loaded.publication) as store:
            return store.withheld()


# WordPress


def post(number: int, at: datetime = NOW - timedelta(hours=3), **changes: Any) -> dict[str, Any]:
    """A post as the REST API shows it."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S")
    return {
        "id": number, "date": stamp, "date_gmt": stamp, "modified": stamp, "modified_gmt": stamp,
        "guid": {"rendered": f"https://harbor.example/?p={number}"}, "status": "publish", "sticky": False,
        "link": f"https://harbor.example/{number}/", "title": {"rendered": f"Ferry &#8217;{number}"},
        "excerpt": {"rendered": "<p>Short.</p>", "protected": False}, "content": {"rendered": "", "protected": False},
        "_embedded": {
            "author": [{"id": 1, "name": "Jo Quay"}],
            "wp:featuredmedia": [{"source_url": "https://harbor.example/i.jpg", "alt_text": "The pier",
                                  "media_details": {"width": 1600, "height": 900, "sizes": {}}}],
            "wp:term": [[{"id": 4, "name": "US", "taxonomy": "category"}],
                        [{"id": 9, "name": "no_ads", "taxonomy": "post_tag"}]],
        },
    } | changes  # fmt: skip


class WordPress:
    """Posts and categories of a site; it answers as WordPress does."""

    def __init__(self, server: Server) -> None:
        self.posts: dict[int, dict[str, Any]] = {}
        server.answers["/wp-json/wp/v2/posts"] = self.answer
        server.put("/wp-json/wp/v2/categories", json.dumps([
            {"id": 4, "name": "US", "parent": 2}, {"id": 2, "name": "News", "parent": 0},
        ]).encode(), X_WP_TotalPages="1")  # fmt: skip

    def answer(self, call: Call) -> None:
        query, found = call.query, [one for one in self.posts.values() if one["status"] == "publish"]
        if "include" in query:
            found = [one for one in found if str(one["id"]) in query["include"].split(",")]
        if "after" in query:
            found = [one for one in found if one["date_gmt"] > query["after"]]
        if "modified_after" in query:
            assert query["modified_after"].endswith("Z")
            found = [one for one in found if one["modified_gmt"] > query["modified_after"]]
        size, number = int(query["per_page"]), int(query.get("page", 1))
        pages = max(1, -(-len(found) // size))
        body = json.dumps(found[(number - 1) * size : number * size]).encode()
        call.send(200, body, X_WP_TotalPages=str(pages))


def test_a_site_of_wordpress_is_read_whole(tmp_path: Path, server: Server) -> None:
    site = WordPress(server)
    site.posts = {n: post(n) for n in range(1, 251)}
    site.posts[3]["sticky"] = True
    site.posts[4]["status"] = "draft"
    site.posts[5]["excerpt"]["protected"] = True
    house = House(tmp_path, type="wordpress", url=server.url)
    assert (house.read().new, house.read().new) == (248, 0)
    stories = house.stories()
    assert "Ferry ’4" not in stories
    assert "Ferry ’5" not in stories
    assert stories["Ferry ’3"].priority == 5
    story = stories["Ferry ’7"]
    assert (story.sections, story.tags, story.flags) == (("US", "News"), ("no_ads",), ("no_ads",))
    assert (story.id, story.author, story.summary) == ("https://harbor.example/?p=7", "Jo Quay", "Short.")
    assert story.image is not None
    assert (story.image.width, story.image.height, story.image.alt) == (1600, 900, "The pier")


def test_what_wordpress_takes_back_moves_or_brings_late(tmp_path: Path, server: Server) -> None:
    site = WordPress(server)
    site.posts = {n: post(n) for n in range(1, 7)}
    house = House(tmp_path, type="wordpress", url=server.url)
    assert house.read().new == 6
    later = NOW + timedelta(hours=1)
    stamp = later.strftime("%Y-%m-%dT%H:%M:%S")
    site.posts[1]["status"] = "private"
    del site.posts[2]
    site.posts[3] |= {"link": "https://harbor.example/moved/", "modified_gmt": stamp}
    site.posts[4] |= {"date_gmt": stamp, "modified_gmt": stamp}
    site.posts[7] = post(
        7, later - timedelta(minutes=5), modified_gmt="2026-01-01T00:00:00"
    )  # scheduled long ago
    report = house.read(later + timedelta(minutes=1))
    assert (report.new, report.withdrawn) == (1, 2)
    assert house.withheld() == {
        f"https://harbor.example/?p={n}": "withdrawn: site does not show it any more" for n in (1, 2)
    }
    stories = house.stories()
    assert (len(stories), stories["Ferry ’3"].url) == (7, "https://harbor.example/moved/")
    assert stories["Ferry ’4"].published_at == NOW - timedelta(hours=3)  # a bumped date is no new story
    site.posts[1]["status"] = "publish"
    site.posts[1]["modified_gmt"] = stamp
    house.read(later + timedelta(minutes=2))
    assert list(house.withheld()) == ["https://harbor.example/?p=2"]


def test_a_cursor_from_the_future_is_no_cursor(tmp_path: Path, server: Server) -> None:
    site = WordPress(server)
    site.posts = {1: post(1)}
    house = House(tmp_path, type="wordpress", url=server.url)
    house.read(NOW + timedelta(days=400))
    report = house.read()
    assert (report.new, report.error) == (1, "")
    assert any("read in the future" in remark for remark in report.remarks)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_rest_api_that_is_switched_off(tmp_path: Path, server: Server, status: int) -> None:
    server.put("/wp-json/wp/v2/posts", b"{}", status)
    server.put("/", b"<html></html>", 200)
    report = House(tmp_path, type="wordpress", url=server.url).read()
    assert "REST API" in report.error
    assert "type: rss" in report.error


def test_ten_thousand_pages_of_which_some_come_are_read_in_part(tmp_path: Path, server: Server) -> None:
    site = WordPress(server)

    def endless(call: Call) -> None:
        if "include" in call.query:
            return site.answer(call)
        first = (int(call.query.get("page", 1)) - 1) * 100
        if first >= 400:
            return call.send(403)
        body = json.dumps([post(first + n) for n in range(100)]).encode()
        return call.send(200, body, X_WP_TotalPages="10000")

    server.answers["/wp-json/wp/v2/posts"] = endless
    report = House(tmp_path, type="wordpress", url=server.url).read()
    assert report.error == ""
    assert report.new == 400
    assert "read in part: page 5 of 10000 did not come" in report.broken


# Ghost


def test_a_site_of_ghost(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    posts: list[dict[str, Any]] = [
        {"id": f"{n:024x}", "title": f"Ferry {n}", "url": f"https://harbor.example/{n}/", "visibility": "public",
         "published_at": "2026-01-23T09:00:00.000+00:00", "updated_at": "2026-01-23T09:00:00.000+00:00",
         "tags": [{"name": "News", "visibility": "public"}, {"name": "#no-ads", "visibility": "internal"}],
         "authors": [{"name": "Jo Quay"}], "excerpt": "Short.", "feature_image": "https://harbor.example/i.jpg"}
        for n in range(3)
    ]  # fmt: skip
    posts[1] |= {"visibility": "paid", "excerpt": None}

    def answer(call: Call) -> None:
        if call.query.get("key") != "0a1b2c":
            return call.send(401, b"{}")
        wanted = call.query.get("filter", "")
        shown = [one for one in posts if not wanted.startswith("id:") or one["id"] in wanted]
        return call.send(200, json.dumps({"posts": shown, "meta": {"pagination": {"pages": 1}}}).encode())

    server.answers["/ghost/api/content/posts/"] = answer
    house = House(tmp_path, type="ghost", url=server.url, key="${GHOST_TEST_KEY}")
    missing = house.read()
    assert missing.error == "site: the environment variable GHOST_TEST_KEY is not set."
    monkeypatch.setenv("GHOST_TEST_KEY", "s3cret")
    assert "does not accept" in house.read().error
    assert "s3cret" not in house.read().error
    monkeypatch.setenv("GHOST_TEST_KEY", "0a1b2c")
    assert house.read().new == 3
    stories = house.stories()
    assert stories["Ferry 0"].flags == ("no_ads",)
    assert stories["Ferry 0"].sections == ("News",)
    assert stories["Ferry 1"].flags == ("no_ads", "subscribers_only")
    del posts[2]
    assert house.read(NOW + timedelta(hours=1)).withdrawn == 1


# JSON Feed, sitemaps, databases


def test_a_json_feed(tmp_path: Path, server: Server) -> None:
    server.put("/feed.json", json.dumps({
        "version": "https://jsonfeed.org/version/1.1", "title": "Harbor", "language": "en",
        "items": [
            {"id": "1", "url": "/1", "title": "A &amp; B", "content_html": "<p>Whole.</p>", "tags": ["News"],
             "date_published": "2026-01-23T09:00:00Z", "authors": [{"name": "jo@harbor.example"}, {"name": "Jo"}]},
            {"id": "2", "content_text": "no title", "url": "/2"}, 7,
        ],
    }).encode())  # fmt: skip
    house = House(tmp_path, type="jsonfeed", url=f"{server.url}/feed.json")
    report = house.read()
    assert (report.new, len(report.rejected), report.error) == (1, 2, "")
    story = house.stories()["A & B"]
    assert (story.url, story.summary, story.author) == (f"{server.url}/1", "Whole.", "Jo")
    server.put("/feed.json", b"<rss/>")
    assert "is no JSON Feed" in house.read().error


SITEMAP = """<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE x [<!ENTITY a "b">]>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://harbor.example/1</loc><news:news><news:publication><news:name>Harbor</news:name>
<news:language>en</news:language></news:publication><news:publication_date>2026-01-23T09:00:00Z</news:publication_date>
<news:title>Ferry sails</news:title><news:keywords>News, Harbor</news:keywords></news:news>
<image:image><image:loc>https://harbor.example/i.jpg</image:loc><image:title>The pier</image:title></image:image></url>
<url><loc>https://harbor.example/about</loc></url></urlset>"""


def test_a_news_sitemap_and_an_index(tmp_path: Path, server: Server) -> None:
    index = f"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <sitemap><loc>{server.url}/pages.xml</loc></sitemap><sitemap><loc>{server.url}/news.xml</loc></sitemap></sitemapindex>"""
    server.put("/sitemap.xml", index.encode())
    server.put("/news.xml", SITEMAP.encode())
    house = House(tmp_path, type="sitemap", url=f"{server.url}/sitemap.xml")
    report = house.read()
    assert (report.new, report.error) == (1, "")
    assert report.counts == {"… entries have no news:title and were left out": 1}
    story = house.stories()["Ferry sails"]
    assert (story.sections, story.language, story.url) == (
        ("News", "Harbor"),
        "en",
        "https://harbor.example/1",
    )
    assert story.image is not None
    assert story.image.alt == "The pier"
    server.put("/sitemap.xml", b"no xml")
    assert "no sitemap" in house.read().error


QUERY = "SELECT id, url, title, section, tags, published_at, updated_at FROM posts WHERE updated_at > :since"


def test_a_database(tmp_path: Path) -> None:
    file = tmp_path / "cms.db"
    with sqlite3.connect(file) as cms:
        cms.execute("CREATE TABLE posts (id INTEGER, url, title, section, tags, published_at, updated_at)")
        add = "INSERT INTO posts VALUES (?, ?, ?, 'News', 'a;b', '2026-01-23 04:00:00', ?)"
        for n in range(3):
            cms.execute(add, (n, f"https://harbor.example/{n}", f"Ferry {n}", f"2026-01-23 0{n}:00:00"))
    house = House(tmp_path, type="sql", url=f"sqlite:///{file}", query=QUERY)
    assert (house.read().new, house.read().unchanged) == (3, 0)
    story = house.stories()["Ferry 1"]
    assert (story.id, story.sections, story.tags) == ("1", ("News",), ("a", "b"))
    assert story.published_at == datetime(2026, 1, 23, 9, tzinfo=UTC)  # the publication's zone
    with sqlite3.connect(file) as cms:
        cms.execute(
            "UPDATE posts SET url = 'https://harbor.example/moved', updated_at = '2026-01-23 05:00:00' WHERE id = 2"
        )
    assert (house.read().updated, len(house.stories())) == (1, 3)
    for query, told in (
        ("DELETE FROM posts", "does not begin with SELECT"),
        ("WITH gone AS (SELECT 1) DELETE FROM posts", "cannot be read"),
        ("SELECT nonsense FROM posts", "no such column"),
    ):
        house.source["query"] = query
        assert told in house.read().error
    with sqlite3.connect(file) as cms:
        assert cms.execute("SELECT count(*) FROM posts").fetchone() == (3,)
    file.unlink()
    assert "there is no database" in house.read().error


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        (
            "sqlite",
            "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT count(*) FROM n",
        ),
        ("postgresql", "SELECT pg_sleep(60)"),
    ],
)
def test_a_query_that_never_ends_is_ended(
    kind: str, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr("digest.store.queries._SECONDS", 0.2)
    sqlite3.connect(tmp_path / "cms.db").close()
    url = "sqlite:///cms.db" if kind == "sqlite" else request.getfixturevalue("postgres")
    with pytest.raises(Unreachable, match=r"^cms: .* cannot be read"):
        list(queries.rows(tmp_path, "cms", url, query, {}))


# Options, times, silence


def rows(room: Room, *stories: dict[str, Any]) -> None:
    room.write("site.jsonl", "\n".join(map(json.dumps, stories)) + "\n")


def row(number: int, **more: Any) -> dict[str, Any]:
    at = (NOW - timedelta(hours=number)).isoformat()
    return {
        "url": f"https://harbor.example/{number}",
        "title": f"Ferry {number}",
        "section": "Health",
        "published_at": at,
    } | more


def test_options_of_every_source(tmp_path: Path) -> None:
    house = House(
        tmp_path, type="jsonl", url="site.jsonl", include=["Health", "Paid"], exclude=["Opinion"], limit=3,
        flags=["no_ads"], tags="harbor", language="en", sponsored={"categories": ["Paid"]},
    )  # fmt: skip
    rows(
        house.room, row(1), row(2, section="Sports"), row(3, sections=["Health", "Opinion"]), row(4, section="Paid"),
        row(5, language="de"), row(6),
    )  # fmt: skip
    report = house.read()
    assert report.new == 3
    assert sum(report.counts.values()) == 3
    stories = house.stories()
    assert set(stories) == {"Ferry 1", "Ferry 4", "Ferry 5"}
    assert (stories["Ferry 1"].flags, stories["Ferry 1"].tags) == (("no_ads",), ("harbor",))
    assert (stories["Ferry 4"].flags, stories["Ferry 5"].language) == (("no_ads", "sponsored"), "de")
    assert report.unmatched == {"Paid": 1}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"inclde": ["x"]}, 'unknown key "inclde" of a source of the type jsonl. Did you mean "include"?'),
        ({"timeout": 60}, "timeout lies between 0 and 20 seconds."),
        ({"limit": "many"}, "limit is no whole number."),
        ({"section": "helth"}, 'section "helth" is none of the sections'),
        ({"type": "ghost", "url": "https://a.example"}, 'needs the key "key"'),
        ({"type": "sql", "query": "SELECT 1", "url": "https://a.example"}, "is no address of a database"),
    ],
)
def test_wrong_options_are_told_at_their_place(tmp_path: Path, wrong: dict[str, Any], told: str) -> None:
    house = House(tmp_path, **({"type": "jsonl", "url": "site.jsonl"} | wrong))
    rows(house.room, row(1))
    with pytest.raises(ConfigurationError) as error:
        house.read()
    (problem,) = error.value.problems
    assert told in str(problem)
    assert problem.line > 1


def test_the_first_reading_is_no_news_and_a_wrong_time_is_said(tmp_path: Path) -> None:
    house = House(tmp_path, type="jsonl", url="site.jsonl")
    rows(
        house.room,
        row(1, published_at=None),
        row(2),
        row(3, published_at="1970-01-01"),
        row(4, published_at="2031-01-01"),
    )
    report = house.read()
    assert report.new == 4
    by_id = {story.id: title for title, story in house.stories().items()}
    assert {by_id[id]: why.partition(":")[0] for id, why in house.withheld().items()} == {
        "Ferry 1": "untimed", "Ferry 3": "untimed", "Ferry 4": "untimed",
    }  # fmt: skip
    rows(house.room, row(1, published_at=None), row(4), row(5, published_at=None))
    house.read(NOW + timedelta(hours=1))
    assert {by_id[id] for id in house.withheld()} == {"Ferry 1", "Ferry 3"}  # Ferry 5 was first seen now


def test_sources_are_shown_with_what_is_wrong(tmp_path: Path) -> None:
    house = House(tmp_path, type="jsonl", url="site.jsonl")
    rows(house.room, row(1, priority="high"), row(2))
    for _ in range(2):
        house.read()
    shown = house.room.run("sources", "--json").json["sources"][0]
    assert (shown["items"], shown["new"], shown["wrong"]) == (2, 0, None)
    assert list(shown["remarks"].values()) == [1]
    (house.room.root / "site.jsonl").unlink()
    house.read()
    assert "there is no file" in house.room.run("sources", "--json").json["sources"][0]["wrong"]
    assert "there is no file" in house.room.run("sources").out


def test_what_was_folded_and_what_no_section_takes_is_shown_with_its_count(
    tmp_path: Path, server: Server
) -> None:
    item = (
        "<item><title>Ferry {0}</title><link>https://harbor.example/{1}</link><category>{2}</category></item>"
    )
    items = [
        item.format(1, 1, "Health"),
        item.format(2, "1?utm_source=x", "Health"),
        item.format(3, 3, "Ferries"),
    ]
    body = f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>".encode()

    def answer(call: Call) -> None:
        same = call.headers.get("If-None-Match") == '"1"'
        call.send(304 if same else 200, b"" if same else body, ETag='"1"')

    server.answers["/feed"] = answer
    house = House(tmp_path, type="rss", url=f"{server.url}/feed")
    told = {
        "it has the address of another entry; the last was kept": 1,
        'the category "Ferries" is in no section': 1,
    }
    for _ in range(2):  # also after a reading that brought nothing new
        house.read()
        assert house.room.run("sources", "--json").json["sources"][0]["remarks"] == told
    shown = house.room.run("sources").out
    assert 'site: 1 x the category "Ferries" is in no section' in shown


def test_a_source_that_falls_silent_is_told_once_it_is_longer_than_usual(tmp_path: Path) -> None:
    house = House(tmp_path, type="jsonl", url="site.jsonl")
    for day in range(8):
        rows(house.room, row(100 + day))
        house.read(NOW + timedelta(days=day))
    assert house.room.run("sources", "--json").json["sources"][0]["wrong"]  # months ago, by the real clock


def test_the_page_of_sources_is_true() -> None:
    text = PAGE.read_text()
    assert page(text) == text, "run: python scripts/sources.py"
    for name in types():
        assert f"\n## {name}\n" in text
