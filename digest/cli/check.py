"""``digest check``: everything that can be wrong in the newsroom, at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from digest.cli import app
from digest.cli.options import Json, Root, newsroom, now, reader
from digest.cli.output import emit, say, warn
from digest.errors import ConfigurationError, DigestError, Problem

if TYPE_CHECKING:
    from digest.model import Newsroom

_RECENT = timedelta(days=7)
_Place: TypeAlias = tuple[str, tuple[str | int, ...]]  # file, and the keys and indices down to the value


@app.command("check")
def check(
    links: Annotated[
        bool, typer.Option("--links", help="Also look up every link of the bookings and the brand.")
    ] = False,
    root: Root = None,
    json: Json = False,
) -> None:
    """Look over the newsroom: YAML, dates, files, templates, bookings; --links looks links up, too."""
    from digest.config.files import without_ads

    room = newsroom(root)
    _language_model(room)
    notes = [*_mailer(room), *_appearance(room)]
    problems = [*_doubts(room), *_templates(room), *_files(room)]
    if links:
        problems += _links(room)
    problems = sorted(set(problems))
    for problem in problems:  # before the look ahead, which takes the longest
        warn(str(problem))
    short, said = _ahead(room, known=bool(problems))
    said += (of_sources := _sources(room))
    if missing := without_ads(room.root, len(room.ads.line_items)):
        said.append(missing)
    for text in said:
        warn(f"warning: {text}")
    for note in notes:
        (warn if problems else say)(f"note: {note}")
    found: dict[str, Any] = {
        "problems": [asdict(problem) for problem in problems],
        "warnings": [*short, *([missing] if missing else [])],
        "notes": notes,
    }
    found["sources"] = of_sources
    if problems:
        emit({"error": "\n".join(map(str, problems)), "exit_code": ConfigurationError.exit_code, **found})
        raise typer.Exit(ConfigurationError.exit_code)
    emit(found)
    counts = (
        f"{len(room.sections)} sections, {len(room.editions)} editions, {len(room.ads.line_items)} bookings"
    )
    told = f"{len(said)} warning{'s' if len(said) > 1 else ''}" if said else "no problems found"
    say(f"{room.publication.name}: {told} ({counts}).")


def _language_model(room: Newsroom) -> None:
    """Raises ``CommandError`` where the newsroom's language model is installed and does not work."""
    if headlines := reader(room, remember=False):
        headlines.read([room.publication.name])


def _doubts(room: Newsroom) -> list[Problem]:
    """Bookings that cannot do what they promise: a build refuses them by rule, and goes on."""
    from digest.config import problems

    return list(problems(room.root))


def _templates(room: Newsroom) -> list[Problem]:
    from digest.render import problems

    return list(problems(room))


def _ahead(room: Newsroom, *, known: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """Bookings that will end short or never run: warnings here, errors of ``digest ads check``. In ``known`` trouble
    a look ahead that is not possible is no further trouble."""
    from digest.cli.ads import today
    from digest.cli.ads_check import as_json, look

    try:
        found = look(room, today(room), None)
    except DigestError as error:
        if known:
            return [], [str(error)]
        raise
    return as_json(found), [*map(str, found.problems), *found.doubts]


def _sources(room: Newsroom) -> list[str]:
    """What the last readings of the sources showed, and recent stories that no section takes."""
    from digest.app.readings import unmatched, wrong
    from digest.cli.ingest import of_no_section
    from digest.store import open_store

    at = now()
    with open_store(room.store, room.publication, rehearse=True) as store:
        lost = unmatched(room, store.search(span=(at - _RECENT, at), limit=5000))
        found = wrong(room, store.readings(), at)
    return [*found, *([of_no_section(lost)] if lost else [])]


def _mailer(room: Newsroom) -> list[str]:
    from digest.app.outgoing import losses
    from digest.registry import load

    dialects = dict.fromkeys(room.mailing_of(edition).dialect for edition in room.editions)
    missing = [
        f"mailer {name}: {what}"
        for name in dialects
        for what in load("digest.render.dialects", name).DIALECT.missing
    ]
    return [*missing, *losses(room)]


def _appearance(room: Newsroom) -> list[str]:
    """What rendering changes or cannot show: colours made readable, pictures of a kind or weight mail does not bear."""
    from digest.render import remarks

    return list(remarks(room))


def _files(room: Newsroom) -> list[Problem]:
    """Sources on disk that are not there. A feed on the network may be down for a night; a file may not."""
    from digest.config import problem_at
    from digest.model.environment import variables

    return [
        problem_at(
            room.root,
            "digest.yaml",
            ("sources", number, "url"),
            f'the file of source "{spec.name}" is not there: {spec.url}.',
            "Check its url.",
        )
        for number, spec in enumerate(room.sources)
        if "://" not in spec.url and not variables(spec.url) and not Path(spec.url).is_file()
    ]


def _links(room: Newsroom) -> list[Problem]:
    """Links of the bookings and the brand that lead nowhere; click macros are filled before they are looked up."""
    from digest.config import problem_at
    from digest.render.deadlinks import dead_links

    written: dict[str, list[_Place]] = {}
    for url, place in (*_brand(room), *_booked(room)):
        if url:
            written.setdefault(_filled(url), []).append(place)
    return [
        problem_at(
            room.root,
            *place,
            f"dead link {dead.url}: {dead.why}",
            "Mend the address, or ask the advertiser.",
        )
        for dead in dead_links(written)
        for place in written[dead.url]
    ]


def _brand(room: Newsroom) -> Iterator[tuple[str | None, _Place]]:
    brand, file = room.publication, "digest.yaml"
    yield brand.url, (file, ("publication", "url"))
    if brand.logo:
        yield brand.logo.url, (file, ("publication", "logo", "url"))


def _booked(room: Newsroom) -> Iterator[tuple[str | None, _Place]]:
    for i, item in enumerate(room.ads.line_items):
        for c, creative in enumerate(item.creatives):
            for key, url in (("url", creative.url), ("image", creative.image)):
                yield url, ("adslots.yaml", ("line_items", i, "creatives", c, key))


def _filled(url: str) -> str:
    for macro in ("line_item", "creative", "edition", "date", "slot"):
        url = url.replace("{" + macro + "}", "check")
    return url
