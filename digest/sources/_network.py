"""One GET over http(s): 20 seconds and 20 MB at most, redirects followed with care.

Every connection is made to an address that was looked at first, so that a name cannot change what it
points to in between: once an address was public, no private one follows.
"""

from __future__ import annotations

import base64
import ipaddress
import re
import socket
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpcore2 as core

from digest import __version__
from digest.errors import Unreachable
from digest.model import SourceSpec, Validators
from digest.model.urls import is_web_url
from digest.sources._fetch import Fetched

SECONDS = 20.0
BYTES = 20_000_000
HOPS = 5
_MOVED = frozenset({301, 302, 303, 307, 308})
_BROKEN = (core.NetworkError, core.ProtocolError, core.TimeoutException, core.UnsupportedProtocol, OSError)


class _Refused(Exception):
    """Why we do not go on; a sentence without its subject."""


def get(spec: SourceSpec, validators: Validators | None) -> Fetched:
    """The bytes at the address of ``spec``. Raises ``Unreachable``."""
    deadline = _Deadline(time.monotonic() + SECONDS)
    try:
        return _follow(spec, validators, deadline)
    except _Refused as refused:
        raise Unreachable(f"{spec.name}: {refused}") from None
    except _BROKEN as error:
        if deadline.left() <= 0 or isinstance(error, core.TimeoutException | TimeoutError):
            raise Unreachable(
                f"{spec.name}: {_safe(spec.url)} did not answer within {SECONDS:g} seconds."
            ) from None
        why = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
        raise Unreachable(f"{spec.name}: {_safe(spec.url)} cannot be reached ({why}).") from None


def _follow(spec: SourceSpec, validators: Validators | None, deadline: _Deadline) -> Fetched:
    guard = _Guard(deadline)
    url = spec.url
    with core.ConnectionPool(ssl_context=_certificates(), network_backend=guard) as pool:
        for _ in range(HOPS + 1):
            if not is_web_url(url):
                raise _Refused(f"{_safe(spec.url)} leads to {_safe(url)}, which is no http(s) address.")
            answer = _ask(pool, url, _headers(url, validators), deadline)
            if answer.status not in _MOVED or not answer.location:
                return _fetched(spec, url, answer, validators)
            url = urljoin(url, answer.location)
    raise _Refused(f"{_safe(spec.url)} leads from one address to the next without end.")


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    validators: Validators
    location: str


def _fetched(spec: SourceSpec, url: str, answer: _Answer, known: Validators | None) -> Fetched:
    name = urlsplit(url).path.rpartition("/")[2] or spec.name
    if answer.status == 304 and known is not None:
        return Fetched(None, name, url, known)
    if answer.status != 200:
        raise _Refused(f"{_safe(url)} answered {answer.status} ({_meaning(answer.status)}).")
    return Fetched(answer.body, name, url, answer.validators)


def _meaning(status: int) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "whatever that means"


def _ask(pool: core.ConnectionPool, url: str, headers: dict[str, str], deadline: _Deadline) -> _Answer:
    with pool.stream("GET", _wire(url), headers=list(headers.items())) as response:
        said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        body = b""
        if response.status == 200:
            body = _body(response.iter_stream(), said.get("content-encoding", ""), deadline)
        validators = Validators(said.get("etag", "")[:500], said.get("last-modified", "")[:100])
        return _Answer(response.status, body, validators, said.get("location", ""))


def _headers(url: str, validators: Validators | None) -> dict[str, str]:
    headers = {
        "Host": _host_header(url),
        "User-Agent": f"digest/{__version__}",
        "Accept": "application/rss+xml, application/atom+xml, application/xml, text/xml, */*;q=0.8",
        "Accept-Encoding": "gzip, deflate",
    }
    if validators and validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators and validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    parts = urlsplit(url)
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(login.encode()).decode()
    return headers


def _host_header(url: str) -> str:
    parts = urlsplit(_wire(url))
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return host if parts.port is None else f"{host}:{parts.port}"


def _wire(url: str) -> str:
    """The address in ASCII, without a login."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        host = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        raise _Refused(f"{_safe(url)} has a host that is no name.") from None
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port is None else f":{parts.port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]{}|^`\"<>\\") if parts.query else ""
    return f"{parts.scheme}://{host}{port}{path}{query}"


def _safe(url: str) -> str:
    """An address for a message: short, without a login."""
    scheme, mark, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    shown = f"{scheme}{mark}{authority.rpartition('@')[2]}{slash}{path}"
    return shown if len(shown) <= 200 else shown[:199] + "…"


def _certificates() -> Any:
    import httpx2

    return httpx2.create_ssl_context()


def _body(chunks: Iterable[bytes], encoding: str, deadline: _Deadline) -> bytes:
    """The whole body, unpacked; within bounds on the wire and after."""
    parts: list[bytes] = []
    size = 0
    for part in _unpacked(_bounded(chunks, deadline), encoding.strip().lower()):
        size += len(part)
        if size > BYTES:
            raise _Refused(f"what it sends is larger than {BYTES // 1_000_000} MB.")
        parts.append(part)
    return b"".join(parts)


def _bounded(chunks: Iterable[bytes], deadline: _Deadline) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > BYTES:
            raise _Refused(f"what it sends is larger than {BYTES // 1_000_000} MB.")
        deadline.check()
        yield chunk


def _unpacked(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise _Refused(f'what it sends is packed as "{encoding[:40]}", which was not asked for.')
    unpacker: Any = None
    for chunk in chunks:
        if unpacker is None:
            unpacker = zlib.decompressobj(_window_bits(chunk, encoding))
        yield from _inflate(unpacker, chunk)
    if unpacker is not None and not unpacker.eof:
        raise _Refused("its packed text breaks off.")


def _window_bits(chunk: bytes, encoding: str) -> int:
    """Gzip, zlib, or the bare deflate that some servers send under its name."""
    if encoding != "deflate":
        return 31
    return 15 if chunk[:1] and chunk[0] & 0x0F == 8 else -15


def _inflate(unpacker: Any, chunk: bytes) -> Iterator[bytes]:
    rest = chunk
    try:
        while rest and not unpacker.eof:
            part = unpacker.decompress(rest, 1_000_000)
            rest = unpacker.unconsumed_tail
            if part:
                yield part
    except zlib.error:
        raise _Refused("its packed text is damaged.") from None


class _Deadline:
    """When all of it must be over."""

    def __init__(self, end: float) -> None:
        self.end = end

    def left(self) -> float:
        return self.end - time.monotonic()

    def check(self) -> None:
        if self.left() <= 0:
            raise core.ReadTimeout("over")

    def within(self, timeout: float | None) -> float:
        self.check()
        return self.left() if timeout is None else min(timeout, self.left())


class _Guard(core.NetworkBackend):
    """Connects to addresses it has looked at; after a public one it refuses private ones."""

    def __init__(self, deadline: _Deadline) -> None:
        self.deadline = deadline
        self.was_public = False
        self.plain = core.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> core.NetworkStream:
        addresses = _resolved(host, port, self.deadline)
        public = [address for address in addresses if is_public(address)]
        if self.was_public and len(public) < len(addresses):
            raise _Refused(f"a public address leads to {host}, which lies inside a private network.")
        self.was_public = self.was_public or bool(public)
        return _Timed(self._first(addresses, port, socket_options), self.deadline)

    def _first(self, addresses: list[str], port: int, options: Any) -> core.NetworkStream:
        failure: Exception = core.ConnectError("no address")
        for tried, address in enumerate(addresses):
            try:
                share = self.deadline.within(None) / (len(addresses) - tried)
                return self.plain.connect_tcp(address, port, timeout=share, socket_options=options)
            except (core.NetworkError, core.TimeoutException) as error:
                failure = error
        raise failure


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also where it is wrapped in another."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return ip.is_global and not ip.is_multicast


def _resolved(host: str, port: int, deadline: _Deadline) -> list[str]:
    """The IP addresses of a host, IPv4 first; a resolver that hangs is left behind."""
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(deadline.within(None))
    if not found:
        raise core.ConnectTimeout("over")
    if isinstance(found[0], Exception):
        raise _Refused(f"there is no host {host} ({getattr(found[0], 'strerror', None) or found[0]}).")
    ordered = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)
    return list(dict.fromkeys(str(entry[4][0]) for entry in ordered))


class _Timed(core.NetworkStream):
    """A stream whose every step ends at the deadline."""

    def __init__(self, stream: core.NetworkStream, deadline: _Deadline) -> None:
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.deadline.within(timeout))

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> core.NetworkStream:
        secure = self.stream.start_tls(ssl_context, server_hostname, self.deadline.within(timeout))
        return _Timed(secure, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
