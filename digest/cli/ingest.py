"""``digest ingest``: sources into the store."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.options import Json, Root, headline_reader, load_newsroom, now
from digest.cli.output import emit, json_wanted, say, warn
from digest.errors import Unreachable

if TYPE_CHECKING:
    from digest.app.readings import SourceReport

_SHOWN = 10
Advance = Callable[[int], None] | None


@app.command("ingest", epilog="Example: digest ingest")
def ingest(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE_NAME or FILE ...]", help="Only these (default: all sources)."),
    ] = None,
    root: Root = None,
    json: Json = False,
) -> None:
    """Read sources, or a feed, JSONL or CSV file, into the store."""
    from digest.app.ingest import chosen
    from digest.app.ingest import ingest as run
    from digest.store import open_store

    gc.set_threshold(10_000)  # a history is read and let go: no other command makes so much
    newsroom = load_newsroom(root)
    specs = chosen(newsroom, what or [])
    with (
        open_store(newsroom.store, newsroom.publication) as store,
        _progress(len(specs)) as (was_read, progress),
    ):
        reports = run(
            newsroom,
            store,
            specs,
            now=now(),
            progress=progress,
            was_read=was_read,
            reader=headline_reader(newsroom),
        )
    emit({"sources": [as_json(report) for report in reports]})
    for report in reports:
        tell(report)
    if any(report.error for report in reports):
        raise typer.Exit(Unreachable.exit_code)


def as_json(report: SourceReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "new": report.new,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": len(report.rejected),
        "reasons": [f"{rejection.where}: {rejection.why}" for rejection in report.rejected],
        "remarks": list(report.remarks),
        "counts": report.counts,
        "withdrawn": report.withdrawn,
        "folded": report.folded,
        "renamed": report.renamed,
        "unmatched": dict(report.unmatched),
        "error": report.error or None,
    }


def tell(report: SourceReport, *, only_rejected: bool = False) -> None:
    """One source for people: its counts, and the first of what it rejected."""
    if report.error:
        warn(f"digest: {report.error}")
        return
    if report.broken:
        warn(f"digest: {report.name}: {report.broken}")
    if not only_rejected:
        say(
            f"{report.name}: {report.new} new, {report.updated} updated, {report.unchanged} unchanged, "
            f"{len(report.rejected)} rejected"
            + (f", {report.withdrawn} withdrawn" if report.withdrawn else "")
            + (f", {report.folded} had the address of another" if report.folded else "")
            + (f", {report.renamed} had the id of another and got one of their own" if report.renamed else "")
        )
    elif report.rejected:
        warn(f"digest: {report.name}: {len(report.rejected)} rejected")
    _list([f"{rejection.where}: {rejection.why}" for rejection in report.rejected])
    if not only_rejected:
        _list([remark for remark in report.remarks if not remark.endswith(report.broken or "\0")])
    if report.unmatched:
        warn(f"digest: {report.name}: {of_no_section(report.unmatched)}")


def of_no_section(unmatched: Mapping[str, int]) -> str:
    """The categories that no section matches, for people."""
    shown = [f"{name} ({count})" for name, count in unmatched.items()]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return (
        f"stories are in no section, for none matches their categories: {', '.join(shown[:_SHOWN])}{more}. "
        "Those that you want go into the `match` of a section in digest.yaml"
    )


def _list(lines: list[str]) -> None:
    for line in lines[:_SHOWN]:
        warn(f"  {line}")
    if len(lines) > _SHOWN:
        warn(f"  … and {len(lines) - _SHOWN} more (all of them with --json)")


@contextmanager
def _progress(sources: int) -> Iterator[tuple[Advance, Advance]]:
    """A progress bar of sources and one of stories while people watch; silent elsewhere."""
    if not sys.stderr.isatty() or json_wanted():
        yield None, None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed} {task.description}"), BarColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        read = bar.add_task("sources read", total=sources)
        stored = bar.add_task("stories stored", total=None)
        yield lambda count: bar.advance(read, count), lambda count: bar.advance(stored, count)
