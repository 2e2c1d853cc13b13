"""What the commands say and ask of an audience."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.cli.output import say, warn
from digest.cli.progress import progress
from digest.errors import CommandError
from digest.model.counts import counted

if TYPE_CHECKING:
    from digest.app.audience import Personal
    from digest.audience.engines import Engine
    from digest.model import Edition, Newsroom
    from digest.publish import Outbox


@dataclass(frozen=True, slots=True)
class CommandAudience:
    """The audience of a command, for each of its issues."""

    newsroom: Newsroom
    address: str
    history: tuple[str, ...]
    engine: Engine

    def of(self, outbox: Outbox, edition: Edition, day: date, rehearsed: bool) -> Personal:
        from digest.app.audience import Personal

        work = Path(tempfile.mkdtemp(prefix="digest-")) if rehearsed else outbox.work(edition.name, day)
        return Personal(self.address, self.newsroom.root, work, self.engine, progress, self.history)


@contextmanager
def readers(
    newsroom: Newsroom, address: str | None, history: list[str], engine: str, scheduler: str | None
) -> Iterator[CommandAudience | None]:
    """The audience as the command's words have it. Raises ``CommandError`` where they do not go together."""
    if engine not in ("local", "dask"):
        raise CommandError(f'--engine "{engine}": there are local and dask.')
    if address is None:
        for name, value in (("--history", history), ("--scheduler", scheduler)):
            if value:
                raise CommandError(f"{name} needs --audience.")
        yield None
        return
    if scheduler and engine != "dask":
        raise CommandError("--scheduler needs --engine dask.")
    from digest.audience.engines import opened

    runner = opened(engine, scheduler)
    try:
        yield CommandAudience(newsroom, _absolute(address), tuple(map(_absolute, history)), runner)
    finally:
        runner.close()


def _absolute(address: str) -> str:
    """A path is meant from where the command was typed."""
    return address if "://" in address else str(Path(address).absolute())


def tell(audience: Mapping[str, Any]) -> None:
    """What an audience amounts to, and what is wrong with its rows."""
    share = counted(audience["readers"], "reader shares", "readers share")
    say(f"  {share} {counted(audience['variants'], 'variant')}")
    if audience["thin_readers"]:
        warn(
            f"digest: {counted(audience['thin_readers'], 'reader')} ({counted(audience['thin_variants'], 'variant')}) "
            "chose so little that they get the stories of the issue for everybody."
        )
    for goal in audience.get("goals", ()):
        if "why" in goal:
            short = goal["delivered"] < goal.get("planned", 0)
            planned = f" of {goal['planned']:,} planned" if "planned" in goal else ""
            text = f"{goal['line_item']} has {goal['delivered']:,}{planned} readers: {goal['why']}."
            (warn if short else say)(f"digest: audience: {text}" if short else f"  {text}")
    for text in problems(audience["problems"]):
        warn(f"digest: audience: {text}.")


def problems(counts: Mapping[str, Any]) -> Iterator[str]:
    """What was wrong with rows of the table, in words."""
    for key, singular, plural in (
        ("without_id", "row has no reader_id and is left out", "rows have no reader_id and are left out"),
        (
            "twice",
            "row more is of a reader who has one already",
            "rows more are of readers who have one already",
        ),
        ("unreadable_rows", "line cannot be read as CSV in UTF-8", "lines cannot be read as CSV in UTF-8"),
    ):
        if count := counts.get(key):
            yield counted(count, singular, plural)
    for name, count in (counts.get("unknown_sections") or {}).items():
        named = f'the section "{name}"' if not name.startswith("and ") else f"{name[4:]} unknown sections"
        yield f"{counted(count, 'row names', 'rows name')} {named}, which the edition has not"
    for column, count in (counts.get("no_numbers") or {}).items():
        rows = counted(count, "row has", "rows have")
        yield f'{rows} no whole number of stories in "{column}"; the section\'s own holds'
