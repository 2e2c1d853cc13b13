"""``digest check``: everything that can be wrong in the newsroom, at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import app
from digest.cli.options import Json, Root, newsroom
from digest.cli.output import emit, say, warn
from digest.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from digest.model import Newsroom


@app.command("check")
def check(
    links: Annotated[
        bool, typer.Option("--links", help="Also look up every link of the bookings and the brand.")
    ] = False,
    root: Root = None,
    json: Json = False,
) -> None:
    """Look over the newsroom: YAML, dates, files, templates, bookings; --links looks links up, too."""
    room = newsroom(root)
    problems = [*_doubts(room), *_templates(room), *_files(room), *_ahead(room)]
    notes = [*_mailer(room)]
    if links:
        problems += _links(room)
    if problems:
        for note in notes:
            warn(f"note: {note}")
        raise ConfigurationError(problems)
    emit({"problems": [], "notes": notes})
    for note in notes:
        say(f"note: {note}")
    counts = (
        f"{len(room.sections)} sections, {len(room.editions)} editions, {len(room.ads.line_items)} bookings"
    )
    say(f"{room.publication.name}: no problems found ({counts}).")


def _doubts(room: Newsroom) -> list[Problem]:
    """Bookings that cannot do what they promise: a build refuses them by rule, and goes on."""
    from digest.config import problems

    return list(problems(room.root))


def _templates(room: Newsroom) -> list[Problem]:
    from digest.render import problems

    return list(problems(room))


def _ahead(room: Newsroom) -> list[Problem]:
    """Bookings that will end short."""
    if not any(item.goal for item in room.ads.line_items):
        return []
    from digest.cli.ads_check import overbooking

    return overbooking(room)


def _mailer(room: Newsroom) -> list[str]:
    from digest.registry import load

    missing: tuple[str, ...] = load("digest.render.dialects", room.mailer).DIALECT.missing
    return [f"mailer {room.mailer}: {what}" for what in missing]


def _files(room: Newsroom) -> list[Problem]:
    """Sources on disk that are not there. A feed on the network may be down for a night; a file may not."""
    return [
        _at(
            room,
            "digest.yaml",
            spec.name,
            f'the file of source "{spec.name}" is not there: {spec.url}.',
            "Check its url.",
        )
        for spec in room.sources
        if "://" not in spec.url and not Path(spec.url).is_file()
    ]


def _links(room: Newsroom) -> list[Problem]:
    """Links of the bookings and the brand that lead nowhere; click macros are filled before they are looked up."""
    from digest.render.deadlinks import dead_links

    written = {
        _filled(url): (file, url)
        for file, url in (
            *(("digest.yaml", url) for url in _brand(room)),
            *(
                ("adslots.yaml", url)
                for item in room.ads.line_items
                for c in item.creatives
                for url in (c.url, c.image)
            ),
        )
        if url
    }
    return [
        _at(
            room,
            *written[dead.url],
            f"dead link {dead.url}: {dead.why}",
            "Mend the address, or ask the advertiser.",
        )
        for dead in dead_links(written)
    ]


def _brand(room: Newsroom) -> list[str]:
    logo = room.publication.logo
    return [room.publication.url, *([logo.url] if logo else [])]


def _filled(url: str) -> str:
    for macro in ("line_item", "creative", "edition", "date", "slot"):
        url = url.replace("{" + macro + "}", "check")
    return url


def _at(room: Newsroom, file: str, text: str, message: str, cure: str) -> Problem:
    """A problem at the first place of a file that holds ``text``."""
    lines = (room.root / file).read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        if text in line:
            return Problem(file, number, line.index(text) + 1, message, cure)
    return Problem(file, 1, 1, message, cure)
