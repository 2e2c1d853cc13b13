"""``digest check``: everything that can be wrong in the newsroom, at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import Json, Root, headline_reader, load_newsroom, now, usual_outbox
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
    from digest.app.ads_forecast import unknown_publications

    newsroom = load_newsroom(root, tell=False)
    _language_model(newsroom)
    notes, problems = checking.notes(newsroom), checking.problems(newsroom)
    if links:
        problems = sorted({*problems, *checking.dead_links(newsroom)})
    for problem in problems:  # before the look ahead, which takes the longest
        warn(str(problem))
    short, warnings = _ahead(newsroom, known=bool(problems))
    warnings += (missed := list(_missed(newsroom)))
    warnings += (off := _off_calendar(newsroom))
    warnings += unknown_publications(newsroom)
    warnings += (of_sources := _sources(newsroom))
    warnings += (renaming := _renamed(newsroom))
    warnings += (of_files := checking.warnings(newsroom))
    for text in warnings:
        warn(f"warning: {text}")
    for note in notes:
        (warn if problems else say)(f"note: {note}")
    result: dict[str, Any] = {
        "problems": [asdict(problem) for problem in problems],
        "warnings": [*short, *missed, *off, *renaming, *of_files],
        "notes": notes,
    }
    result["sources"] = of_sources
    if problems:
        emit({"error": "\n".join(map(str, problems)), "exit_code": ConfigurationError.exit_code, **result})
        raise typer.Exit(ConfigurationError.exit_code)
    emit(result)
    counts = (
        f"{counted(len(newsroom.sections), 'section')}, {counted(len(newsroom.editions), 'edition')}, "
        f"{counted(len(newsroom.ads.line_items), 'booking')}"
    )
    verdict = counted(len(warnings), "warning") if warnings else "no problems found"
    say(f"{newsroom.publication.name}: {verdict} ({counts}).")


def _language_model(newsroom: Newsroom) -> None:
    """Raises ``CommandError`` where the newsroom's language model is installed and does not work."""
    if headlines := headline_reader(newsroom, remember=False):
        headlines.read([newsroom.publication.name])


def _ahead(newsroom: Newsroom, *, known: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """Bookings that will end short or never run: warnings here, errors of ``digest ads check``. In ``known`` trouble
    a look ahead that is not possible is no further trouble."""
    from digest.cli.ads import today
    from digest.cli.ads_check import as_json, looked

    try:
        outlook = looked(newsroom, today(newsroom), None)
    except DigestError as error:
        if known:
            return [], [str(error)]
        raise
    return as_json(outlook), [*map(str, outlook.problems), *outlook.warnings]


def _missed(newsroom: Newsroom) -> Iterator[str]:
    """Bookings whose creatives have not come."""
    from digest.app.missing_creatives import missed
    from digest.cli.ads import today

    return missed(newsroom, today(newsroom))


def _off_calendar(newsroom: Newsroom) -> list[str]:
    """What was built for days that are days off now."""
    from digest.app.checking import off_calendar
    from digest.cli.ads import today
    from digest.store import open_store

    with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
        return off_calendar(newsroom, store, today(newsroom) - _RECENT)


def _renamed(newsroom: Newsroom) -> list[str]:
    from digest.app.renamed import renamed
    from digest.store import open_store

    with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
        return list(filter(None, [renamed(newsroom, store, usual_outbox(newsroom))]))


def _sources(newsroom: Newsroom) -> list[str]:
    """What the last readings of the sources showed, and recent stories that no section takes."""
    from digest.app.readings import unmatched, wrong
    from digest.cli.ingest import of_no_section
    from digest.render.pictures import of_stories
    from digest.store import open_store

    at = now()
    with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
        recent = list(store.search(span=(at - _RECENT, at), limit=5000))
        failing = wrong(newsroom, store.readings(), at)
    lost = unmatched(newsroom, recent)
    return [*failing, *([of_no_section(lost)] if lost else []), *of_stories(newsroom, recent)]
