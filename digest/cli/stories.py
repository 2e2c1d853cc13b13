"""``digest stories``: the editors' desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.groups import Commands

if TYPE_CHECKING:
    from digest.model import Mark, StoryEdit

stories = typer.Typer(
    cls=Commands,
    help="The editors' desk: list, pin, hold, kill, edit, add and release stories; what was decided before.",
    epilog="Example: digest stories list harbor bridge",
    rich_markup_mode=None,
)
app.add_typer(stories, name="stories", no_args_is_help=True)

Ids = Annotated[
    list[str], typer.Argument(metavar="ID…", help="Story ids, as `digest stories list` shows them.")
]
Note = Annotated[str, typer.Option(help="Why; kept and shown.")]


def scope(mark: Mark) -> str:
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


def reach(mark: Mark | StoryEdit) -> str:
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
    text = ", ".join(part for part in parts if part)
    return f" ({text})" if text else ""


def mark_fields(mark: Mark) -> dict[str, Any]:
    return {
        "story": mark.story, "action": mark.action, "edition": mark.edition, "section": mark.section,
        "date": mark.date, "until": mark.until, "position": mark.position, "note": mark.note, "by": mark.by,
        "at": mark.at, **({"other": mark.other} if mark.other else {}),
    }  # fmt: skip
