"""The desk asked directly, without a socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Answer:
    """What the desk sends back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def answer(
    app: Any, address: str, form: dict[str, Any] | None = None, *, heads: dict[str, str] | None = None
) -> Answer:
    """The answer of an ASGI application to a GET, or to a POST of a form."""
    parts = urlsplit(address)
    body = urlencode(form, doseq=True).encode() if form is not None else b""
    headers = {"host": "127.0.0.1:8042"} | (
        {"content-type": "application/x-www-form-urlencoded", "origin": "http://127.0.0.1:8042"}
        if form
        else {}
    )
    headers |= heads or {}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": "",
        "method": "GET" if form is None else "POST", "path": parts.path, "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(), "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8042),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    sent: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop()
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    heads_sent = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], heads_sent, b"".join(message.get("body", b"") for message in sent[1:]))
