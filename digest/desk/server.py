"""The desk on 127.0.0.1: uvicorn, on a socket of its own choice."""

from __future__ import annotations

import os
import socket
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from digest.desk.desk import Desk
from digest.distribution import install
from digest.errors import CommandError, DigestError, Unreachable

if TYPE_CHECKING:
    from uvicorn import Server as Uvicorn

HOST = "127.0.0.1"
PORT = 8042
_TRIED = 20  # ports after a taken one
_GOODBYE = 2  # seconds for answers that are being sent at the end


class Server:
    """Listens on 127.0.0.1 from the beginning, and answers once it serves."""

    def __init__(self, desk: Desk, bound: socket.socket) -> None:
        self.desk, self._socket = desk, bound
        self.port: int = bound.getsockname()[1]
        self._server = _uvicorn(desk)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def serve(self) -> None:
        """Answer until ``stop``, a Ctrl-C or a SIGTERM."""
        if self._server.should_exit:
            return
        Thread(target=self._begin, daemon=True).start()
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        self._server.should_exit = True

    def _begin(self) -> None:
        """Make ready what the first page needs while the browser is being opened."""
        from digest.desk.pages import environment

        for name in ("base.j2", "parts.j2", "issue.j2"):
            environment().get_template(name)
        try:
            current = self.desk.current_issue({})
            self.desk.proofs.proof(current.newsroom, current.edition, current.day)
        except DigestError:
            pass  # the page says it

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if not self._server.started:  # else it closes its socket itself, when the last answer is out
            self._socket.close()


def listen(desk: Desk, port: int | None) -> Server:
    """A server on a port, or on the first free one from ``PORT`` on. Raises ``Unreachable``, or ``CommandError`` where
    the extra is not installed."""
    reason = ""
    for number in [port] if port is not None else range(PORT, PORT + _TRIED):
        try:
            return Server(desk, socket.create_server((HOST, number), backlog=128))
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
    if port is None:
        raise Unreachable(
            f"no port from {PORT} to {PORT + _TRIED - 1} can be used: {reason}. Name one with --port."
        )
    raise Unreachable(f"the port {port} cannot be used: {reason}. Name another one, or leave --port out.")


def _uvicorn(desk: Desk) -> Uvicorn:
    try:
        import ruamel.yaml  # noqa: F401
        import uvicorn

        from digest.desk.application import application, guarded
    except ModuleNotFoundError as missing:
        raise CommandError(
            f"the desk needs {missing.name}, which is not installed: {install('preview')}."
        ) from None
    config = uvicorn.Config(
        guarded(application(desk)), log_level="critical", access_log=False, lifespan="off", server_header=False,
        date_header=False, timeout_graceful_shutdown=_GOODBYE,
    )  # fmt: skip
    return uvicorn.Server(config)
