"""``digest export``: the issue of one reader, out of the packs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli import app
from digest.cli.options import (
    EditionName,
    IssueDate,
    Json,
    OutboxFolder,
    Root,
    as_issue,
    folder,
    load_newsroom,
)
from digest.cli.output import emit, say
from digest.errors import CommandError
from digest.model.counts import counted


@app.command("export", epilog="Example: digest export daily 2026-01-23 --reader r1042")
def export(
    edition: EditionName,
    day: IssueDate,
    variant: Annotated[
        str | None, typer.Option("--variant", metavar="V", help="A variant, as variants.parquet names it.")
    ] = None,
    reader: Annotated[
        str | None, typer.Option("--reader", metavar="ID", help="The variant of this reader.")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Where to (default: a folder of its name, here)."),
    ] = None,
    stream: Annotated[
        Path | None,
        typer.Option(
            "--stream", metavar="FILE", help="All readers with pack, offset and length: .jsonl or .parquet."
        ),
    ] = None,
    outbox: OutboxFolder = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """Write one variant of an issue as index.html, index.txt and message.eml, or all readers as a stream."""
    from digest.app.reading import PublishedAudience

    if sum(choice is not None for choice in (variant, reader, stream)) != 1:
        raise CommandError("say what to export: --variant V, --reader ID or --stream FILE.")
    newsroom = load_newsroom(root)
    audience = PublishedAudience.of(
        newsroom, folder(outbox, newsroom.root / "outbox"), edition, as_issue(day)
    )
    if stream is not None:
        count = audience.stream(stream.absolute())
        emit({"stream": str(stream), "readers": count})
        say(f"{counted(count, 'reader')}: {stream}")
        return
    name = variant or audience.variant_of(reader or "")
    files = audience.files(name)
    place = (to or Path(f"{edition}-{day}-{name}")).absolute()
    try:
        place.mkdir(parents=True, exist_ok=True)
        for file, data in files.items():
            (place / file).write_bytes(data)
    except OSError as error:
        raise CommandError(f"{place} cannot be written: {error.strerror}.") from None
    emit({"variant": name, "folder": str(place), "files": sorted(files)})
    say(f"{name}: {place}")
