"""``digest preview``: the issue in a browser, before anything is built."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import current_thread, main_thread
from typing import Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import Json, OutboxFolder, Root, as_date, folder, newsroom, now
from digest.cli.output import emit, flushed, say


@app.command("preview")
def preview(
    edition: Annotated[
        str | None, typer.Option("--edition", metavar="NAME", help="This edition (default: the first).")
    ] = None,
    day: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="YYYY-MM-DD", help="Issue date, also one to come (default: the last cutoff's)."
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", metavar="P", min=0, max=65535, help="Serve here; 0: any free port (default: 8042)."
        ),
    ] = None,
    outbox: OutboxFolder = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """Serve the issue, exactly as a build would make it, on 127.0.0.1; changes nothing."""
    from digest.desk import Asked, Proofs, listen

    room = newsroom(root, remember=False)
    asked = Asked(
        root=room.root,
        outbox=folder(outbox, room.root / "outbox"),
        edition=edition,
        day=as_date(day) if day is not None else None,
    )
    proofs = Proofs(asked, now)
    shown, at = proofs.which(room, None, None)
    with listen(proofs, port) as server, _until_stopped():
        emit({"url": server.url, "port": server.port, "edition": shown.name, "date": at}, line=True)
        say(f"{shown.name} {at}: {server.url}")
        say("Ctrl-C ends it.")
        flushed()
        server.serve_forever(poll_interval=0.2)
    proofs.close()


class _Stopped(BaseException):
    """Somebody has seen enough."""


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block quietly; only the main thread may listen to them."""
    if current_thread() is not main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise _Stopped

    asked = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(one, stop) for one in asked]
    try:
        with suppress(_Stopped):
            yield
    finally:
        for one, handler in zip(asked, before, strict=True):
            signal.signal(one, handler)
