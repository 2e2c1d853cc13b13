"""``digest check``: everything that can be wrong in the newsroom, at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import Json, Root, newsroom, now, reader, usual_outbox
from digest.cli.output import emit, say, warn
from digest.errors import ConfigurationError, DigestError
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.model import Newsroom

_RECENT = timedelta(days=7)


@app.command("check", epilog="Example: digest check")
def check(
    links: Annotated[
        bool, typer.Option("--links", help="Also look up every link of the bookings and the brand.")
    ] = False,
    root: Root = None,
    json: Json = False,
) -> None:
    """Look over the newsroom: YAML, dates, files, templates, bookings; --links looks links up, too."""
    from digest.app import checking
    from digest.app.ads_ahead import unknown_publications
    from digest.config.files import without_ads

    room = newsroom(root, tell=False)
    _language_model(room)
    notes, problems = checking.notes(room), checking.problems(room)
    if links:
        problems = sorted({*problems, *checking.dead_links(room)})
    for problem in problems:  # before the look ahead, which takes the longest
        warn(str(problem))
    short, said = _ahead(room, known=bool(problems))
    said += (missed := list(_missed(room)))
    said += (off := _off_calendar(room))
    said += unknown_publications(room)
    said += (of_sources := _sources(room))
    said += (other_name := _renamed(room))
    if missing := without_ads(room.root, len(room.ads.line_items)):
        said.append(missing)
    for text in said:
        warn(f"warning: {text}")
    for note in notes:
        (warn if problems else say)(f"note: {note}")
    found: dict[str, Any] = {
        "problems": [asdict(problem) for problem in problems],
        "warnings": [*short, *missed, *off, *other_name, *([missing] if missing else [])],
        "notes": notes,
    }
    found["sources"] = of_sources
    if problems:
        emit({"error": "\n".join(map(str, problems)), "exit_code": ConfigurationError.exit_code, **found})
        raise typer.Exit(ConfigurationError.exit_code)
    emit(found)
    counts = (
        f"{counted(len(room.sections), 'section')}, {counted(len(room.editions), 'edition')}, "
        f"{counted(len(room.ads.line_items), 'booking')}"
    )
    told = counted(len(said), "warning") if said else "no problems found"
    say(f"{room.publication.name}: {told} ({counts}).")


def _language_model(room: Newsroom) -> None:
    """Raises ``CommandError`` where the newsroom's language model is installed and does not work."""
    if headlines := reader(room, remember=False):
        headlines.read([room.publication.name])


def _ahead(room: Newsroom, *, known: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """Bookings that will end short or never run: warnings here, errors of ``digest ads check``. In ``known`` trouble
    a look ahead that is not possible is no further trouble."""
    from digest.cli.ads import today
    from digest.cli.ads_check import as_json, looked

    try:
        found = looked(room, today(room), None)
    except DigestError as error:
        if known:
            return [], [str(error)]
        raise
    return as_json(found), [*map(str, found.problems), *found.doubts]


def _missed(room: Newsroom) -> Iterator[str]:
    """Bookings whose creatives have not come."""
    from digest.app.missing_creatives import missed
    from digest.cli.ads import today

    return missed(room, today(room))


def _off_calendar(room: Newsroom) -> list[str]:
    """What was built for days that are days off now."""
    from digest.app.checking import off_calendar
    from digest.cli.ads import today
    from digest.store import open_store

    with open_store(room.store, room.publication, rehearse=True) as store:
        return off_calendar(room, store, today(room) - _RECENT)


def _renamed(room: Newsroom) -> list[str]:
    from digest.app.renamed import renamed
    from digest.store import open_store

    with open_store(room.store, room.publication, rehearse=True) as store:
        return list(filter(None, [renamed(room, store, usual_outbox(room))]))


def _sources(room: Newsroom) -> list[str]:
    """What the last readings of the sources showed, and recent stories that no section takes."""
    from digest.app.readings import unmatched, wrong
    from digest.cli.ingest import of_no_section
    from digest.render.pictures import of_stories
    from digest.store import open_store

    at = now()
    with open_store(room.store, room.publication, rehearse=True) as store:
        recent = list(store.search(span=(at - _RECENT, at), limit=5000))
        found = wrong(room, store.readings(), at)
    lost = unmatched(room, recent)
    return [*found, *([of_no_section(lost)] if lost else []), *of_stories(room, recent)]
