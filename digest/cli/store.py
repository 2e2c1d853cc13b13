"""``digest store``: the care of what the newsroom remembers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import app
from digest.cli.groups import Commands
from digest.cli.options import Json, OutboxFolder, Root, as_date, folder, load_newsroom, now
from digest.cli.output import emit, say, warn
from digest.errors import Unreachable
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.app.retention import PruneResult

store = typer.Typer(
    cls=Commands,
    help="Check, upgrade, prune, copy and back up the store.",
    epilog="Example: digest store check",
    rich_markup_mode=None,
)
app.add_typer(store, name="store", no_args_is_help=True)


@store.command("check", epilog="Example: digest store check")
def check(root: Root = None, json: Json = False) -> None:
    """Whether the store is sound, what it holds and whose it is; changes nothing."""
    from digest.store.care import check

    health = check(load_newsroom(root).store)
    emit(asdict(health) | {"sound": health.sound})
    say(f"{health.where}: " + ("sound" if health.sound else "not sound"))
    if health.revision != health.newest:
        state = "no tables yet" if health.revision is None else f"revision {health.revision}"
        say(f"  {state}; this version makes it {health.newest} (digest store upgrade, or any command)")
    for id, name in health.publications.items():
        say(f"  publication {id}: {name}")
    say("  " + (_rows(health.rows) or "nothing"))
    for wrong in (*health.wrong, *health.index):
        warn(f"digest: {wrong}")
    if health.wrong:
        warn("digest: put back a backup, then run `digest recover` for what was sent since.")
    elif health.index:
        warn("digest: a search of stories may miss some; to make the index anew, run: digest store reindex")
    if not health.sound:
        raise typer.Exit(Unreachable.exit_code)


def _rows(counts: dict[str, int]) -> str:
    """How many rows each table has: their names are plurals."""
    return ", ".join(
        counted(count, _singular(noun := name.replace("_", " ")), noun)
        for name, count in counts.items()
        if count
    )


def _singular(plural: str) -> str:
    return f"{plural.removesuffix('ies')}y" if plural.endswith("ies") else plural.removesuffix("s")


@store.command("reindex", epilog="Example: digest store reindex")
def reindex(root: Root = None, json: Json = False) -> None:
    """Make the index for words anew, out of the stories: where `digest store check` says that they differ."""
    from digest.store.care import reindex

    count = reindex(load_newsroom(root).store)
    emit({"stories": count})
    say(f"The index for words was made anew, of {counted(count, 'story', 'stories')}.")


@store.command("upgrade", epilog="Example: digest store upgrade")
def upgrade(root: Root = None, json: Json = False) -> None:
    """Bring the store up to this version; every other command does it too, where its role may make tables."""
    from digest.store.care import upgrade

    before, after = upgrade(load_newsroom(root).store)
    emit({"before": before, "revision": after})
    say(
        f"The store is at revision {after}"
        + (", as it was." if before == after else f" (it was {before or 'new'}).")
    )


@store.command("rename", epilog="Example: digest store rename")
def rename(root: Root = None, json: Json = False) -> None:
    """Let the store know the publication under the name that digest.yaml now gives it."""
    from digest.store.care import rename

    publication = load_newsroom(root).publication
    before = rename(load_newsroom(root).store, publication)
    emit({"id": publication.id, "name": publication.name, "before": before})
    say(f'{publication.id} is "{publication.name}"' + (f' (it was "{before}").' if before else "."))


@store.command("prune", epilog="Example: digest store prune --before 2025-01-01 --dry-run")
def prune(
    before: Annotated[str, typer.Option("--before", metavar="DATE", help="Forget what is dated before.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go.")] = False,
    outbox: OutboxFolder = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """Forget old stories and folders; the ledger keeps what goals, caps and repeats need."""
    from digest.app.retention import prune
    from digest.publish import Outbox
    from digest.store import open_store

    newsroom, day = load_newsroom(root), as_date(before)
    place = Outbox(folder(outbox, newsroom.root / "outbox"))
    with open_store(newsroom.store, newsroom.publication, rehearse=dry_run) as opened:
        editions = {*place.editions(), *(edition.name for edition in newsroom.editions)}
        with opened.lock(*editions):
            forgotten = prune(opened, place, newsroom, day, now(), dry_run=dry_run)
        opened.shrink()
    _tell(forgotten, dry_run)


def _tell(forgotten: PruneResult, dry_run: bool) -> None:
    rows = asdict(forgotten.rows)
    emit(
        {
            "folders": [{"edition": name, "date": day} for name, day in forgotten.folders],
            "kept": [{"edition": name, "date": day} for name, day in forgotten.kept],
            "rows": rows,
            "audiences": list(forgotten.audiences),
            "dry_run": dry_run,
        }
    )
    parts = [
        counted(len(forgotten.folders), "folder"),
        *(counted(count, _singular(noun := name.replace("_", " ")), noun) for name, count in rows.items()),
        *(
            [counted(len(forgotten.audiences), "audience's revision", "audiences' revisions")]
            if forgotten.audiences
            else []
        ),
    ]
    say(("Would go: " if dry_run else "Gone: ") + ", ".join(parts) + ".")
    for name, day in forgotten.kept:
        warn(f"digest: the ledger does not know {name} of {day}; its folder stays.")


@store.command("copy", epilog="Example: digest store copy postgresql+psycopg://digest@db.example/news")
def copy(
    to: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="An empty store: sqlite:///… or postgresql://…")
    ],
    root: Root = None,
    json: Json = False,
) -> None:
    """Copy the whole store into an empty one, such as from SQLite to PostgreSQL, or back."""
    from digest.store.care import copy

    counts = copy(load_newsroom(root).store, to)
    emit({"rows": counts})
    say("Copied: " + (_rows(counts) or "nothing"))
    say("Name it under `store:` in digest.yaml, or in DIGEST_STORE, before the next command.")


@store.command("backup", epilog="Example: digest store backup backup.db")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not there yet.")],
    root: Root = None,
    json: Json = False,
) -> None:
    """A consistent copy of the store as a SQLite file, while builds go on."""
    from digest.store.care import backup

    size = backup(load_newsroom(root).store, file.absolute())
    emit({"file": str(file.absolute()), "bytes": size})
    say(f"{file}: {size:,} bytes.")
