"""Mailers of our own for tests: each keeps its campaigns and holds every request against its service's description.

A fake answers through a transport (in this process) or on a port of loopback (``served``). Faults are put into
``faults``: what happens to the coming calls, one after another.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx2

from tests.fakes.mailers.descriptions import Description

NOW = datetime(2026, 1, 23, 10, 0, tzinfo=UTC)


class Dropped(Exception):
    """The connection ends without an answer."""


@dataclass(frozen=True)
class Call:
    """One request as it came in."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: Any
    raw: bytes = b""

    def asked(self, name: str, otherwise: str = "") -> str:
        return dict(self.query).get(name, otherwise)


@dataclass
class Answer:
    """What a fake answers."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


Fault = Callable[["Fake", Call], "Answer | None"]


def drop_before(fake: Fake, call: Call) -> Answer | None:
    """The connection breaks before the service acted."""
    raise Dropped


def drop_after(fake: Fake, call: Call) -> Answer | None:
    """The service acts, and its answer is lost."""
    fake.act(call)
    raise Dropped


def no_fault(fake: Fake, call: Call) -> Answer | None:
    return None


def answering(status: int, body: Any = None, **headers: str) -> Fault:
    """The service answers so, and does nothing."""

    def fault(fake: Fake, call: Call) -> Answer | None:
        return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    return fault


class Fake:
    """A mailer: routes to methods, campaigns by id, and what happened to it."""

    name: ClassVar[str]
    prefix: ClassVar[str] = ""
    file: ClassVar[str] = ""
    settings: ClassVar[dict[str, Any]] = {}
    lists: ClassVar[tuple[str, ...]] = ("3",)
    no_such_list: ClassVar[str] = "999"
    undescribed: ClassVar[tuple[str, ...]] = ()  # paths that its description leaves out

    def __init__(self, *, strict: bool = True) -> None:
        self.campaigns: dict[str, dict[str, Any]] = {}
        self.calls: list[Call] = []
        self.faults: deque[Fault] = deque()
        self.parts: dict[str, str] = {}  # more lists, segments or tags of it: names by id
        self.sends: list[str] = []  # ids in the order in which they were sent
        self.tests: list[tuple[str, tuple[str, ...]]] = []
        self.now = NOW
        self.number = 40
        self.description = Description(self.file, self.prefix) if strict and self.file else None

    # what a test asks

    def id(self) -> str:
        self.number += 1
        return str(self.number)

    def named(self, name: str) -> list[str]:
        """The ids of the campaigns with a name."""
        return [key for key, row in self.campaigns.items() if self.name_of(row) == name]

    def name_of(self, row: dict[str, Any]) -> str:
        return str(row["name"])

    def part(self, number: int) -> str:
        """The id of such a list, segment or tag."""
        return str(100 + number)

    def part_of(self, row: dict[str, Any]) -> str:
        """The id of the one that a campaign goes to."""
        raise NotImplementedError

    def finish(self, campaign: str) -> None:
        """The campaign went out."""
        raise NotImplementedError

    # how it answers

    def route(self, call: Call) -> Answer:
        raise NotImplementedError

    def allowed(self, call: Call) -> bool:
        return True

    def act(self, call: Call) -> Answer:
        if not self.allowed(call):
            return Answer(401, {"message": "invalid API credentials"})
        if self.description and call.path not in self.undescribed and (wrong := self.description.wrong(call)):
            return Answer(400, {"message": f"not as described: {wrong}"})
        return self.route(call)

    def answer(self, call: Call) -> Answer:
        self.calls.append(call)
        fault = self.faults.popleft() if self.faults else no_fault
        return fault(self, call) or self.act(call)

    # how it is reached

    def transport(self) -> httpx2.MockTransport:
        def handle(request: httpx2.Request) -> httpx2.Response:
            call = _call(request.method, str(request.url), dict(request.headers), request.read(), self.prefix)
            try:
                answer = self.answer(call)
            except Dropped:
                raise httpx2.ReadError("connection reset by peer") from None
            return httpx2.Response(answer.status, content=answer.data, headers=answer.headers)

        return httpx2.MockTransport(handle)

    @contextmanager
    def served(self) -> Iterator[str]:
        """The address of this fake on a port of loopback."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                url = f"http://fake{self.path}"
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    answer = fake.answer(_call(self.command, url, headers, raw, fake.prefix))
                except Dropped:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.data)))
                self.end_headers()
                self.wfile.write(answer.data)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815

            def log_message(self, format: str, *words: Any) -> None:
                """Nothing to standard error."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{self.prefix}"
        finally:
            server.shutdown()
            server.server_close()


def _call(method: str, url: str, headers: dict[str, str], raw: bytes, prefix: str) -> Call:
    parts = urlsplit(url)
    path = unquote(parts.path).removeprefix(prefix)
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    try:
        body = json.loads(raw) if raw else None
    except ValueError:
        body = None
    return Call(method, path, query, {name.lower(): value for name, value in headers.items()}, body, raw)


def login_of(call: Call) -> str:
    """User and password of Basic authorization."""
    encoded = call.headers.get("authorization", "").removeprefix("Basic ")
    try:
        return base64.b64decode(encoded).decode()
    except ValueError:
        return ""
