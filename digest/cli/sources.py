"""``digest sources``: how the sources are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.cli import app
from digest.cli.options import Json, Root, load_newsroom, now
from digest.cli.output import emit, json_wanted, say

if TYPE_CHECKING:
    from digest.app.readings import SourceHealth
    from digest.model import Publication


@app.command("sources", epilog="Example: digest sources")
def sources(root: Root = None, json: Json = False) -> None:
    """How each source is: when it was last read, what it had, what was said of it, and what is wrong.

    Nothing is read; `digest ingest` does that.
    """
    from digest.app.readings import health
    from digest.store import open_store

    newsroom = load_newsroom(root)
    with open_store(newsroom.store, newsroom.publication) as store:
        states = health(newsroom, store.readings(), now())
    emit({"sources": [_as_json(source) for source in states]})
    if not json_wanted():
        _table(states, newsroom.publication)


def _as_json(source: SourceHealth) -> dict[str, Any]:
    last = source.last
    return {
        "name": source.name,
        "type": source.type,
        "last_read": last.at if last else None,
        "items": last.items if last else 0,
        "new": last.new if last else 0,
        "rejected": last.rejected if last else 0,
        "newest": last.newest if last else None,
        "remarks": dict(last.remarks) if last else {},
        "wrong": source.wrong or None,
    }


def _table(states: list[SourceHealth], publication: Publication) -> None:
    heads = ("source", "last read", "items", "new", "newest story", "remarks", "what is wrong")
    rows = [heads, *(_row(source, publication) for source in states)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        say("  ".join([*cells, row[-1]]).rstrip())
    for source in states:
        for remark, count in (source.last.remarks if source.last else {}).items():
            say(f"  {source.name}: {count} x {remark}")


def _row(source: SourceHealth, publication: Publication) -> tuple[str, ...]:
    last = source.last
    if last is None:
        return (source.name, "never", "", "", "", "", source.wrong)
    newest = publication.clock(last.newest) if last.newest else ""
    counts = (str(last.items), str(last.new))
    return (
        source.name,
        publication.clock(last.at),
        *counts,
        newest,
        str(sum(last.remarks.values())),
        source.wrong,
    )
