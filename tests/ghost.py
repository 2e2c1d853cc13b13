"""A real Ghost 5 on this machine, with a service of our own in the place of the one it sends e-mails through.

Installed by hand, because it takes minutes; ``DIGEST_GHOST`` names the folder with its ``index.js``::

    npm pack ghost@5.130.6 && tar xzf ghost-5.130.6.tgz && cd package
    # delete "devDependencies" from package.json, and yarn.lock
    npm install --omit=dev --legacy-peer-deps
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.cookiejar import CookieJar
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

USER = {"email": "desk@harbor.example", "password": "a-long-pass-77x"}


def missing() -> str:
    """What keeps a Ghost from running here; empty where nothing does."""
    folder = os.environ.get("DIGEST_GHOST", "")
    if not folder or not (Path(folder) / "index.js").is_file():
        return "DIGEST_GHOST names no folder with a Ghost (tests/ghost.py says how to get one)"
    return "" if shutil.which("node") else "node is not installed"


class Sink(ThreadingHTTPServer):
    """What Ghost takes for Mailgun; ``took`` are the fields of each mailing. While ``down`` it answers 503."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mailgun)
        self.took: list[dict[str, str]] = []
        self.down = False


class _Mailgun(BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        form = message_from_bytes(head + body, policy=policy.HTTP)
        fields = {
            str(part.get_param("name", header="content-disposition")): part.get_content()
            for part in form.iter_parts()
        }
        if self.server.down:
            self._answer(503, {"message": "down"})
            return
        self.server.took.append(fields)
        self._answer(200, {"id": f"<{len(self.server.took)}@mg.example>", "message": "Queued."})

    def do_GET(self) -> None:
        self._answer(200, {"items": [], "paging": {}})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class Site:
    """A running site with an integration, ``key`` and ``content_key``, and one member who gets the newsletter."""

    def __init__(self, sink: Sink) -> None:
        self.sink, self.port, self.key, self.content_key = sink, _free(), "", ""
        self.url = f"http://127.0.0.1:{self.port}"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """An answer of the Admin API to somebody who is logged in."""
        request = urllib.request.Request(
            f"{self.url}/ghost/api/admin/{path}", method=method, data=json.dumps(body).encode() if body else None,
            headers={"Content-Type": "application/json", "Origin": self.url, "Accept-Version": "v5.0"},
        )  # fmt: skip
        with self.opener.open(request, timeout=60) as answer:
            data = answer.read()
        return json.loads(data) if data[:1] == b"{" else data

    def posts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("GET", "posts/?include=email&filter=tag:hash-digest")["posts"]
        return found

    def set_up(self) -> None:
        self.ask(
            "POST", "authentication/setup/", {"setup": [{"name": "Desk", "blogTitle": "Harbor Post", **USER}]}
        )
        self.ask("POST", "session/", {"username": USER["email"], "password": USER["password"]})
        made = self.ask("POST", "integrations/?include=api_keys", {"integrations": [{"name": "digest"}]})
        keys = {one["type"]: one["secret"] for one in made["integrations"][0]["api_keys"]}
        self.key, self.content_key = keys["admin"], keys["content"]
        self.ask("POST", "members/", {"members": [{"email": "reader@harbor.example"}]})


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """A new site that keeps everything below ``folder``."""
    ghost = Path(os.environ["DIGEST_GHOST"])
    with Sink() as sink:
        threading.Thread(target=sink.serve_forever, args=(0.05,), daemon=True).start()
        site = Site(sink)
        shutil.copytree(ghost / "content", folder / "content")
        settings = {
            "url": site.url, "server__host": "127.0.0.1", "server__port": str(site.port),
            "database__client": "sqlite3", "database__useNullAsDefault": "true",
            "database__connection__filename": str(folder / "ghost.db"), "paths__contentPath": str(folder / "content"),
            "bulkEmail__mailgun__baseUrl": f"http://127.0.0.1:{sink.server_address[1]}/v3",
            "bulkEmail__mailgun__apiKey": "key", "bulkEmail__mailgun__domain": "mg.example",
            "mail__transport": "SMTP", "mail__options__host": "127.0.0.1", "mail__options__port": "1",
            "security__staffDeviceVerification": "false", "privacy__useUpdateCheck": "false",
            "logging__transports": '["stdout"]', "NODE_ENV": "production",
        }  # fmt: skip
        with (folder / "log").open("wb") as log:
            words = ["node", "index.js"]
            process = subprocess.Popen(words, cwd=ghost, env=os.environ | settings, stdout=log, stderr=log)
        try:
            _until_it_answers(site, process)
            site.set_up()
            yield site
        finally:
            process.terminate()
            process.wait(30)
            sink.shutdown()


def _until_it_answers(site: Site, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end and process.poll() is None:
        try:
            site.ask("GET", "site/")
            return
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.3)
    raise TimeoutError("Ghost did not come up")


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
