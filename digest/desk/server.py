"""The browser's requests, from this machine only.

A page of the web could make its own name lead to 127.0.0.1 and then read what is served here. So only requests that
call this server 127.0.0.1 or localhost are answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer

from digest.desk.answer import Answer, answer
from digest.desk.page import plain
from digest.desk.proofs import Proofs
from digest.errors import Unreachable

HOST = "127.0.0.1"
PORT = 8042
_TRIED = 20  # ports after a taken one
_OWN_NAMES = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?", re.ASCII)  # any port: it may be forwarded
_PATIENCE = 30  # seconds for a request to arrive


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1; every request is a thread of its own."""

    daemon_threads = True

    def __init__(self, port: int, proofs: Proofs) -> None:
        self.proofs = proofs
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # without asking the network what this machine is called
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that went away is nothing to tell."""

    @property
    def port(self) -> int:
        return self.server_port

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"


def listen(proofs: Proofs, port: int | None) -> Server:
    """A server on a port, or on the first free one from ``PORT`` on. Raises ``Unreachable``."""
    for number in [port] if port is not None else range(PORT, PORT + _TRIED):
        try:
            return Server(number, proofs)
        except OSError as error:
            why = error.strerror or str(error)
    if port is None:
        raise Unreachable(
            f"no port from {PORT} to {PORT + _TRIED - 1} can be used: {why}. Name one with --port."
        )
    raise Unreachable(f"the port {port} cannot be used: {why}. Name another one, or leave --port out.")


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = _PATIENCE
    server_version, sys_version = "digest", ""

    def do_GET(self) -> None:
        self._send(self._answered())

    def do_HEAD(self) -> None:
        self.do_GET()  # `_send` leaves the body out

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._refuse
        raise AttributeError(name)

    def _refuse(self) -> None:
        self._send(_refused(405, "Only GET and HEAD are answered here."), {"Allow": "GET, HEAD"})

    def _answered(self) -> Answer:
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or not _OWN_NAMES.fullmatch(hosts[0]):
            return _refused(403, f"The preview is at {self.server.url} and answers to no other name.")
        try:
            return answer(self.server.proofs, self.path)
        except Exception as defect:
            return _refused(500, f"A defect of ours ({type(defect).__name__}: {str(defect)[:300]}).")

    def _send(self, sent: Answer, more: dict[str, str] | None = None) -> None:
        headers = {
            "Content-Type": sent.kind,
            "Content-Length": str(len(sent.body)),
            "Content-Security-Policy": sent.policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        } | (more or {})
        if sent.name:
            headers["Content-Disposition"] = f'attachment; filename="{sent.name}"'
        self.send_response(sent.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(sent.body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads a log of one's own glances."""


def _refused(status: int, text: str) -> Answer:
    return Answer(status, "text/html; charset=utf-8", plain("Preview", text).encode())
