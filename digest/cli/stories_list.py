"""``digest stories list`` and ``digest stories add``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.options import (
    By,
    Json,
    Limit,
    Root,
    as_date,
    as_issue,
    current_user,
    edition_named,
    load_newsroom,
    now,
)
from digest.cli.output import emit, say, table, warn
from digest.cli.stories import Note, mark_fields, reach, stories
from digest.errors import CommandError
from digest.model.counts import counted

if TYPE_CHECKING:
    from datetime import date, datetime

    from digest.model import Edition, Mark, Newsroom, Story


_FIRST = ("kill", "hold", "pin", "split", "join")  # what decides where several are said of one story


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
    limit: Limit = 50,
    root: Root = None,
    json: Json = False,
) -> None:
    """The stories of the store, newest first; with --edition those of an issue, built or not, in their order."""
    from digest.model.search import can_be_found
    from digest.store import open_store

    newsroom = load_newsroom(root)
    for word in words or ():
        if not can_be_found(word):
            raise CommandError(f'"{word[:60]}" holds no letter and no digit to look for.')
    if edition is not None:
        _match(newsroom, section)
        _lineup(newsroom, edition_named(newsroom, edition), day, section, words or [])
        return
    span = _span(newsroom, edition, day)
    with open_store(newsroom.store, newsroom.publication) as store:
        if words and not store.has_index:
            warn(
                "digest: this Python's SQLite has no FTS5, so there is no index for words: every story is read."
            )
        marks = _by_story(store.marks())
        match = _match(newsroom, section)
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
    clock = newsroom.publication.clock
    table(
        ("id", "published", "source", "section", "desk", "title"),
        [
            [
                story.id,
                clock(story.time),
                story.source,
                ", ".join(story.sections),
                ", ".join(mark.action + reach(mark) for mark in marks.get(story.id, [])),
                story.title,
            ]
            for story in rows
        ],
        wrap=72,
    )
    if total > len(rows):
        say(f"{len(rows)} of {counted(total, 'story', 'stories')}; --limit {total} shows all.")


def _lineup(
    newsroom: Newsroom, edition: Edition, day: str | None, section: str | None, words: list[str]
) -> None:
    """The stories of one issue: as it was sent, else as it would be built now."""
    from digest.app.newsdesk import issue_due, stories_of
    from digest.model.search import has_words
    from digest.store import open_store

    with open_store(newsroom.store, newsroom.publication) as store:
        date_ = issue_due(newsroom, store, edition, now()) if day is None else as_issue(day)
        lines, sent = stories_of(newsroom, store, edition, date_, now())
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
                ", ".join(mark.action + reach(mark) for mark in marks.get(line.story.id, [])), line.story.title,
            ]
            for line in lines
        ],
        wrap=72,
    )  # fmt: skip


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

    newsroom, at = load_newsroom(root), now()
    if section:
        _match(newsroom, section)
    with open_store(newsroom.store, newsroom.publication) as store:
        story = story_of(url, title, summary, section, time_of_addition(newsroom, store, at), at)
        counts = store.upsert([story], at)
        edits = {"title": story.title, "summary": story.summary or None, "section": section or None}
        store.edit(StoryEdit(story=story.id, note=note, by=by or current_user(), at=at, **edits))  # type: ignore[arg-type]
    emit({"story": story.id, "new": bool(counts.new)})
    say(
        f'{"added" if counts.new else "known already; your words now stand over it"}: "{story.title}" ({story.id})'
    )


def _by_story(marks: Iterable[Mark]) -> dict[str, list[Mark]]:
    """The marks of each story, what decides first: a kill beats a hold, a hold beats a pin, then the latest."""
    marks_of: dict[str, list[Mark]] = {}
    for mark in sorted(marks, key=lambda mark: mark.at, reverse=True):
        for story in filter(None, (mark.story, mark.other)):
            marks_of.setdefault(story, []).append(mark)
    return {story: sorted(of, key=lambda mark: _FIRST.index(mark.action)) for story, of in marks_of.items()}


def _match(newsroom: Newsroom, section: str | None) -> frozenset[str] | None:
    from digest.app.decisions import match_of

    return None if section is None else match_of(newsroom, section)


def _span(newsroom: Newsroom, edition: str | None, day: str | None) -> tuple[datetime, datetime] | None:
    if edition is None and day is None:
        return None
    from digest.select import window_of

    chosen = newsroom.editions[0] if edition is None else edition_named(newsroom, edition)
    window = window_of(
        chosen, _next(newsroom, chosen) if day is None else as_date(day), newsroom.publication.zone, None
    )
    return window.start, window.end


def _next(newsroom: Newsroom, edition: Edition) -> date:
    from digest.select import last_issue_date, next_issue_date

    return next_issue_date(edition, last_issue_date(edition, newsroom.publication.zone, now()))


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
        "desk": mark_fields(marks[0]) if marks else None, "marks": [mark_fields(mark) for mark in marks],
    }  # fmt: skip
