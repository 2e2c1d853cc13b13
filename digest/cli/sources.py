"""``digest sources``: how the sources are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digest.cli import app
from digest.cli.options import Json, Root, newsroom, now
from digest.cli.output import emit, json_wanted, say

if TYPE_CHECKING:
    from digest.app.readings import Health
    from digest.model import Publication


@app.command("sources", epilog="Example: digest sources")
def sources(root: Root = None, json: Json = False) -> None:
    """How each source is: when it was last read, what it had, what was said of it, and what is wrong.

    Nothing is read; `digest ingest` does that.
    """
    from digest.app.readings import health
    from digest.store import open_store

    room = newsroom(root)
    with open_store(room.store, room.publication) as store:
        found = health(room, store.readings(), now())
    emit({"sources": [_as_json(one) for one in found]})
    if not json_wanted():
        _table(found, room.publication)


def _as_json(one: Health) -> dict[str, Any]:
    last = one.last
    return {
        "name": one.name,
        "type": one.type,
        "last_read": last.at if last else None,
        "items": last.items if last else 0,
        "new": last.new if last else 0,
        "rejected": last.rejected if last else 0,
        "newest": last.newest if last else None,
        "remarks": dict(last.remarks) if last else {},
        "wrong": one.wrong or None,
    }


def _table(found: list[Health], publication: Publication) -> None:
    heads = ("source", "last read", "items", "new", "newest story", "remarks", "what is wrong")
    rows = [heads, *(_row(one, publication) for one in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        say("  ".join([*cells, row[-1]]).rstrip())
    for one in found:
        for remark, count in (one.last.remarks if one.last else {}).items():
            say(f"  {one.name}: {count} x {remark}")


def _row(one: Health, publication: Publication) -> tuple[str, ...]:
    last = one.last
    if last is None:
        return (one.name, "never", "", "", "", "", one.wrong)
    newest = publication.clock(last.newest) if last.newest else ""
    counts = (str(last.items), str(last.new))
    return (one.name, publication.clock(last.at), *counts, newest, str(sum(last.remarks.values())), one.wrong)
