"""The desk asked directly, without a socket."""

from __future__ import annotations

import asyncio
import html
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from digest.desk import Desk, DeskOptions, PageLinks, Proofs
from digest.desk.application import application, guarded
from tests.newsrooms import Room

DAY = "2026-01-23"
NOW = datetime(2026, 1, 23, 14, 0, tzinfo=UTC)
HERE = {"edition": "daily", "date": DAY}


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


class At:
    """A desk, asked as a browser does."""

    def __init__(self, room: Room, may_act: bool = True, who: str = "mara") -> None:
        options = DeskOptions(
            root=room.root, outbox=room.root / "outbox", edition="daily", day=date.fromisoformat(DAY)
        )
        self.room = room
        self.desk = Desk(Proofs(options, lambda: NOW), PageLinks(), who=who, may_act=may_act)
        self.app = guarded(application(self.desk))

    def get(self, address: str = "/", status: int = 200, **heads: str) -> str:
        response = answer(self.app, address, heads=heads)
        assert response.status == status, response.text[:2000]
        return response.text

    def post(self, act: str, status: int = 303, path: str = "/act", **fields: Any) -> Answer:
        response = answer(self.app, path, {"token": self.desk.token, "act": act, **HERE, **fields})
        assert response.status == status, response.text[:3000]
        return response

    def undo(self, done: Answer) -> Answer:
        """Press the button of the page that an act leads to."""
        page = self.get(done.headers["location"].partition("#")[0])
        (key,) = re.findall('name="key" value="([^"]+)"', page.partition("<main")[0])
        return self.post("undo", key=html.unescape(key))

    def titles(self) -> list[str]:
        """The headlines of the issue as it is now."""
        manifest = self.get(f"/daily/{DAY}/manifest.json")
        return [story["title"] for part in json.loads(manifest)["sections"] for story in part["stories"]]
