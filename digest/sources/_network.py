"""Reading over http(s): 20 seconds and 20 MB at most for a source, redirects followed with care.

httpx2 follows redirects, answers for logins and speaks to proxies; what it connects to is looked at first
(:mod:`digest.sources._connections`), and what it brings is unpacked within bounds (:mod:`digest.sources._unpack`).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2 as core
import httpx2

from digest import __version__
from digest.errors import Unreachable
from digest.model import Validators
from digest.model.addresses import is_inside
from digest.model.urls import is_web_url
from digest.sources._connections import Deadline, Guard, Refused
from digest.sources._unpack import Allowance, body

SECONDS = 20.0
HOPS = 5
AGENT = f"digest/{__version__}"
TRIES = 3
_PAUSES = (0.5, 1.5)  # seconds before the second and the third try, where the server names none
_PASSING = frozenset({429, 500, 502, 503, 504})
_BROKEN = (core.NetworkError, core.ProtocolError, core.TimeoutException, core.ProxyError, OSError)
_NO_ADDRESS = (httpx2.InvalidURL, httpx2.UnsupportedProtocol, core.UnsupportedProtocol, UnicodeError)
_ACCEPT = "application/rss+xml, application/atom+xml, application/xml, text/xml, */*;q=0.8"
_EMPTY: Mapping[str, str] = MappingProxyType({})
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a source is reached; ``until`` is the monotonic time at which all reading must be over."""

    headers: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    login: tuple[str, str] | None = None
    timeout: float | None = None  # seconds, at most :data:`SECONDS`
    proxy: str = ""  # empty: the environment's
    ca_file: str = ""
    allow_private: bool = False
    until: float = float("inf")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent. ``url`` is where it was found in the end."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    url: str

    @property
    def validators(self) -> Validators:
        return Validators(self.headers.get("etag", "")[:500], self.headers.get("last-modified", "")[:100])

    @property
    def charset(self) -> str:
        """What the server says the text is written in; empty where it does not."""
        match = re.search(r"charset\s*=\s*[\"']?([\w.:\-]+)", self.headers.get("content-type", ""))
        return match[1][:40].lower() if match else ""


class Web:
    """The connections of one reading of one source. Every failure is an ``Unreachable`` that begins with its name."""

    def __init__(self, name: str, url: str, ways: Ways = Ways()) -> None:
        self.name, self.url, self.ways = name, url, ways
        self.seconds = min(SECONDS, ways.timeout or SECONDS)
        self.deadline = Deadline(min(time.monotonic() + self.seconds, ways.until))
        self.allowance = Allowance()
        self.inside = ways.allow_private or is_inside(_host(url))
        self._client: httpx2.Client | None = None

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *failure: object) -> None:
        if self._client is not None:
            self._client.close()

    def get(self, url: str = "", *, accept: str = _ACCEPT, validators: Validators | None = None) -> Answer:
        """The answer at ``url`` (default: the source's own): 200, or 304 where ``validators`` are given."""
        answer = self.ask(url, accept=accept, validators=validators)
        if answer.status == 200 or (answer.status == 304 and validators is not None):
            return answer
        raise self.refusal(answer)

    def ask(self, url: str = "", *, accept: str = _ACCEPT, validators: Validators | None = None) -> Answer:
        """The answer at ``url`` whatever its status; one that says "later" is asked again while there is time."""
        with self._told(url or self.url):
            for pause in (*_PAUSES, None):
                answer = self._once(url or self.url, accept, validators)
                if answer.status not in _PASSING or pause is None:
                    return answer
                pause = _later(answer) or pause
                if pause > self.deadline.left() - 1:  # a second for the answer itself
                    return answer
                time.sleep(pause)
        raise AssertionError

    def refusal(self, answer: Answer) -> Unreachable:
        """An answer with another status than 200, in words."""
        later = _later(answer)
        return self.failure(
            f"{safe(answer.url)} answered {answer.status} ({_meaning(answer.status)})"
            + (f", and asks to come back in {later:.0f} s." if later else ".")
        )

    def failure(self, what: str) -> Unreachable:
        return Unreachable(f"{self.name}: {what}")

    @contextmanager
    def _told(self, url: str) -> Iterator[None]:
        """What goes wrong inside, in words."""
        try:
            yield
        except Refused as refused:
            raise self.failure(str(refused)) from None
        except httpx2.TooManyRedirects:
            raise self.failure(f"{safe(url)} leads from one address to the next without end.") from None
        except (*_BROKEN, httpx2.HTTPError) as error:
            if self.deadline.left() <= 0 or isinstance(error, core.TimeoutException | TimeoutError):
                within = f"within {self.seconds:g} seconds"
                raise self.failure(f"{safe(url)} did not answer {within}.") from None
            reason = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
            raise self.failure(f"{safe(url)} cannot be reached ({reason}).") from None

    def _once(self, url: str, accept: str, validators: Validators | None) -> Answer:
        self.deadline.check()
        try:
            request = self.client.build_request("GET", _quoted(url), headers=_headers(accept, validators))
            response = self.client.send(request, stream=True, follow_redirects=True)
        except _NO_ADDRESS:
            raise Refused(f"{safe(url)} leads to what is no http(s) address.") from None
        except httpx2.RemoteProtocolError:
            raise Refused(f"{safe(url)} leads to what is no http(s) address.") from None
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            packing = headers.get("content-encoding", "")
            data = b""
            if response.status_code == 200:
                data = body(response.iter_raw(), packing, self.deadline, self.allowance)
            return Answer(response.status_code, data, headers, str(response.url))
        finally:
            response.close()

    @property
    def client(self) -> httpx2.Client:
        if self._client is None:
            self._client = httpx2.Client(
                transport=_Transport(self._pool()),
                auth=self.ways.login,
                max_redirects=HOPS,
                trust_env=False,
                timeout=None,  # the guard's deadline rules
                event_hooks={"request": [self._looked_at]},
            )
        return self._client

    def _pool(self) -> core.ConnectionPool:
        secure, proxy = _certificates(self.ways.ca_file), self.ways.proxy or _usual_proxy(self.url)
        if not proxy:
            guard = Guard(self.deadline, inside=self.ways.allow_private)
            return core.ConnectionPool(ssl_context=secure, network_backend=guard)
        parts = httpx2.URL(proxy if "://" in proxy else f"http://{proxy}")
        if parts.scheme not in ("http", "https"):
            raise Refused(f"its proxy has the scheme {parts.scheme}; http and https can be used.")
        login = (parts.username.encode(), parts.password.encode()) if parts.username else None
        return core.HTTPProxy(
            proxy_url=f"{parts.scheme}://{parts.netloc.decode()}",
            proxy_auth=login,
            ssl_context=secure,
            network_backend=Guard(self.deadline, inside=True),
        )

    def _looked_at(self, request: httpx2.Request) -> None:
        """Before each request, the redirected ones too: the source's own headers go to no other host."""
        url = str(request.url)
        if not is_web_url(url):
            raise Refused(f"{safe(self.url)} leads to {safe(url)}, which is no http(s) address.")
        host = _host(url)
        if is_inside(host) and not self.inside:
            raise Refused(f"a public address leads to {host}, which lies inside a private network.")
        if host == _host(self.url):
            request.headers.update(self.ways.headers)


class _Transport(httpx2.BaseTransport):
    """httpx2's way down to connections of our own making."""

    def __init__(self, pool: core.ConnectionPool) -> None:
        self.pool = pool

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        target = core.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = core.Request(request.method, target, headers=request.headers.raw)
        got = self.pool.handle_request(asked)
        return httpx2.Response(got.status, headers=got.headers, stream=_Stream(got))

    def close(self) -> None:
        self.pool.close()


class _Stream(httpx2.SyncByteStream):
    def __init__(self, response: core.Response) -> None:
        self.response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self.response.iter_stream()

    def close(self) -> None:
        self.response.close()


def _certificates(ca_file: str) -> Any:
    """One context for all sources: making one takes longer than reading a feed."""
    try:
        with _ONE_AT_A_TIME:
            return _context(ca_file)
    except OSError as error:
        raise Refused(f"its ca_file {ca_file} cannot be read ({error.strerror or error}).") from None


@cache
def _context(ca_file: str) -> Any:
    return httpx2.create_ssl_context(verify=ca_file or True, trust_env=True)


def _usual_proxy(url: str) -> str:
    """The proxy that the environment names for an address; none for this machine."""
    host = _host(url)
    if is_inside(host):
        return ""
    proxies = getproxies()
    proxy = proxies.get(urlsplit(url).scheme.lower()) or proxies.get("all") or ""
    return "" if not proxy or proxy_bypass(host) else proxy


def _headers(accept: str, validators: Validators | None) -> dict[str, str]:
    headers = {"User-Agent": AGENT, "Accept": accept, "Accept-Encoding": "gzip, deflate"}
    if validators and validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators and validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def _later(answer: Answer) -> float:
    """The seconds after which a server wants to be asked again; 0 where it names none."""
    header = answer.headers.get("retry-after", "").strip()
    if header.isascii() and header.isdecimal():
        return float(header[:9])
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _meaning(status: int) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "whatever that means"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _quoted(url: str) -> str:
    """The address with what may not stand in one written ``%XX``; its host is httpx2's."""
    scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return scheme + mark + authority + slash + quote(path, safe="/%:@!$&'()*+,;=~-._?[]{}|^`\"<>\\#")


def safe(url: str) -> str:
    """An address for a message: short, without a login or the values of its query."""
    scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    plain, question, query = f"{scheme}{mark}{authority.rpartition('@')[2]}{slash}{path}".partition("?")
    shown = plain + question + re.sub(r"=[^&#]*", "=…", query)
    return shown if len(shown) <= 200 else shown[:199] + "…"
