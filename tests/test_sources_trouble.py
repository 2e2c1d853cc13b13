"""What servers, sites and databases do to those who read them: each is the error of that source, and told in words."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from digest.sources import _network
from tests.fakes.server import Call, Server
from tests.newsrooms import DIGEST, newsroom
from tests.test_sources_apis import NOW, House, WordPress, post

PAGE = b"<!doctype html><html><head><title>502</title></head><body>The site is being mended.</body></html>"
PLACES = {  # what each type of source asks for first
    "rss": "/", "jsonfeed": "/", "sitemap": "/", "wordpress": "/wp-json/wp/v2/posts",
    "ghost": "/ghost/api/content/posts/",
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def house_of(folder: Path, kind: str, server: Server) -> House:
    more = {"key": "0a1b2c"} if kind == "ghost" else {}
    return House(
        folder, type=kind, url=f"{server.url}/" if kind in ("rss", "sitemap") else server.url, **more
    )


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize(
    "body",
    [
        PAGE,
        b"",
        b"null",
        b"{}",
        b"[]",
        b"\x00\xff\xfe",
        b"<?xml version='1.0'?><x/>",
        b'{"posts": 7, "items": {}}',
    ],
)
def test_an_error_page_with_status_200(tmp_path: Path, server: Server, kind: str, body: bytes) -> None:
    server.put(PLACES[kind], body)
    server.put("/", body)
    report = house_of(tmp_path, kind, server).read()
    assert (report.new, report.withdrawn) == (0, 0)
    if (kind, body) != ("wordpress", b"[]"):  # a site without posts
        assert report.error.startswith("site: ")
        assert "Traceback" not in report.error


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500, 503])
def test_refusals_are_told_with_their_status(
    tmp_path: Path, server: Server, kind: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_network, "_PAUSES", (0.0, 0.0))
    server.put(PLACES[kind], PAGE, status)
    server.put("/", PAGE, status)
    report = house_of(tmp_path, kind, server).read()
    assert str(status) in report.error
    assert len(server.asked) == (3 if status in (429, 500, 503) else 1) * (
        2 if kind == "wordpress" and status not in (401, 403) else 1
    )


def test_later_is_asked_again_after_as_long_as_it_says(tmp_path: Path, server: Server) -> None:
    times: list[float] = []

    def busy(call: Call) -> None:
        times.append(time.monotonic())
        if len(times) < 3:
            return call.send(429, b"", Retry_After="1")
        return call.send(
            200,
            b"<rss><channel><item><title>A</title><link>https://a.example/1</link></item></channel></rss>",
        )

    server.answers["/"] = busy
    assert house_of(tmp_path, "rss", server).read().new == 1
    assert all(after - before >= 1 for before, after in pairwise(times))
    server.put("/", b"", 503, Retry_After="3600")
    begin = time.monotonic()
    assert "asks to come back in 3600 s" in house_of(tmp_path / "2", "rss", server).read().error
    assert time.monotonic() - begin < 2


def test_a_body_without_end(tmp_path: Path, server: Server) -> None:
    def endless(call: Call) -> None:
        call.send_response(200)
        call.end_headers()
        for _ in range(1000):
            call.wfile.write(b"<item>" * 20_000)

    server.answers["/"] = endless
    assert "larger than 20 MB" in house_of(tmp_path, "rss", server).read().error


@pytest.mark.parametrize("count", [1, 3, 12])
@pytest.mark.parametrize("answer", [PAGE, b"[]", b"{}"])
def test_an_error_page_withdraws_nothing(tmp_path: Path, server: Server, answer: bytes, count: int) -> None:
    site = WordPress(server)
    site.posts = {n: post(n) for n in range(1, count + 1)}
    house = House(tmp_path, type="wordpress", url=server.url)
    assert house.read().new == count
    known = site.answer

    def broken(call: Call) -> None:
        if "include" in call.query:
            call.send(200, answer)
        else:
            site.posts = {}
            known(call)

    server.answers["/wp-json/wp/v2/posts"] = broken
    report = house.read(NOW + timedelta(hours=1))
    assert (report.error, report.withdrawn) == ("", 0)
    assert report.broken or any("none was withdrawn" in remark for remark in report.remarks)


@pytest.mark.parametrize("kept", [True, False])
def test_all_known_posts_are_gone_where_the_site_shows_others(
    tmp_path: Path, server: Server, kept: bool
) -> None:
    site = WordPress(server)
    old = post(99, NOW - timedelta(days=400))
    site.posts = {1: post(1), 2: post(2), 99: old}
    house = House(tmp_path, type="wordpress", url=server.url)
    assert house.read().new == 2
    site.posts = {99: old} if kept else {}
    report = house.read(NOW + timedelta(hours=1))
    assert (report.error, report.withdrawn) == ("", 2 if kept else 0)
    assert kept or any("none was withdrawn" in remark for remark in report.remarks)


def test_all_of_ten_thousand_pages_come_and_the_time_is_up(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came is kept; the next reading goes on."""
    monkeypatch.setattr(_network, "SECONDS", 3.0)
    site = WordPress(server)

    def endless(call: Call) -> None:
        if "include" in call.query:
            return site.answer(call)
        time.sleep(0.05)
        first = (int(call.query.get("page", 1)) - 1) * 100
        body = json.dumps([post(first + n, NOW - timedelta(seconds=first + n)) for n in range(100)]).encode()
        return call.send(200, body, X_WP_TotalPages="10000")

    server.answers["/wp-json/wp/v2/posts"] = endless
    house = House(tmp_path, type="wordpress", url=server.url)
    report = house.read()
    assert report.error == ""
    assert report.new > 100
    assert "of 10000 pages" in report.broken
    assert "came" not in house.read().error


def test_a_cursor_of_ghost_from_the_future(tmp_path: Path, server: Server) -> None:
    row = {"id": "a" * 24, "title": "Ferry", "url": "https://h.example/1", "updated_at": "2026-01-23T09:00:00.000Z",
           "published_at": "2026-01-23T09:00:00.000Z"}  # fmt: skip

    def answer(call: Call) -> None:
        since = call.query.get("filter", "").partition("'")[2][:10]
        shown = [row] if not since or since < "2026-01-23" or "id:" in call.query.get("filter", "") else []
        call.send(200, json.dumps({"posts": shown, "meta": {"pagination": {"pages": 1}}}).encode())

    server.answers["/ghost/api/content/posts/"] = answer
    house = house_of(tmp_path, "ghost", server)
    house.read(NOW + timedelta(days=400))
    report = house.read()
    assert (report.new, report.error) == (1, "")
    assert any("read in the future" in remark for remark in report.remarks)


def test_a_database_that_goes_away(tmp_path: Path, postgres: str) -> None:
    with create_engine(postgres).begin() as site:
        site.execute(
            text(
                "CREATE TABLE posts (id int, url text, title text, published_at timestamptz, updated_at timestamptz)"
            )
        )
        site.execute(
            text(
                "INSERT INTO posts SELECT n, 'https://h.example/' || n, 'Ferry ' || n, :at, :at FROM generate_series(1, 9) n"  # noqa: E501
            ),
            {"at": datetime(2026, 1, 23, 9, tzinfo=UTC)},
        )
    house = House(tmp_path, type="sql", url=postgres, query="SELECT * FROM posts WHERE updated_at > :since")
    assert house.read().new == 9
    house.source["query"] = "SELECT *, pg_terminate_backend(pg_backend_pid()) FROM posts"
    gone = house.read()
    assert gone.error.startswith("site: ")
    assert "Traceback" not in gone.error
    assert len(house.stories()) == 9
    house.source["query"] = "SELECT * FROM posts WHERE updated_at > :since"
    assert house.read().error == ""
    house.source["url"] = "postgresql+psycopg://nobody:s3cret@127.0.0.1:9/x"
    refused = house.read().error
    assert "cannot be reached" in refused or "refused" in refused
    assert "s3cret" not in refused


def test_a_build_goes_on_whatever_one_source_is(tmp_path: Path, server: Server) -> None:
    server.put("/page", PAGE)
    server.put("/down", b"", 500)
    room = newsroom(tmp_path)
    more = "".join(
        f'  - {{name: {name}, type: {kind}, url: "{server.url}/{name}"{rest}}}\n'
        for name, kind, rest in (
            ("page", "rss", ""),
            ("down", "wordpress", ""),
            ("key", "ghost", ', key: "${NO_SUCH_KEY}"'),
        )
    )
    room.write("digest.yaml", DIGEST.replace("sections:\n", f"{more}sections:\n", 1))
    built = room.run("build", "--daily", "--date", "2026-01-23")
    assert built.code == 0
    for name in ("page: ", "down: ", "key: the environment variable NO_SUCH_KEY is not set"):
        assert name in built.err
    assert room.run("build", "--daily", "--date", "2026-01-23", "--strict").code == 4
    table = room.run("sources").out
    assert all(name in table for name in ("page", "down", "NO_SUCH_KEY"))
