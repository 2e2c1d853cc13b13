"""``digest stories report``: what readers clicked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.app.spans import check_order
from digest.cli.options import Json, Limit, Root, SinceDate, UpToDate, as_date, edition_named, load_newsroom
from digest.cli.output import emit, say, table
from digest.cli.stories import stories

if TYPE_CHECKING:
    from digest.app.clicks import ClickedStory


@stories.command("report", epilog="Example: digest stories report")
def report(
    name: Annotated[str | None, typer.Option("--edition", help="Only issues of this edition.")] = None,
    first: SinceDate = None,
    last: UpToDate = None,
    limit: Limit = 50,
    root: Root = None,
    json: Json = False,
) -> None:
    """What readers clicked: the stories of sent issues, the most clicked first, as `digest receipts` counted them."""
    from digest.app.clicks import clicked_stories
    from digest.store import open_store

    newsroom = load_newsroom(root)
    if name:
        edition_named(newsroom, name)
    start, end = _day(first), _day(last)
    if start and end:
        check_order(start, end)
    with open_store(newsroom.store, newsroom.publication, rehearse=True) as store:
        rows = clicked_stories(store, first=start, last=end, edition=name)
    emit({"stories": [_fields(story) for story in rows[:limit]], "total": len(rows)})
    if not rows:
        only = " of these issues" if name or first or last else ""
        say(f"No clicks are known yet{only}. Read them: digest receipts")
        return
    table(
        ("date", "edition", "section", "place", "clicks", "rate", "title"),
        [
            (
                str(story.date), story.edition, story.section, str(story.position), f"{story.clicks:,}",
                "-" if story.rate is None else f"{100 * story.rate:.2f} %", story.title,
            )
            for story in rows[:limit]
        ],
    )  # fmt: skip
    kinds = sorted({story.kind for story in rows})
    meaning = {"unique": "readers who clicked", "total": "all clicks"}
    say(f"clicks are {' or '.join(meaning[kind] for kind in kinds)}; the rate is of the copies delivered")
    if len(rows) > limit:
        say(f"and {len(rows) - limit} more (--limit)")


def _day(text: str | None) -> date | None:
    return as_date(text) if text else None


def _fields(story: ClickedStory) -> dict[str, Any]:
    return {
        "id": story.story,
        "title": story.title,
        "url": story.url,
        "edition": story.edition,
        "date": story.date,
        "section": story.section,
        "position": story.position,
        "clicks": story.clicks,
        "kind": story.kind,
        "rate": None if story.rate is None else round(story.rate, 6),
    }
