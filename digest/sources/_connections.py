"""Connections that end at a deadline, to addresses that were looked at first.

A name cannot change what it points to between the look and the connection: once an address was public, no
private one follows.
"""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import httpcore2 as core

from digest.model.addresses import is_public


class Refused(Exception):
    """Why we do not go on; a sentence without its subject."""


class Deadline:
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


class Guard(core.NetworkBackend):
    """Connects to addresses it has looked at; after a public one it refuses private ones, unless ``inside``."""

    def __init__(self, deadline: Deadline, *, inside: bool = False) -> None:
        self.deadline, self.inside = deadline, inside
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
        if self.was_public and not self.inside and len(public) < len(addresses):
            raise Refused(
                f"a public address leads to {host}, which lies inside a private network "
                "(where that is meant: allow_private: true)."
            )
        self.was_public = self.was_public or bool(public)
        return Timed(self._first(addresses, port, socket_options), self.deadline)

    def _first(self, addresses: list[str], port: int, options: Any) -> core.NetworkStream:
        failure: Exception = core.ConnectError("no address")
        for tried, address in enumerate(addresses):
            try:
                share = self.deadline.within(None) / (len(addresses) - tried)
                return self.plain.connect_tcp(address, port, timeout=share, socket_options=options)
            except (core.NetworkError, core.TimeoutException) as error:
                failure = error
        raise failure

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, max(0.0, self.deadline.left())))


def _resolved(host: str, port: int, deadline: Deadline) -> list[str]:
    """The IP addresses of a host, IPv4 first; a resolver that hangs is left behind."""
    answers: list[Any] = []

    def look_up() -> None:
        try:
            answers.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(deadline.within(None))
    if not answers:
        raise core.ConnectTimeout("over")
    if isinstance(answers[0], Exception):
        raise Refused(f"there is no host {host} ({getattr(answers[0], 'strerror', None) or answers[0]}).")
    ordered = sorted(answers, key=lambda entry: entry[0] != socket.AF_INET)
    return list(dict.fromkeys(str(entry[4][0]) for entry in ordered))


class Timed(core.NetworkStream):
    """A stream whose every step ends at the deadline."""

    def __init__(self, stream: core.NetworkStream, deadline: Deadline) -> None:
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
        return Timed(secure, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)
