"""``digest build``: the issues of a morning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.audience import CommandAudience, readers
from digest.cli.build_report import as_json, failed, tell
from digest.cli.build_which import (
    dates_of,
    editions_wanted,
    overrides_of,
    passed_over,
    special_before,
    without_days_off,
)
from digest.cli.options import (
    Json,
    OutboxFolder,
    Root,
    folder,
    headline_reader,
    load_newsroom,
    now,
)
from digest.cli.output import emit, say, warn
from digest.errors import (
    AlreadySent,
    CommandError,
    ConfigurationError,
    DigestError,
    NothingToSend,
    Unreachable,
)

if TYPE_CHECKING:
    from digest.app.pipeline import BuildContext, Outcome
    from digest.model import Edition, Newsroom, Overrides
    from digest.publish import Outbox
    from digest.store import Store


@app.command("build", epilog="Example: digest build --daily")
def build(
    ctx: typer.Context,
    more_newsrooms: Annotated[
        list[str] | None, typer.Argument(metavar="[DIR...]", help="More newsrooms, after --newsrooms.")
    ] = None,
    daily: Annotated[bool, typer.Option("--daily", help="Every edition with cadence: daily.")] = False,
    weekly: Annotated[bool, typer.Option("--weekly", help="Every edition with cadence: weekly.")] = False,
    monthly: Annotated[bool, typer.Option("--monthly", help="Every edition with cadence: monthly.")] = False,
    editions: Annotated[
        list[str] | None, typer.Option("--edition", metavar="NAME", help="This edition (repeatable).")
    ] = None,
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="YYYY-MM-DD", help="Issue date (default: the last cutoff's)."),
    ] = None,
    outbox: OutboxFolder = None,
    no_ingest: Annotated[bool, typer.Option("--no-ingest", help="Do not read the sources first.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would run; write nothing, change nothing.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Write the folder again even if the issue is unchanged.")
    ] = False,
    handover: Annotated[
        bool, typer.Option("--handover", help="Also hand what was built over to the mailer.")
    ] = False,
    pin: Annotated[
        list[str] | None,
        typer.Option(
            "--pin", metavar="LINE_ITEM@SLOT", help="This line item runs in this slot (repeatable)."
        ),
    ] = None,
    pause: Annotated[
        list[str] | None,
        typer.Option("--pause", metavar="LINE_ITEM", help="This line item does not run (repeatable)."),
    ] = None,
    audience: Annotated[
        str | None,
        typer.Option(
            "--audience",
            metavar="FILE",
            help="The readers: a Parquet or CSV file, a folder of them, or an address.",
        ),
    ] = None,
    history: Annotated[
        list[str] | None,
        typer.Option(
            "--history",
            metavar="FILE",
            help="What readers have had: an earlier audience/ folder (repeatable).",
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", metavar="local|dask", help="What makes the variants.")
    ] = "local",
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="The dask scheduler.")
    ] = None,
    newsrooms: Annotated[
        list[str] | None,
        typer.Option(
            "--newsrooms",
            metavar="DIR...",
            help="Build in these newsrooms: each a newsroom, a folder of them, or a file that lists them.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Any failed edition or source is the exit code.")
    ] = False,
    root: Root = None,
    json: Json = False,
) -> None:
    """Build the issues of a cadence or of named editions, and publish them to the outbox."""
    from digest.config.remarks import remarks

    if newsrooms:
        from digest.cli.newsrooms import build_all

        build_all(ctx, engine, scheduler)
        return
    if more_newsrooms:
        raise CommandError(f'"{more_newsrooms[0]}": folders stand after --newsrooms only.')
    newsroom = load_newsroom(root, remember=not dry_run)
    for remark in remarks(newsroom):
        warn(f"digest: {remark}")
    wanted = editions_wanted(newsroom, {"daily": daily, "weekly": weekly, "monthly": monthly}, editions or [])
    overrides = overrides_of(newsroom, pin or [], pause or [])
    at = now()
    wanted, off = without_days_off(newsroom, wanted, editions or [], day)
    dates, refused = dates_of(newsroom, wanted, day, at, dry_run) if wanted else ([], [])
    by_name = frozenset([edition.name for edition in wanted] if day else editions or [])
    run = _Run(
        newsroom, at, overrides, by_name, dated=day is not None,
        no_ingest=no_ingest, dry_run=dry_run, rebuild=rebuild, handover=handover,
    )  # fmt: skip
    with readers(newsroom, audience, history or [], engine, scheduler) as run.audience:
        results = run.all(dates, folder(outbox, newsroom.root / "outbox")) + refused + off
    emit({"issues": [result for result, _ in results], "sources": run.sources})
    codes = [code for _, code in results]
    if strict and any(source["error"] for source in run.sources):
        codes.append(Unreachable.exit_code)
    if strict or 0 not in codes:
        raise typer.Exit(max(codes))


@dataclass
class _Run:
    """One call of the command: the same sources, clock and overrides for all its issues."""

    newsroom: Newsroom
    at: datetime
    overrides: Overrides
    by_name: frozenset[str]  # whose issue was asked for, so that a day off is no excuse
    dated: bool
    no_ingest: bool
    dry_run: bool
    rebuild: bool
    handover: bool
    audience: CommandAudience | None = None
    sources: list[dict[str, Any]] = field(default_factory=list)

    def all(self, dates: list[tuple[Edition, date]], folder: Path) -> list[tuple[dict[str, Any], int]]:
        from digest.app.pipeline import BuildContext
        from digest.app.renamed import renamed
        from digest.model.environment import cache_folder
        from digest.publish import Outbox
        from digest.render import load_theme
        from digest.store import open_store

        theme = load_theme(self.newsroom, cache_folder(self.newsroom.root), remember=not self.dry_run)
        outbox = Outbox(folder)
        headlines = headline_reader(self.newsroom, remember=not self.dry_run)
        if self.dry_run:
            with open_store(self.newsroom.store, self.newsroom.publication, rehearse=True) as store:
                self._ingest(store)
                context = BuildContext(self.newsroom, store, theme, headlines)
                return [self._meant(context, outbox, edition, day) for edition, day in dates]
        with open_store(self.newsroom.store, self.newsroom.publication) as store:
            if renaming := renamed(self.newsroom, store, outbox):
                warn(f"warning: {renaming}")
            self._ingest(store)
            context = BuildContext(self.newsroom, store, theme, headlines)
            return [self._alone(context, outbox, edition, day) for edition, day in dates]

    def _alone(
        self, context: BuildContext, outbox: Outbox, edition: Edition, day: date
    ) -> tuple[dict[str, Any], int]:
        """One issue, while no other process builds it or what it looks at."""
        from digest.app.pipeline import bears_on

        try:
            with context.store.lock(*bears_on(self.newsroom, edition)):
                self._recover(context.store, outbox, edition.name)
                return self._meant(context, outbox, edition, day)
        except Unreachable as error:
            return failed(edition, day, error, error.exit_code)

    def _meant(
        self, context: BuildContext, outbox: Outbox, edition: Edition, day: date
    ) -> tuple[dict[str, Any], int]:
        """The issue, of an edition on demand the one of the day that is meant: named, or the one that is worked on.

        While the edition's lock is held, so that no number is given twice.
        """
        if edition.cadence == "on_demand":
            from digest.app.specials import check_number, special_now

            try:
                if self.dated:
                    check_number(context.store, edition, day)
                else:
                    day = special_now(context.store, edition, day, outbox)
            except CommandError as error:
                return failed(edition, day, error, error.exit_code)
        return self._one(context, outbox, edition, day)

    def _ingest(self, store: Store) -> None:
        if self.no_ingest or not self.newsroom.sources:
            return
        from digest.app.ingest import ingest
        from digest.cli.ingest import as_json, tell

        reports = ingest(self.newsroom, store, self.newsroom.sources, now=self.at)
        self.sources = [as_json(report) for report in reports]
        for report in reports:
            if report.error:
                warn(f"digest: {report.error}")
                warn(f"digest: going on without {report.name}, with what the store has.")
            elif report.rejected or report.broken or report.unmatched:
                tell(report, only_rejected=True)

    def _gaps(self, store: Store, outcome: Outcome) -> None:
        """Feeds that begin later than the issue's window."""
        if self.no_ingest:
            return
        from digest.app.readings import may_miss

        for text in may_miss(self.newsroom, store.readings(), outcome.issue.window.start):
            warn(f"digest: {text}")

    def _recover(self, store: Store, outbox: Outbox, name: str) -> None:
        def recorded(day: date) -> bytes | None:
            built = store.built(name, day)
            return built.manifest.encode() if built else None

        for day in outbox.recover(name, recorded):
            warn(f"digest: finished publishing {name} of {day}, which an earlier run could not finish.")
        self._believe_receipts(store, outbox, name)

    def _believe_receipts(self, store: Store, outbox: Outbox, name: str) -> None:
        """What was sent is sent, whatever a lost, new or restored store knows of it."""
        receipts = {day for day in outbox.dates(name) if outbox.is_sent(name, day)}
        if not receipts:
            return
        from digest.app.sending import adopt

        known = {issue.date for issue in store.issues(name) if issue.sent_at}
        for day in sorted(receipts - known):
            adopted = adopt(store, outbox, self.newsroom.publication, name, day)
            if adopted and adopted.status in ("recorded", "sent"):
                warn(
                    f"digest: {name} of {day} was sent, and the ledger did not know it: its receipt was read."
                )
            elif adopted and adopted.status == "unreadable":
                warn(
                    f"digest: {name} of {day} was sent, and cannot be brought into the ledger: {adopted.why}."
                )

    def _one(
        self, context: BuildContext, outbox: Outbox, edition: Edition, day: date
    ) -> tuple[dict[str, Any], int]:
        from digest.app.pipeline import build, rehearse

        personal = self.audience.of(outbox, edition, day, self.dry_run) if self.audience else None
        options: Any = {"now": self.at, "overrides": self.overrides, "personal": personal}
        try:
            if self.dry_run:
                outcome = rehearse(context, edition, day, **options)
            else:
                outcome = build(context, outbox, edition, day, rebuild=self.rebuild, **options)
        except ConfigurationError:
            raise
        except AlreadySent as error:
            if edition.cadence == "on_demand":
                error = AlreadySent(f"{error} Without --date the next special is built.")
            today = self.at.astimezone(self.newsroom.publication.zone).date()
            if edition.name in self.by_name or edition.may_have_issue(today):
                return failed(edition, day, error, error.exit_code)
            return passed_over(edition, today)
        except DigestError as error:
            code = error.exit_code
            if isinstance(error, NothingToSend) and any(source["error"] for source in self.sources):
                code = Unreachable.exit_code
            done = failed(edition, day, error, code)
            if isinstance(error, NothingToSend) and (last := special_before(edition, day)):
                warn(
                    f"digest: {edition.name} of {last} has left the house. To change that one: digest build --edition "
                    f"{edition.name} --date {last}"
                )
            return done
        finally:
            if personal:
                personal.end(rehearsed=self.dry_run)
        tell(self.newsroom, outcome, self.dry_run)
        self._gaps(context.store, outcome)
        row = as_json(outcome, self.dry_run)
        return self._handed_over(context, outbox, edition, day, row) if self.handover else (row, 0)

    def _handed_over(
        self, context: BuildContext, outbox: Outbox, edition: Edition, day: date, row: dict[str, Any]
    ) -> tuple[dict[str, Any], int]:
        """The issue as a campaign of the mailer; a rehearsal says that it would be."""
        from digest.cli.handover import after_build

        if self.dry_run:
            say("  dry run: not handed over")
            return row, 0
        handed, code = after_build(self.newsroom, context.store, outbox, edition, day)
        return row | {"handover": handed}, code
