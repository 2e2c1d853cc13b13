"""``digest stories``: the editors' desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import By, Json, Root, as_date, as_issue, me, newsroom, now
from digest.cli.options import edition as edition_named
from digest.cli.output import emit, say, table, warn
from digest.errors import CommandError

if TYPE_CHECKING:
    from datetime import date, datetime

    from digest.model import Edition, Mark, Newsroom, Story, StoryEdit

stories = typer.Typer(
    help="The editors' desk: list, pin, hold, kill, edit, add and release stories; what was decided before.",
    rich_markup_mode=None,
)
app.add_typer(stories, name="stories", no_args_is_help=True)

Ids = Annotated[
    list[str], typer.Argument(metavar="ID…", help="Story ids, as `digest stories list` shows them.")
]
First = Annotated[str, typer.Argument(metavar="ID", help="A story's id.")]
Second = Annotated[str, typer.Argument(metavar="ID", help="Another story's id.")]
ForEdition = Annotated[str | None, typer.Option("--edition", help="Only for this edition.")]
ForDate = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Only for the issue of this date.")
]
Until = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Up to this issue date, inclusive.")]
Note = Annotated[str, typer.Option(help="Why; kept and shown.")]
_FIRST = ("kill", "hold", "pin", "split", "join")  # what decides where several are said of one story
InSection = Annotated[str | None, typer.Option("--section", help="The section id it is pinned into.")]


@stories.command("list", epilog="Example: digest stories list harbor bridge --section local-news")
def listing(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORD…]", help="Beginnings of words of title, summary, author, tags."),
    ] = None,
    section: Annotated[str | None, typer.Option(help="Only of this section (its id).")] = None,
    edition: Annotated[
        str | None, typer.Option(help="The stories of this edition's issue, of --date or the one due next.")
    ] = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Only in the window of this date.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    root: Root = None,
    json: Json = False,
) -> None:
    """The stories of the store, newest first; with --edition those of an issue, built or not, in their order."""
    from digest.model.search import can_be_found
    from digest.store import open_store

    room = newsroom(root)
    for word in words or ():
        if not can_be_found(word):
            raise CommandError(f'"{word[:60]}" holds no letter and no digit to look for.')
    if edition is not None:
        _match(room, section)
        _lineup(room, edition_named(room, edition), day, section, words or [])
        return
    span = _span(room, edition, day)
    with open_store(room.store, room.publication) as store:
        if words and not store.has_index:
            warn(
                "digest: this Python's SQLite has no FTS5, so there is no index for words: every story is read."
            )
        marks = _by_story(store.marks())
        match = _match(room, section)
        rows = store.search(words=words or [], span=span, match=match, limit=limit)
        total = len(rows)
        if total == limit:
            total = store.count(words=words or [], span=span, match=match)
    emit({"stories": [_fields(story, marks.get(story.id, [])) for story in rows], "total": total})
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
    if total > len(rows):
        say(f"{len(rows)} of {total} stories; --limit {total} shows all.")


def _lineup(room: Newsroom, edition: Edition, day: str | None, section: str | None, words: list[str]) -> None:
    """The stories of one issue: as it was sent, else as it would be built now."""
    from digest.app.newsdesk import issue_due, stories_of
    from digest.model.search import has_words
    from digest.store import open_store

    with open_store(room.store, room.publication) as store:
        date_ = issue_due(room, store, edition, now()) if day is None else as_issue(day)
        lines, sent = stories_of(room, store, edition, date_, now())
        marks = _by_story(store.marks())
    lines = [
        line for line in lines if section in (None, line.section) and has_words(words, line.story.searched)
    ]
    emit({
        "edition": edition.name, "date": date_, "sent": sent, "total": len(lines),
        "stories": [
            _fields(line.story, marks.get(line.story.id, []))
            | {"position": line.position, "in_section": line.section}
            for line in lines
        ],
    })  # fmt: skip
    if not lines:
        say(f"{edition.name} {date_} has no such story. `digest explain` or a dry run say why.")
        return
    table(
        ("place", "section", "id", "desk", "title"),
        [
            [
                str(line.position), line.section, line.story.id,
                ", ".join(mark.action + _reach(mark) for mark in marks.get(line.story.id, [])), line.story.title,
            ]
            for line in lines
        ],
        wrap=72,
    )  # fmt: skip


@stories.command(
    "pin", epilog="Example: digest stories pin s1042 --position 2 --edition daily --date 2026-01-23"
)
def pin(
    ids: Ids, section: InSection = None, edition: ForEdition = None, day: ForDate = None, until: Until = None,
    position: Annotated[
        int | None, typer.Option("--position", min=1, help="The place in its section, from 1 (one story).")
    ] = None,
    note: Note = "", by: By = "", root: Root = None, json: Json = False,
) -> None:  # fmt: skip
    """Put stories first in their section, past its top and every score, or at a place of their own."""
    if position is not None and len(set(ids)) > 1:
        raise CommandError("--position is for one story; pin the others by themselves.")
    _mark(
        "pin",
        ids,
        root,
        edition=edition,
        section=section,
        day=day,
        until=until,
        note=note,
        by=by,
        position=position,
    )


@stories.command(
    "edit", epilog='Example: digest stories edit s1042 --title "The bridge reopens" --note "shorter"'
)
def edit(
    id: Annotated[
        str, typer.Argument(metavar="ID", help="The story's id, as `digest stories list` shows it.")
    ],
    title: Annotated[
        str | None, typer.Option("--title", help="The headline for readers of the newsletter.")
    ] = None,
    summary: Annotated[
        str | None, typer.Option("--summary", help="The text below it; empty for none.")
    ] = None,
    image: Annotated[
        str | None,
        typer.Option(
            "--image",
            metavar="URL",
            help="A picture, by address or file; empty for none.",
        ),
    ] = None,
    section: Annotated[str | None, typer.Option("--section", help="The section it runs in (its id).")] = None,
    edition: ForEdition = None,
    day: ForDate = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Take the edits back that were made for the same issues.")
    ] = False,
    note: Note = "",
    by: By = "",
    root: Root = None,
    json: Json = False,
) -> None:
    """Change what readers see of a story. The source's own words stay, and its updates do not undo yours."""
    from digest.app.decisions import edit as remember
    from digest.app.decisions import story_words, without_issue
    from digest.model import StoryEdit
    from digest.store import open_store

    room = newsroom(root)
    if edition is not None:
        edition_named(room, edition)
    words = {"title": title, "summary": summary, "image": image, "section": section}
    made = StoryEdit(
        story=id, edition=edition, date=None if day is None else as_issue(day), cleared=clear, note=note,
        by=by or me(), at=now(), **({} if clear else story_words(room, words)),
    )  # fmt: skip
    with open_store(room.store, room.publication) as store:
        found = remember(store, made)
    idle = without_issue(room, [made])
    emit({"edit": _edit_fields(made) | {"problems": idle}})
    say(f'{"edits taken back" if clear else "edited"}: "{found.title}" ({id}){_reach(made)}')
    for name, value in ({} if clear else words).items():
        if value is not None:
            say(f'  {name}: "{value}"')
    for text in idle:
        warn(f"digest: {text}")


@stories.command(
    "add", epilog='Example: digest stories add https://x.example/a --title "A story" --section local-news'
)
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where readers find it.")],
    title: Annotated[str, typer.Option("--title", help="Its headline.")],
    summary: Annotated[str, typer.Option("--summary", help="The text below it.")] = "",
    section: Annotated[str, typer.Option("--section", help="The section it belongs to (its id).")] = "",
    note: Note = "",
    by: By = "",
    root: Root = None,
    json: Json = False,
) -> None:
    """A story of no feed: it is published now, and competes like any other (pin it to be sure)."""
    from digest.app.newsdesk import story_of, time_of_addition
    from digest.model import StoryEdit
    from digest.store import open_store

    room, at = newsroom(root), now()
    if section:
        _match(room, section)
    with open_store(room.store, room.publication) as store:
        made = story_of(url, title, summary, section, time_of_addition(room, store, at), at)
        counts = store.upsert([made], at)
        words = {"title": made.title, "summary": made.summary or None, "section": section or None}
        store.edit(StoryEdit(story=made.id, note=note, by=by or me(), at=at, **words))  # type: ignore[arg-type]
    emit({"story": made.id, "new": bool(counts.new)})
    say(
        f'{"added" if counts.new else "known already; your words now stand over it"}: "{made.title}" ({made.id})'
    )


@stories.command("hold", epilog="Example: digest stories hold s1042 --until 2026-01-25")
def hold(
    ids: Ids, edition: ForEdition = None, day: ForDate = None, until: Until = None,
    note: Note = "", by: By = "", root: Root = None, json: Json = False,
) -> None:  # fmt: skip
    """Keep stories out for now."""
    _mark("hold", ids, root, edition=edition, day=day, until=until, note=note, by=by)


@stories.command("kill", epilog='Example: digest stories kill s1042 --note "wrong name in the headline"')
def kill(
    ids: Ids, edition: ForEdition = None, day: ForDate = None, until: Until = None,
    note: Note = "", by: By = "", root: Root = None, json: Json = False,
) -> None:  # fmt: skip
    """Keep stories out, whatever else is said; a kill beats a pin."""
    _mark("kill", ids, root, edition=edition, day=day, until=until, note=note, by=by)


@stories.command("split", epilog="Example: digest stories split s1042 s1077")
def split(
    first: First, second: Second, note: Note = "", by: By = "", root: Root = None, json: Json = False
) -> None:
    """Say that two stories tell two events, however alike they are: both may run."""
    _pair("split", first, second, root, note=note, by=by)


@stories.command("join", epilog="Example: digest stories join s1042 s1077")
def join(
    first: First, second: Second, note: Note = "", by: By = "", root: Root = None, json: Json = False
) -> None:
    """Say that two stories tell one event, however little is alike: only one of them runs."""
    _pair("join", first, second, root, note=note, by=by)


@stories.command("release", epilog="Example: digest stories release s1042")
def release(
    ids: Ids, edition: ForEdition = None, note: Note = "", by: By = "", root: Root = None, json: Json = False
) -> None:
    """Take back pins, holds, kills, splits and joins."""
    from digest.app.decisions import known_stories
    from digest.store import open_store

    room = newsroom(root)
    if edition is not None:
        edition_named(room, edition)
    with open_store(room.store, room.publication) as store:
        known_stories(store, ids)
        freed = store.release(ids, edition=edition, by=by or me(), note=note, at=now())
    emit({"released": ids, "marks": freed})
    if freed:
        say(f"{len(ids)} released ({freed} marks taken back).")
    else:
        say("Nothing to release: no decision stands" + (f" for {edition} alone." if edition else "."))


@stories.command("history", epilog="Example: digest stories history s1042")
def history(ids: Ids, root: Root = None, json: Json = False) -> None:
    """Every decision ever made about stories: when, who, what and why."""
    from digest.app.decisions import known_stories
    from digest.store import open_store

    room = newsroom(root)
    with open_store(room.store, room.publication) as store:
        known_stories(store, ids)
        marks = [mark for one in dict.fromkeys(ids) for mark in store.marks_of(one)]
        edits = [edit for one in dict.fromkeys(ids) for edit in store.edits(one)]
    rows = [_mark_fields(mark) for mark in marks] + [_edit_fields(edit) for edit in edits]
    emit({"history": sorted(rows, key=lambda row: row["at"])})
    if not rows:
        say("Nothing was ever decided about " + ("these stories." if len(ids) > 1 else "this story."))
        return
    clock = room.publication.clock
    table(
        ("when", "who", "story", "what", "why"),
        [
            [clock(at), by, story, what, why]
            for at, by, story, what, why in sorted(
                [(m.at, m.by, m.story, m.action + _reach(m), m.note) for m in marks]
                + [(e.at, e.by, e.story, _said(e) + _reach(e), e.note) for e in edits]
            )
        ],
    )


def _mark(
    action: str, ids: list[str], root: Any, *, edition: str | None, day: str | None, until: str | None,
    note: str, by: str, section: str | None = None, position: int | None = None,
) -> None:  # fmt: skip
    from digest.app import decisions
    from digest.model import Mark
    from digest.store import open_store

    room = newsroom(root)
    if edition is not None:
        edition_named(room, edition)
    marks = [
        Mark(
            story=one, action=action, edition=edition, section=section, date=None if day is None else as_issue(day),
            until=None if until is None else as_date(until), position=position, note=note, by=by or me(), at=now(),
        )
        for one in dict.fromkeys(ids)
    ]  # fmt: skip
    with open_store(room.store, room.publication) as store:
        found = decisions.mark(room, store, marks)
        doubts = decisions.doubts(room, store, marks, now()) if action == "pin" else {}
    idle = decisions.without_issue(room, marks[:1]) if action != "pin" else []
    problems = {mark.story: [*doubts.get(mark.story, []), *idle] for mark in marks}
    emit({"marks": [_mark_fields(mark) | {"problems": problems[mark.story]} for mark in marks]})
    for mark in marks:
        say(f'{action}: "{found[mark.story].title}" ({mark.story}){_scope(mark)}')
        for text in problems[mark.story]:
            warn(f"digest: {text}")


def _pair(action: str, first: str, second: str, root: Any, *, note: str, by: str) -> None:
    """A decision about two stories; it holds for every issue until it is released."""
    from digest.app.decisions import mark as decide
    from digest.model import Mark
    from digest.store import open_store

    if first == second:
        raise CommandError(
            f"{action} needs two different stories; {first} was named twice. Nothing was changed."
        )
    room = newsroom(root)
    mark = Mark(story=first, other=second, action=action, note=note, by=by or me(), at=now())
    with open_store(room.store, room.publication) as store:
        found = decide(room, store, [mark])
    emit({"marks": [_mark_fields(mark)]})
    say(f'{action}: "{found[first].title}" ({first}) and "{found[second].title}" ({second}){_scope(mark)}')


def _scope(mark: Mark) -> str:
    parts = [
        f"in {mark.section}" if mark.section else "",
        f"at place {mark.position}" if mark.position else "",
        f"for {mark.edition}" if mark.edition else "",
        f"on {mark.date}" if mark.date else "",
        f"until {mark.until}" if mark.until else "",
        f"by {mark.by}" if mark.by else "",
        f"({mark.note})" if mark.note else "",
    ]
    return "".join(f" {part}" for part in parts if part)


def _reach(mark: Mark | StoryEdit) -> str:
    """Which issues a mark or an edit speaks of, where these are not all, and of which other story."""
    until = getattr(mark, "until", None)
    position = getattr(mark, "position", None)
    other = getattr(mark, "other", None)
    parts = (
        other and f"{mark.story} and {other}",
        mark.edition,
        mark.section,
        position and f"place {position}",
        mark.date and f"on {mark.date}",
        until and f"until {until}",
    )
    said = ", ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def _by_story(marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    """The marks of each story, what decides first: a kill beats a hold, a hold beats a pin, then the latest."""
    found: dict[str, list[Mark]] = {}
    for mark in sorted(marks, key=lambda mark: mark.at, reverse=True):
        for story in filter(None, (mark.story, mark.other)):
            found.setdefault(story, []).append(mark)
    return {story: sorted(of, key=lambda mark: _FIRST.index(mark.action)) for story, of in found.items()}


def _match(room: Newsroom, section: str | None) -> frozenset[str] | None:
    from digest.app.decisions import match_of

    return None if section is None else match_of(room, section)


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
    from digest.select import last_issue_date, next_issue_date

    return next_issue_date(edition, last_issue_date(edition, room.publication.zone, now()))


def _mark_fields(mark: Mark) -> dict[str, Any]:
    return {
        "story": mark.story, "action": mark.action, "edition": mark.edition, "section": mark.section,
        "date": mark.date, "until": mark.until, "position": mark.position, "note": mark.note, "by": mark.by,
        "at": mark.at, **({"other": mark.other} if mark.other else {}),
    }  # fmt: skip


def _said(edit: StoryEdit) -> str:
    """What an edit changed, in words."""
    if edit.cleared:
        return "edits taken back"
    return "edit " + ", ".join(
        f'{name} "{value}"'
        for name in ("title", "summary", "image")
        if (value := getattr(edit, name)) is not None
    )


def _edit_fields(edit: StoryEdit) -> dict[str, Any]:
    return {
        "story": edit.story, "action": "clear" if edit.cleared else "edit", "title": edit.title,
        "summary": edit.summary, "image": edit.image, "section": edit.section, "edition": edit.edition,
        "date": edit.date, "note": edit.note, "by": edit.by, "at": edit.at,
    }  # fmt: skip


def _fields(story: Story, marks: Sequence[Mark]) -> dict[str, Any]:
    image = story.image
    return {
        "id": story.id, "url": story.url, "title": story.title, "summary": story.summary,
        "sections": list(story.sections), "source": story.source, "author": story.author,
        "published_at": story.published_at, "updated_at": story.updated_at,
        "image": image and asdict(image),
        "popularity": dict(story.popularity), "tags": list(story.tags), "flags": list(story.flags),
        "priority": story.priority, "embargo_until": story.embargo_until, "expires_at": story.expires_at,
        "language": story.language, "first_seen": story.first_seen,
        "desk": _mark_fields(marks[0]) if marks else None, "marks": [_mark_fields(mark) for mark in marks],
    }  # fmt: skip


from digest.cli import stories_report  # noqa: E402, F401  (its command)
