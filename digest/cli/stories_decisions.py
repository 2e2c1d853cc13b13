"""Editors' decisions: ``digest stories pin``, ``edit``, ``hold``, ``kill``, ``split``, ``join``, ``release``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.options import (
    By,
    Json,
    Root,
    as_date,
    as_issue,
    current_user,
    edition_named,
    load_newsroom,
    now,
)
from digest.cli.output import emit, say, table, warn
from digest.cli.stories import Ids, Note, mark_fields, reach, scope, stories
from digest.errors import CommandError
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.model import StoryEdit

First = Annotated[str, typer.Argument(metavar="ID", help="A story's id.")]
Second = Annotated[str, typer.Argument(metavar="ID", help="Another story's id.")]
ForEdition = Annotated[str | None, typer.Option("--edition", help="Only for this edition.")]
ForDate = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Only for the issue of this date.")
]
Until = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Up to this issue date, inclusive.")]
InSection = Annotated[str | None, typer.Option("--section", help="The section id it is pinned into.")]


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
        "pin", ids, root, edition=edition, section=section, day=day, until=until, note=note, by=by, position=position,
    )  # fmt: skip


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

    newsroom = load_newsroom(root)
    if edition is not None:
        edition_named(newsroom, edition)
    texts = {"title": title, "summary": summary, "image": image, "section": section}
    changes = StoryEdit(
        story=id, edition=edition, date=None if day is None else as_issue(day), cleared=clear, note=note,
        by=by or current_user(), at=now(), **({} if clear else story_words(newsroom, texts)),
    )  # fmt: skip
    with open_store(newsroom.store, newsroom.publication) as store:
        story = remember(store, changes)
    idle = without_issue(newsroom, [changes])
    emit({"edit": _edit_fields(changes) | {"problems": idle}})
    say(f'{"edits taken back" if clear else "edited"}: "{story.title}" ({id}){reach(changes)}')
    for name, value in ({} if clear else texts).items():
        if value is not None:
            say(f'  {name}: "{value}"')
    for text in idle:
        warn(f"digest: {text}")


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

    newsroom = load_newsroom(root)
    if edition is not None:
        edition_named(newsroom, edition)
    with open_store(newsroom.store, newsroom.publication) as store:
        known_stories(store, ids)
        freed = store.release(ids, edition=edition, by=by or current_user(), note=note, at=now())
    emit({"released": ids, "marks": freed})
    if freed:
        say(f"{len(ids)} released ({counted(freed, 'mark')} taken back).")
    else:
        say("Nothing to release: no decision stands" + (f" for {edition} alone." if edition else "."))


@stories.command("history", epilog="Example: digest stories history s1042")
def history(ids: Ids, root: Root = None, json: Json = False) -> None:
    """Every decision ever made about stories: when, who, what and why."""
    from digest.app.decisions import known_stories
    from digest.store import open_store

    newsroom = load_newsroom(root)
    with open_store(newsroom.store, newsroom.publication) as store:
        known_stories(store, ids)
        marks = [mark for id in dict.fromkeys(ids) for mark in store.marks_of(id)]
        edits = [edit for id in dict.fromkeys(ids) for edit in store.edits(id)]
    rows = [mark_fields(mark) for mark in marks] + [_edit_fields(edit) for edit in edits]
    emit({"history": sorted(rows, key=lambda row: row["at"])})
    if not rows:
        say("Nothing was ever decided about " + ("these stories." if len(ids) > 1 else "this story."))
        return
    clock = newsroom.publication.clock
    table(
        ("when", "who", "story", "what", "why"),
        [
            [clock(at), by, story, what, note]
            for at, by, story, what, note in sorted(
                [(m.at, m.by, m.story, m.action + reach(m), m.note) for m in marks]
                + [(e.at, e.by, e.story, _said(e) + reach(e), e.note) for e in edits]
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

    newsroom = load_newsroom(root)
    if edition is not None:
        edition_named(newsroom, edition)
    marks = [
        Mark(
            story=id, action=action, edition=edition, section=section, date=None if day is None else as_issue(day),
            until=None if until is None else as_date(until), position=position, note=note, by=by or current_user(),
            at=now(),
        )
        for id in dict.fromkeys(ids)
    ]  # fmt: skip
    with open_store(newsroom.store, newsroom.publication) as store:
        stories = decisions.mark(newsroom, store, marks)
        problems = decisions.warnings(newsroom, store, marks, now())
    emit({"marks": [mark_fields(mark) | {"problems": problems.get(mark.story, [])} for mark in marks]})
    for mark in marks:
        say(f'{action}: "{stories[mark.story].title}" ({mark.story}){scope(mark)}')
        for text in problems.get(mark.story, []):
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
    newsroom = load_newsroom(root)
    mark = Mark(story=first, other=second, action=action, note=note, by=by or current_user(), at=now())
    with open_store(newsroom.store, newsroom.publication) as store:
        stories = decide(newsroom, store, [mark])
    emit({"marks": [mark_fields(mark)]})
    say(f'{action}: "{stories[first].title}" ({first}) and "{stories[second].title}" ({second}){scope(mark)}')


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
