"""``digest preview --reader ID``: one reader's issue out of the packs, in a browser."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from digest.cli.options import as_date, folder, load_newsroom
from digest.cli.output import emit, flushed, say
from digest.errors import CommandError, Unreachable

PORT = 8042
KINDS = {
    ".html": "text/html; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".eml": "text/plain; charset=utf-8",
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
}  # fmt: skip


def show_reader(
    reader: str,
    edition: str | None,
    day: str | None,
    port: int | None,
    export: Path | None,
    outbox: str | None,
    root: Path | None,
) -> None:
    """Serve what a reader gets on 127.0.0.1 until somebody ends it. Raises ``CommandError``, ``Unreachable``."""
    from digest.app.reading import PublishedAudience
    from digest.publish import Outbox

    if export is not None:
        raise CommandError("--reader does not go with --export: `digest export --reader` writes the files.")
    newsroom = load_newsroom(root)
    place = folder(outbox, newsroom.root / "outbox")
    name = edition or newsroom.editions[0].name
    dates = Outbox(place).dates(name)
    if day is None and not dates:
        raise CommandError(f"{name} has no issue in {place} yet: build it with `digest build --audience`.")
    at = as_date(day) if day is not None else dates[-1]
    audience = PublishedAudience.of(newsroom, place, name, at)
    variant = audience.variant_of(reader)
    files = {f"/{file}": data for file, data in audience.files(variant).items()}
    pictures = (Outbox(place).place(name, at) / "images").glob("*")
    files |= {f"/images/{picture.name}": picture.read_bytes() for picture in pictures}
    with _server(files, port) as server:
        url = f"http://127.0.0.1:{server.server_port}/index.html"
        emit(
            {"url": url, "port": server.server_port, "edition": name, "date": at, "variant": variant},
            line=True,
        )
        say(f"{name} {at}, reader {reader}, variant {variant}: {url}")
        say("index.txt and message.eml lie beside it. Ctrl-C ends it.")
        flushed()
        server.serve_forever()


def _server(files: dict[str, bytes], port: int | None) -> ThreadingHTTPServer:
    class _FileHandler(BaseHTTPRequestHandler):
        """These files and nothing else, for this machine only."""

        def do_GET(self) -> None:
            host = (self.headers.get("Host") or "").rpartition(":")[0]
            path = self.path.partition("?")[0]
            data = files.get("/index.html" if path == "/" else path)
            known = host in ("127.0.0.1", "localhost")
            self.send_response(200 if data is not None and known else 404 if known else 403)
            self.send_header(
                "Content-Type", KINDS.get(Path(path).suffix or ".html", "application/octet-stream")
            )
            self.send_header("Content-Security-Policy", "script-src 'none'; frame-ancestors 'none'")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(data if data is not None and known else b"")

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    try:
        return ThreadingHTTPServer(("127.0.0.1", PORT if port is None else port), _FileHandler)
    except OSError as error:
        raise Unreachable(
            f"port {port or PORT} cannot be used: {error.strerror}. Give another with --port."
        ) from None
