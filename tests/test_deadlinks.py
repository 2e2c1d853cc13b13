"""Looking links up, against a server on the loopback."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from digest.render.deadlinks import DeadLink, LookupLimits, dead_links, find_dead
from tests.newsrooms import ADS, DIGEST, newsroom

QUICK = LookupLimits(timeout=2.0, together=4, pause=0.0)


class Pages(BaseHTTPRequestHandler):
    """``/200`` answers 200, and so on; ``/get`` knows no HEAD; ``/to/X`` redirects to X.

    ``/loop`` redirects to itself, ``/slow`` never answers.
    """

    asked: list[tuple[str, str]]
    running: int
    most: int

    def do_HEAD(self) -> None:
        kind = type(self)
        kind.asked.append((self.command, self.path))
        kind.running += 1
        kind.most = max(kind.most, kind.running)
        time.sleep(0.02)
        kind.running -= 1  # before whoever asked can go on
        self._answer()

    do_GET = do_HEAD  # noqa: N815

    def _answer(self) -> None:
        if self.path == "/slow":
            time.sleep(1.5)
            return
        target = "/loop" if self.path == "/loop" else self.path.partition("/to/")[2]
        status = int(self.path[1:4]) if self.path[1:4].isdigit() else 200
        if self.path == "/get":
            status = 200 if self.command == "GET" else 404
        self.send_response(302 if target else status)
        if target:
            self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[tuple[str, type[Pages]]]:
    handler = type("Handler", (Pages,), {"asked": [], "running": 0, "most": 0})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}", handler
        httpd.shutdown()


def test_the_dead_are_told_in_order_and_once(server: tuple[str, type[Pages]]) -> None:
    base, _ = server
    urls = [
        f"{base}/{path}"
        for path in ("404", "200", "410", "403", "429", "500", "get", "404", "to//200", "to//404")
    ]
    assert dead_links(urls, QUICK) == (
        DeadLink(f"{base}/404", "it answers 404"),
        DeadLink(f"{base}/410", "it answers 410"),
        DeadLink(f"{base}/500", "it answers 500"),
        DeadLink(f"{base}/to//404", "it answers 404"),
    )


def test_head_comes_first_and_get_only_when_needed(server: tuple[str, type[Pages]]) -> None:
    base, handler = server
    dead_links([f"{base}/200", f"{base}/get"], QUICK)
    assert handler.asked == [("HEAD", "/200"), ("HEAD", "/get"), ("GET", "/get")]


def test_one_host_is_asked_one_at_a_time(server: tuple[str, type[Pages]]) -> None:
    base, handler = server
    dead_links([f"{base}/200?{number}" for number in range(12)], QUICK)
    assert handler.most == 1
    assert len(handler.asked) == 12


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("to//loop", "it redirects more than 5 times"),
        ("to/ftp://a.example/x", "redirects to ftp:"),
        ("slow", "no answer within 0.3 s"),
    ],
)
def test_what_never_ends_is_dead(server: tuple[str, type[Pages]], path: str, why: str) -> None:
    base, _ = server
    (dead,) = dead_links([f"{base}/{path}"], LookupLimits(timeout=0.3, pause=0.0))
    assert why in dead.why


def test_no_server_is_dead_and_nothing_raises() -> None:
    urls = ["http://127.0.0.1:9/", "http://nowhere.invalid/", "http://[broken/", "http://", "https://a b/"]
    answers = dead_links(urls, QUICK)
    assert [dead.url for dead in answers] == urls
    assert all("cannot be reached" in dead.why or "no web address" in dead.why for dead in answers)


def test_other_schemes_are_passed_over() -> None:
    assert dead_links(["mailto:a@b.example", "{{ UnsubscribeURL }}", "/x", ""], QUICK) == ()
    assert asyncio.run(find_dead([], QUICK)) == ()


def test_check_tells_a_dead_link_wherever_it_is_written(
    server: tuple[str, type[Pages]], tmp_path: Path
) -> None:
    base, _ = server
    room = newsroom(tmp_path / "room")
    room.write("digest.yaml", DIGEST.replace("https://harbor.example", f"{base}/200"))
    room.write("adslots.yaml", ADS.replace("https://gleammour.example/", f"{base}/404"))
    result = room.run("check", "--links")
    assert result.code == 2
    places = [line.split(" dead link ")[0] for line in result.err.splitlines() if " dead link " in line]
    assert places == [
        f"adslots.yaml:{number}:{line.index('https:')}:"
        for number, line in enumerate(ADS.splitlines(), 1)
        if "https:" in line
    ]
