"""``digest preview``: the desk in a browser, and what an issue will be before anything is built."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import current_thread, main_thread
from typing import Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import (
    By,
    Json,
    OutboxFolder,
    Root,
    as_issue,
    current_user,
    folder,
    now,
    root_of,
    warn_left_out,
)
from digest.cli.output import emit, flushed, say
from digest.model.counts import counted


@app.command("preview", epilog="Example: digest preview --edition daily --date 2026-01-23")
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
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Only to look: every act is refused.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="DIR", help="Write the pages as files into this folder, and end."),
    ] = None,
    reader: Annotated[
        str | None,
        typer.Option(
            "--reader", metavar="ID", help="The issue of this reader of an audience, as it was built."
        ),
    ] = None,
    by: By = "",
    outbox: OutboxFolder = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """The desk in your browser: the issue as it will be sent, why it is so, and the acts that change it."""
    from digest.desk import Desk, DeskOptions, FileLinks, PageLinks, Proofs, listen

    if reader is not None:
        from digest.cli.preview_reader import show_reader

        with _until_stopped():
            show_reader(reader, edition, day, port, export, outbox, root)
        return
    root_folder = root_of(root)
    request = DeskOptions(
        root=root_folder,
        outbox=folder(outbox, root_folder / "outbox"),
        edition=edition,
        day=as_issue(day) if day is not None else None,
    )
    proofs = Proofs(request, now)
    newsroom = proofs.newsroom()  # kept: the first page has it
    warn_left_out(newsroom)
    shown, at = proofs.which(newsroom, None, None)
    if export is not None:
        from digest.desk.export import write

        count = write(Desk(proofs, FileLinks(), may_act=False), export)
        emit({"folder": str(export), "pages": count, "edition": shown.name, "date": at})
        say(f"{shown.name} {at}: {counted(count, 'page')}, to begin with {export / 'index.html'}")
        return
    desk = Desk(proofs, PageLinks(), who=by or current_user(), may_act=not read_only)
    with listen(desk, port) as server, _until_stopped():
        emit({"url": server.url, "port": server.port, "edition": shown.name, "date": at}, line=True)
        say(f"{shown.name} {at}: {server.url}")
        say("Ctrl-C ends it.")
        flushed()
        server.serve()
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

    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop) for number in signals]
    try:
        with suppress(_Stopped):
            yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
