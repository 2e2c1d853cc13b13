"""Sources over the network: bounded, careful with redirects, and polite."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import httpcore2
import pytest

from digest.errors import Unreachable
from digest.model import SourceSpec, Validators
from digest.model.addresses import is_public
from digest.sources import Batch, _connections, _network, read
from digest.sources._connections import Deadline, Guard, Refused

FEED = b'<rss version="2.0"><channel><item><title>T</title><link>/1</link></item></channel></rss>'
Answer = Callable[["_Handler"], None]


class _Handler(BaseHTTPRequestHandler):
    """Answers a path with what a test put there."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[dict[str, Answer]] = {}
    asked: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        self.asked.append({name.lower(): value for name, value in self.headers.items()})
        self.answers[self.path.partition("?")[0]](self)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test speaks for itself."""

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(autouse=True)
def _clean() -> None:
    _Handler.answers.clear()
    _Handler.asked.clear()


def get(url: str, validators: Validators | None = None) -> Batch:
    spec = SourceSpec(name="wire", type="rss", url=url)
    return read(spec, now=datetime(2026, 1, 23, tzinfo=UTC), zone=ZoneInfo("UTC"), validators=validators)


def answer(path: str, status: int = 200, body: bytes = FEED, **headers: str) -> None:
    _Handler.answers[path] = lambda handler: handler.send(status, body, **headers)


def test_a_feed_is_read_and_its_short_addresses_completed(address: str) -> None:
    answer("/feed")
    batch = get(f"{address}/feed")
    assert [story.url for story in batch.stories] == [f"{address}/1"]
    assert batch.validators == Validators()
    assert not batch.not_modified


def test_what_the_server_said_is_said_back(address: str) -> None:
    answer("/feed", ETag='"abc"', Last_Modified="Fri, 23 Jan 2026 10:00:00 GMT")
    first = get(f"{address}/feed")
    assert first.validators == Validators('"abc"', "Fri, 23 Jan 2026 10:00:00 GMT")
    answer("/feed", 304, b"")
    second = get(f"{address}/feed", first.validators)
    assert second.not_modified
    assert second.stories == ()
    assert second.validators == first.validators
    assert _Handler.asked[1]["if-none-match"] == '"abc"'
    assert _Handler.asked[1]["if-modified-since"] == "Fri, 23 Jan 2026 10:00:00 GMT"
    assert "if-none-match" not in _Handler.asked[0]


def test_nothing_new_that_nobody_asked_for(address: str) -> None:
    answer("/feed", 304, b"")
    with pytest.raises(Unreachable, match="304"):
        get(f"{address}/feed")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 503])
def test_answers_that_are_none(address: str, status: int) -> None:
    answer("/feed", status)
    with pytest.raises(Unreachable, match=rf"wire: {address}/feed answered {status}"):
        get(f"{address}/feed")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(address: str, status: int) -> None:
    answer("/old", status, b"", Location="/new?x=1#y")
    answer("/new")
    assert len(get(f"{address}/old").stories) == 1


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "ftp://a.example/", "javascript:alert(1)", "gopher://127.0.0.1/"],
)
def test_redirects_lead_to_the_web_only(address: str, target: str) -> None:
    answer("/old", 302, b"", Location=target)
    with pytest.raises(Unreachable, match=r"no http\(s\) address"):
        get(f"{address}/old")


def test_a_redirect_without_end(address: str) -> None:
    answer("/loop", 302, b"", Location="/loop")
    with pytest.raises(Unreachable, match="without end"):
        get(f"{address}/loop")
    assert len(_Handler.asked) == _network.HOPS + 1


def test_a_redirect_to_nowhere(address: str) -> None:
    answer("/old", 302, FEED)
    with pytest.raises(Unreachable, match="answered 302"):
        get(f"{address}/old")


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("gzip", gzip.compress(FEED)),
        ("x-gzip", gzip.compress(FEED)),
        ("deflate", zlib.compress(FEED)),
        ("deflate", zlib.compress(FEED, wbits=-15)),
        ("identity", FEED),
    ],
    ids=("gzip", "x-gzip", "deflate", "bare deflate", "identity"),
)
def test_packed_answers(address: str, name: str, packed: bytes) -> None:
    answer("/feed", body=packed, Content_Encoding=name)
    assert len(get(f"{address}/feed").stories) == 1


@pytest.mark.parametrize(
    ("name", "packed", "why"),
    [
        ("gzip", gzip.compress(b" " * 60_000_000), "larger than 20 MB"),
        ("deflate", zlib.compress(b" " * 60_000_000), "larger than 20 MB"),
        ("gzip", gzip.compress(FEED)[:-12], "breaks off"),
        ("gzip", b"no gzip", "damaged"),
        ("br", FEED, "not asked for"),
        ("gzip, gzip", FEED, "not asked for"),
        ("", b" " * 20_000_001, "larger than 20 MB"),
    ],
    ids=("a bomb", "a deflate bomb", "cut off", "no gzip", "another packing", "packed twice", "too large"),
)
def test_packed_answers_that_are_refused(address: str, name: str, packed: bytes, why: str) -> None:
    answer("/feed", body=packed, Content_Encoding=name)
    with pytest.raises(Unreachable, match=why):
        get(f"{address}/feed")


def test_a_server_that_drips(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(handler: _Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b" ")
            time.sleep(0.05)

    monkeypatch.setattr(_network, "SECONDS", 0.5)
    _Handler.answers["/feed"] = drip
    begin = time.monotonic()
    with pytest.raises(Unreachable, match=r"did not answer within 0\.5 seconds"):
        get(f"{address}/feed")
    assert time.monotonic() - begin < 3


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_network, "SECONDS", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(Unreachable, match="did not answer within"):
            get(f"http://127.0.0.1:{silent.getsockname()[1]}/feed")


def test_a_server_that_breaks_off(address: str) -> None:
    def half(handler: _Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(FEED)
        handler.close_connection = True

    _Handler.answers["/feed"] = half
    with pytest.raises(Unreachable, match="cannot be reached"):
        get(f"{address}/feed")


def test_a_server_that_is_no_web_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as odd:

        def speak() -> None:
            talk, _ = odd.accept()
            with talk:
                talk.recv(1000)
                talk.sendall(b"220 smtp.example ready\r\n")

        threading.Thread(target=speak, daemon=True).start()
        with pytest.raises(Unreachable, match="cannot be reached"):
            get(f"http://127.0.0.1:{odd.getsockname()[1]}/feed")


def test_a_port_where_nobody_listens() -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        get("http://127.0.0.1:1/feed")


def test_a_host_that_is_not_there() -> None:
    with pytest.raises(Unreachable, match=r"no host no-such-host\.invalid|did not answer"):
        get("http://no-such-host.invalid/feed")


def test_a_login_is_used_and_never_shown(address: str) -> None:
    answer("/feed", 401)
    with pytest.raises(Unreachable) as told:
        get(address.replace("//", "//jane:s3cret%21@") + "/feed")
    assert "s3cret" not in str(told.value)
    assert _Handler.asked[0]["authorization"] == "Basic amFuZTpzM2NyZXQh"


def test_a_login_goes_to_no_other_address(address: str) -> None:
    answer("/feed", 302, b"", Location=f"{address.replace('127.0.0.1', 'localhost')}/new")
    answer("/new")
    get(address.replace("//", "//jane:secret@") + "/feed")
    assert ["authorization" in asked for asked in _Handler.asked] == [True, False]


def test_addresses_beyond_ascii(address: str) -> None:
    answer("/%C3%A4%20b")
    assert len(get(f"{address}/ä%20b?ü=1").stories) == 1


# From a public address never to a private one


@pytest.mark.parametrize(
    ("address_", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::10.0.0.1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(address_: str, public: bool) -> None:
    assert is_public(address_) is public


class _Names:
    """A resolver, and a network on which every connection is noted and fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **hosts: list[str]) -> None:
        self.hosts, self.tried = hosts, list[str]()
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)
        monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", self.connect)

    def look_up(self, host: str, port: int, **kind: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (ip, port)) for ip in self.hosts.get(host, [host])]

    def connect(self, host: str, port: int, **more: Any) -> Any:
        self.tried.append(host)
        raise httpcore2.ConnectError("refused")


def test_every_connection_after_a_public_one_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    names = _Names(monkeypatch, outside=["8.8.8.8"], inside=["10.0.0.1"], both=["8.8.4.4", "127.0.0.1"])
    guard = Guard(Deadline(time.monotonic() + 5))

    def reach(host: str) -> type[Exception]:
        try:
            guard.connect_tcp(host, 80)
        except (Refused, httpcore2.ConnectError) as error:
            return type(error)
        raise AssertionError

    assert reach("inside") is httpcore2.ConnectError  # configured so
    assert reach("outside") is httpcore2.ConnectError
    assert reach("inside") is Refused
    assert reach("127.0.0.1") is Refused
    assert reach("both") is Refused
    assert names.tried == ["10.0.0.1", "8.8.8.8"]


def test_a_public_feed_that_leads_inside_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configured host counts as public; what it leads to is this machine."""
    answer("/feed", 302, b"", Location=address.replace("127.0.0.1", "localhost") + "/secret")
    answer("/secret")
    seen = iter([True])
    monkeypatch.setattr(_connections, "is_public", lambda ip: next(seen, False))
    with pytest.raises(Unreachable, match="inside a private network"):
        get(f"{address}/feed")
    assert len(_Handler.asked) == 1


def test_a_private_feed_may_lead_to_a_private_one(address: str) -> None:
    answer("/feed", 302, b"", Location=address.replace("127.0.0.1", "localhost") + "/new")
    answer("/new")
    assert len(get(f"{address}/feed").stories) == 1


def test_the_second_address_of_a_host_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    names = _Names(monkeypatch, twice=["8.8.8.8", "8.8.4.4"])
    with pytest.raises(Unreachable, match="cannot be reached"):
        get("http://twice/feed")
    assert names.tried == ["8.8.8.8", "8.8.4.4"]
