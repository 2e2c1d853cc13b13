"""``digest stories``: the editors' desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import Json, Root, as_date, me, newsroom, now
from digest.cli.options import edition as edition_named
from digest.cli.output import emit, say, table
from digest.errors import CommandError

if TYPE_CHECKING:
    from datetime import date, datetime

    from digest.model import Edition, Mark, Newsroom, Story

stories = typer.Typer(
    help="The editors' desk: list, pin, hold, kill and release stories, and what was decided before.",
    rich_markup_mode=None,
)
app.add_typer(stories, name="stories", no_args_is_help=True)

Ids = Annotated[
    list[str], typer.Argument(metavar="ID…", help="Story ids, as `digest stories list` shows them.")
]
ForEdition = Annotated[str | None, typer.Option("--edition", help="Only for this edition.")]
ForDate = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Only for the issue of this date.")
]
Until = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Up to this issue date, inclusive.")]
Note = Annotated[str, typer.Option(help="Why; kept and shown.")]
By = Annotated[str, typer.Option(help="Who decides (default: you).")]
_FIRST = ("kill", "hold", "pin")  # what decides where several are said of one story
InSection = Annotated[str | None, typer.Option("--section", help="The section id it is pinned into.")]


@stories.command("list")
def listing(
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORD…]", help="Words in the title.")] = None,
    section: Annotated[str | None, typer.Option(help="Only of this section (its id).")] = None,
    edition: Annotated[
        str | None, typer.Option(help="Only in the window of this edition's next issue, or of --date.")
    ] = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Only in the window of this date.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    root: Root = None,
    json: Json = False,
) -> None:
    """The stories of the store, newest first."""
    from digest.store import open_store

    room = newsroom(root)
    span = _span(room, edition, day)
    with open_store(room.store, room.publication) as store:
        marks = _by_story(store.marks())
        rows = store.search(words=words or [], span=span, match=_match(room, section), limit=limit)
    emit({"stories": [_fields(story, marks.get(story.id, [])) for story in rows]})
    if not rows:
        narrowed = words or section or span
        say(
            "No story matches." if narrowed else "The store has no story yet. Read the sources: digest ingest"
        )
        return
    clock = room.publication.clock
    table(
        ("id", "published", "source", "section", "desk", "title"),
        [
            [
                story.id,
                clock(story.time),
                story.source,
                ", ".join(story.sections),
                ", ".join(mark.action + _reach(mark) for mark in marks.get(story.id, [])),
                story.title,
            ]
            for story in rows
        ],
        wrap=72,
    )


@stories.command("pin")
def pin(
    ids: Ids, section: InSection = None, edition: ForEdition = None, day: ForDate = None, until: Until = None,
    note: Note = "", by: By = "", root: Root = None, json: Json = False,
) -> None:  # fmt: skip
    """Put stories first in their section, past its top and every score."""
    _mark("pin", ids, root, edition=edition, section=section, day=day, until=until, note=note, by=by)


@stories.command("hold")
def hold(
    ids: Ids, edition: ForEdition = None, day: ForDate = None, until: Until = None,
    note: Note = "", by: By = "", root: Root = None, json: Json = False,
) -> None:  # fmt: skip
    """Keep stories out for now."""
    _mark("hold", ids, root, edition=edition, day=day, until=until, note=note, by=by)


@stories.command("kill")
def kill(
    ids: Ids, edition: ForEdition = None, day: ForDate = None, until: Until = None,
    note: Note = "", by: By = "", root: Root = None, json: Json = False,
) -> None:  # fmt: skip
    """Keep stories out, whatever else is said; a kill beats a pin."""
    _mark("kill", ids, root, edition=edition, day=day, until=until, note=note, by=by)


@stories.command("release")
def release(
    ids: Ids, edition: ForEdition = None, note: Note = "", by: By = "", root: Root = None, json: Json = False
) -> None:
    """Take back pins, holds and kills."""
    from digest.store import open_store

    room = newsroom(root)
    if edition is not None:
        edition_named(room, edition)
    with open_store(room.store, room.publication) as store:
        _exist(store.stories(ids), ids)
        freed = store.release(ids, edition=edition, by=by or me(), note=note, at=now())
    emit({"released": ids, "marks": freed})
    if freed:
        say(f"{len(ids)} released ({freed} marks taken back).")
    else:
        say(
            "Nothing to release: no pin, hold or kill stands" + (f" for {edition} alone." if edition else ".")
        )


@stories.command("history")
def history(ids: Ids, root: Root = None, json: Json = False) -> None:
    """Every decision ever made about stories: when, who, what and why."""
    from digest.store import open_store

    room = newsroom(root)
    with open_store(room.store, room.publication) as store:
        _exist(store.stories(ids), ids)
        marks = [mark for one in dict.fromkeys(ids) for mark in store.marks_of(one)]
    emit({"history": [_mark_fields(mark) for mark in marks]})
    if not marks:
        say("Nothing was ever decided about " + ("these stories." if len(ids) > 1 else "this story."))
        return
    clock = room.publication.clock
    table(
        ("when", "who", "story", "what", "why"),
        [[clock(m.at), m.by, m.story, m.action + _reach(m), m.note] for m in marks],
    )


def _mark(
    action: str, ids: list[str], root: Any, *, edition: str | None, day: str | None, until: str | None,
    note: str, by: str, section: str | None = None,
) -> None:  # fmt: skip
    from digest.model import Mark
    from digest.store import open_store

    room = newsroom(root)
    if edition is not None:
        edition_named(room, edition)
    if section is not None:
        _match(room, section)
    marks = [
        Mark(
            story=one, action=action, edition=edition, section=section, date=None if day is None else as_date(day),
            until=None if until is None else as_date(until), note=note, by=by or me(), at=now(),
        )
        for one in dict.fromkeys(ids)
    ]  # fmt: skip
    with open_store(room.store, room.publication) as store:
        found = store.stories(ids)
        _exist(found, ids)
        for mark in marks:
            store.mark(mark)
    emit({"marks": [_mark_fields(mark) for mark in marks]})
    for mark in marks:
        say(f'{action}: "{found[mark.story].title}" ({mark.story}){_scope(mark)}')


def _scope(mark: Mark) -> str:
    parts = [
        f"in {mark.section}" if mark.section else "",
        f"for {mark.edition}" if mark.edition else "",
        f"on {mark.date}" if mark.date else "",
        f"until {mark.until}" if mark.until else "",
        f"by {mark.by}" if mark.by else "",
        f"({mark.note})" if mark.note else "",
    ]
    return "".join(f" {part}" for part in parts if part)


def _reach(mark: Mark) -> str:
    """Which issues a mark speaks of, where these are not all."""
    parts = (
        mark.edition,
        mark.section,
        mark.date and f"on {mark.date}",
        mark.until and f"until {mark.until}",
    )
    said = ", ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def _by_story(marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    """The marks of each story, what decides first: a kill beats a hold, a hold beats a pin, then the latest."""
    found: dict[str, list[Mark]] = {}
    for mark in sorted(marks, key=lambda mark: mark.at, reverse=True):
        found.setdefault(mark.story, []).append(mark)
    return {story: sorted(of, key=lambda mark: _FIRST.index(mark.action)) for story, of in found.items()}


def _exist(found: dict[str, Story], ids: list[str]) -> None:
    missing = [one for one in ids if one not in found]
    if missing:
        raise CommandError(
            f"no story has the id {', '.join(missing)}; nothing was changed. `digest stories list` shows ids."
        )


def _match(room: Newsroom, section: str | None) -> frozenset[str] | None:
    """The source categories of a section, in lower case. Raises ``CommandError`` for an unknown one."""
    if section is None:
        return None
    for spec in room.sections:
        if spec.id == section:
            return frozenset(name.casefold() for name in (*spec.match, spec.title, spec.id))
    raise CommandError(
        f'digest.yaml has no section "{section}" (there are: {", ".join(s.id for s in room.sections)}).'
    )


def _span(room: Newsroom, edition: str | None, day: str | None) -> tuple[datetime, datetime] | None:
    if edition is None and day is None:
        return None
    from digest.select import window_of

    chosen = room.editions[0] if edition is None else edition_named(room, edition)
    window = window_of(
        chosen, _next(room, chosen) if day is None else as_date(day), room.publication.zone, None
    )
    return window.start, window.end


def _next(room: Newsroom, edition: Edition) -> date:
    from digest.select import last_issue_date

    return last_issue_date(edition, room.publication.zone, now()) + edition.period


def _mark_fields(mark: Mark) -> dict[str, Any]:
    return {
        "story": mark.story, "action": mark.action, "edition": mark.edition, "section": mark.section,
        "date": mark.date, "until": mark.until, "note": mark.note, "by": mark.by, "at": mark.at,
    }  # fmt: skip


def _fields(story: Story, marks: Sequence[Mark]) -> dict[str, Any]:
    image = story.image
    return {
        "id": story.id, "url": story.url, "title": story.title, "summary": story.summary,
        "sections": list(story.sections), "source": story.source, "author": story.author,
        "published_at": story.published_at, "updated_at": story.updated_at,
        "image": image and {"url": image.url, "width": image.width, "height": image.height, "alt": image.alt},
        "popularity": dict(story.popularity), "tags": list(story.tags), "flags": list(story.flags),
        "priority": story.priority, "embargo_until": story.embargo_until, "expires_at": story.expires_at,
        "language": story.language, "first_seen": story.first_seen,
        "desk": _mark_fields(marks[0]) if marks else None, "marks": [_mark_fields(mark) for mark in marks],
    }  # fmt: skip
