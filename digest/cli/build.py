"""``digest build``: the issues of a morning."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import app
from digest.cli.audience import Readers, readers
from digest.cli.options import (
    Json,
    OutboxFolder,
    Root,
    as_issue,
    edition,
    folder,
    known,
    newsroom,
    now,
    reader,
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
    from digest.app.pipeline import House, Outcome
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
            help="Readers: a Parquet or CSV file, a folder of them, or an address.",
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
    from digest.config.files import without_ads

    if newsrooms:
        from digest.cli.newsrooms import build_all

        build_all(ctx, engine, scheduler)
        return
    if more_newsrooms:
        raise CommandError(f'"{more_newsrooms[0]}": folders stand after --newsrooms only.')
    room = newsroom(root, remember=not dry_run)
    if missing := without_ads(room.root, len(room.ads.line_items)):
        warn(f"digest: {missing}")
    wanted = _wanted(room, {"daily": daily, "weekly": weekly, "monthly": monthly}, editions or [])
    overrides = _overrides(room, pin or [], pause or [])
    at = now()
    wanted, off = _without_days_off(room, wanted, editions or [], day)
    dates, refused = _dates(room, wanted, day, at, dry_run) if wanted else ([], [])
    by_name = frozenset([one.name for one in wanted] if day else editions or [])
    run = _Run(room, at, overrides, no_ingest, dry_run, rebuild, by_name, handover, dated=day is not None)
    with readers(room, audience, history or [], engine, scheduler) as run.audience:
        results = run.all(dates, folder(outbox, room.root / "outbox")) + refused + off
    emit({"issues": [result for result, _ in results], "sources": run.sources})
    codes = [code for _, code in results]
    if strict and any(source["error"] for source in run.sources):
        codes.append(Unreachable.exit_code)
    if strict or 0 not in codes:
        raise typer.Exit(max(codes))


class _Run:
    """One call of the command: the same sources, clock and overrides for all its issues."""

    def __init__(
        self,
        room: Newsroom,
        at: datetime,
        overrides: Overrides,
        no_ingest: bool,
        dry_run: bool,
        rebuild: bool,
        by_name: frozenset[str],
        handover: bool = False,
        dated: bool = False,
    ) -> None:
        self.by_name = by_name  # whose issue was asked for, so that a day off is no excuse
        self.dated = dated
        self.room, self.at, self.overrides = room, at, overrides
        self.no_ingest, self.dry_run, self.rebuild = no_ingest, dry_run, rebuild
        self.handover = handover
        self.audience: Readers | None = None
        self.sources: list[dict[str, Any]] = []

    def all(self, dates: list[tuple[Edition, date]], folder: Path) -> list[tuple[dict[str, Any], int]]:
        from digest.app.pipeline import House
        from digest.app.renamed import renamed
        from digest.model.environment import cache_folder
        from digest.publish import Outbox
        from digest.render import load_theme
        from digest.store import open_store

        theme = load_theme(self.room, cache_folder(self.room.root), remember=not self.dry_run)
        outbox = Outbox(folder)
        headlines = reader(self.room, remember=not self.dry_run)
        if self.dry_run:
            with open_store(self.room.store, self.room.publication, rehearse=True) as store:
                self._ingest(store)
                house = House(self.room, store, theme, headlines)
                return [self._meant(house, outbox, *one) for one in dates]
        with open_store(self.room.store, self.room.publication) as store:
            if said := renamed(self.room, store, outbox):
                warn(f"warning: {said}")
            self._ingest(store)
            house = House(self.room, store, theme, headlines)
            return [self._alone(house, outbox, *one) for one in dates]

    def _alone(self, house: House, outbox: Outbox, edition: Edition, day: date) -> tuple[dict[str, Any], int]:
        """One issue, while no other process builds it or what it looks at."""
        from digest.app.pipeline import bears_on

        try:
            with house.store.lock(*bears_on(self.room, edition)):
                self._recover(house.store, outbox, edition.name)
                return self._meant(house, outbox, edition, day)
        except Unreachable as error:
            return _failed(edition, day, error, error.exit_code)

    def _meant(self, house: House, outbox: Outbox, edition: Edition, day: date) -> tuple[dict[str, Any], int]:
        """The issue, of an edition on demand the one of the day that is meant: named, or the one that is worked on.

        While the edition's lock is held, so that no number is given twice.
        """
        if edition.cadence == "on_demand":
            from digest.app.specials import check_number, special_now

            try:
                if self.dated:
                    check_number(house.store, edition, day)
                else:
                    day = special_now(house.store, edition, day, outbox)
            except CommandError as error:
                return _failed(edition, day, error, error.exit_code)
        return self._one(house, outbox, edition, day)

    def _ingest(self, store: Store) -> None:
        if self.no_ingest or not self.room.sources:
            return
        from digest.app.ingest import ingest
        from digest.cli.ingest import as_json, tell

        reports = ingest(self.room, store, self.room.sources, now=self.at)
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

        for text in may_miss(self.room, store.readings(), outcome.issue.window.start):
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
            found = adopt(store, outbox, self.room.publication, name, day)
            if found and found.status in ("recorded", "sent"):
                warn(
                    f"digest: {name} of {day} was sent, and the ledger did not know it: its receipt was read."
                )
            elif found and found.status == "unreadable":
                warn(f"digest: {name} of {day} was sent, and cannot be brought into the ledger: {found.why}.")

    def _one(self, house: House, outbox: Outbox, edition: Edition, day: date) -> tuple[dict[str, Any], int]:
        from digest.app.pipeline import build, rehearse

        personal = self.audience.of(outbox, edition, day, self.dry_run) if self.audience else None
        told: Any = {"now": self.at, "overrides": self.overrides, "personal": personal}
        try:
            if self.dry_run:
                outcome = rehearse(house, edition, day, **told)
            else:
                outcome = build(house, outbox, edition, day, rebuild=self.rebuild, **told)
        except ConfigurationError:
            raise
        except AlreadySent as error:
            if edition.cadence == "on_demand":
                error = AlreadySent(f"{error} Without --date the next special is built.")
            today = self.at.astimezone(self.room.publication.zone).date()
            if edition.name in self.by_name or edition.may_have_issue(today):
                return _failed(edition, day, error, error.exit_code)
            return _passed_over(edition, today)
        except DigestError as error:
            code = error.exit_code
            if isinstance(error, NothingToSend) and any(source["error"] for source in self.sources):
                code = Unreachable.exit_code
            done = _failed(edition, day, error, code)
            if isinstance(error, NothingToSend) and (last := _last_special(edition, day)):
                warn(
                    f"digest: {edition.name} of {last} has left the house. To change that one: digest build --edition "
                    f"{edition.name} --date {last}"
                )
            return done
        finally:
            if personal:
                personal.end(rehearsed=self.dry_run)
        _tell(self.room, outcome, self.dry_run)
        self._gaps(house.store, outcome)
        row = _as_json(outcome, self.dry_run)
        return self._handed_over(house, outbox, edition, day, row) if self.handover else (row, 0)

    def _handed_over(
        self, house: House, outbox: Outbox, edition: Edition, day: date, row: dict[str, Any]
    ) -> tuple[dict[str, Any], int]:
        """The issue as a campaign of the mailer; a rehearsal says that it would be."""
        from digest.cli.handover import after_build

        if self.dry_run:
            say("  dry run: not handed over")
            return row, 0
        handed, code = after_build(self.room, house.store, outbox, edition, day)
        return row | {"handover": handed}, code


def _failed(
    edition: Edition, day: date | str | None, error: DigestError, code: int
) -> tuple[dict[str, Any], int]:
    """What is told of an edition that has no issue, and its exit code."""
    warn(f"digest: {error}")
    status = "skipped" if code == NothingToSend.exit_code else "failed"
    row = {"edition": edition.name, "date": day, "status": status, "error": str(error), "exit_code": code}
    return row, code


def _dates(
    room: Newsroom, editions: list[Edition], text: str | None, at: datetime, ahead: bool
) -> tuple[list[tuple[Edition, date]], list[tuple[dict[str, Any], int]]]:
    """The editions with their dates; and those that have no issue then, which stop no other.

    Raises ``CommandError`` where none is left.
    """
    from digest.app.specials import until_now

    dates: list[tuple[Edition, date]] = []
    refused: list[tuple[Edition, CommandError]] = []
    for one in editions:
        try:
            day = _date(room, one, text, at, ahead)
            dates.append((until_now(room, one, day, at), day))
        except CommandError as error:
            refused.append((one, error))
    if not dates:
        raise refused[0][1]
    return dates, [_failed(one, text, error, error.exit_code) for one, error in refused]


def _without_days_off(
    room: Newsroom, editions: list[Edition], named: list[str], text: str | None
) -> tuple[list[Edition], list[tuple[dict[str, Any], int]]]:
    """The editions that have an issue on the date, and what is told of those that are off: asked for by cadence,
    an edition without an issue that day is passed over. A weekly one on another weekday stays, to be refused."""
    if text is None:
        return editions, []
    from digest.model.issue_date import number_of

    day = as_issue(text)
    off = [
        one
        for one in editions
        if one.name not in named
        and number_of(day) == 1
        and not one.may_have_issue(day)
        and (one.cadence == "daily" or one.calendar.fits(day))
    ]
    return [one for one in editions if one not in off], [_passed_over(one, day) for one in off]


def _passed_over(edition: Edition, day: date) -> tuple[dict[str, Any], int]:
    why = f"{edition.name} has no issue on {day}: it {edition.calendar.why_not(day)}."
    say(f"{why} Passed over.")
    return {"edition": edition.name, "date": day, "status": "skipped", "error": why, "exit_code": 0}, 0


def _wanted(room: Newsroom, cadences: dict[str, bool], names: list[str]) -> list[Edition]:
    from digest.app.pipeline import editions_of

    if not (any(cadences.values()) or names):
        raise CommandError("say what to build: --daily, --weekly, --monthly or --edition NAME.")
    chosen = [e for cadence, asked in cadences.items() if asked for e in editions_of(room, cadence, ())]
    chosen += [edition(room, name) for name in names]
    return [one for one in room.editions if one in chosen]


def _overrides(room: Newsroom, pins: list[str], pauses: list[str]) -> Overrides:
    """The overrides as given, each once, in order. Raises ``CommandError`` for unknown words."""
    from digest.model import Overrides

    for pin in pins:
        name, at, slot = pin.partition("@")
        if not at:
            raise CommandError(f'--pin "{pin}": write it as LINE_ITEM@SLOT, such as my-booking@top_banner.')
        known("line item", name, [item.id for item in room.ads.line_items])
        known("slot", slot, [one.id for one in room.ads.slots])
    for name in pauses:
        known("line item", name, [item.id for item in room.ads.line_items])
    return Overrides(pin=tuple(dict.fromkeys(pins)), pause=tuple(dict.fromkeys(pauses)))


def _date(room: Newsroom, edition: Edition, text: str | None, at: datetime, ahead: bool) -> date:
    """The issue date, checked: the edition has an issue that day, and its window is over (unless ``ahead``)."""
    from digest.app.specials import until_now
    from digest.select import last_issue_date, window_of

    zone = room.publication.zone
    day = last_issue_date(edition, zone, at) if text is None else as_issue(text)
    end = window_of(until_now(room, edition, day, at), day, zone, None).end
    if end > at and not ahead:
        raise CommandError(
            f"the window of {edition.name} {day} ends at {room.publication.clock(end)} "
            f"{room.publication.timezone}, which is still to come. "
            "Build it after that, or look ahead with --dry-run."
        )
    return day


def _last_special(edition: Edition, day: date) -> date | None:
    """The special before this one on its day."""
    from digest.model.issue_date import number_of, numbered

    number = number_of(day)
    return numbered(day, number - 1) if edition.cadence == "on_demand" and number > 1 else None


def _as_json(outcome: Outcome, dry_run: bool) -> dict[str, Any]:
    from json import loads

    from digest.app.pipeline import summary

    row = summary(outcome)
    return row | {"manifest": loads(outcome.files["manifest.json"])} if dry_run else row


_WORDS = {
    "built": "built",
    "unchanged": "already up to date, nothing changed",
    "restored": "unchanged; its folder was missing or altered and is back",
    "rehearsed": "dry run, nothing written",
}


def _tell(room: Newsroom, outcome: Outcome, dry_run: bool) -> None:
    from digest.app.history import audience_of
    from digest.app.pipeline import summary
    from digest.model.counts import counted

    row = summary(outcome)
    state = _WORDS["rehearsed"] if dry_run else _WORDS[outcome.status]
    say(f"{row['edition']} {row['date']}: {state} (revision {row['revision']}).")
    say(f'  "{row["subject"]}"')
    counts = [counted(row["stories"], "story", "stories"), counted(row["ads"], "ad")]
    if row["refused"]:
        counts.append(f"{counted(row['refused'], 'booking')} not placed (digest explain says why)")
    say(f"  {', '.join(counts)}; {row['bytes'] / 1000:.0f} kB of HTML")
    for note in outcome.issue.selection.notes:
        say(f"  {note}")
    if behind := sum(left.why.startswith("same_event:") for left in outcome.issue.selection.left_out):
        stand = counted(behind, "story stands behind another", "stories stand behind others")
        say(f"  {stand}: digest explain says which")
    if outcome.issue.audience:
        from digest.cli.audience import tell

        tell(outcome.issue.audience)
        weight = sum(map(len, outcome.issue.rendered.images.values()))
        if weight and not room.images.base_url:
            warn(
                f"digest: every reader's message carries the newsroom's pictures ({weight / 1000:,.0f} kB); with "
                "`images.base_url` in digest.yaml they lie on a server once."
            )
    elif lost := audience_of(outcome.current):
        warn(
            f"digest: the audience of {lost['readers']:,} readers that revision {outcome.revision - 1} had is gone."
        )
    if outcome.folder:
        say(f"  {outcome.folder}/index.html")
    if outcome.status == "unchanged" and outcome.issue.edition.cadence == "on_demand":
        _tell_next(outcome)
    for name in _without_creatives(room, outcome):
        warn(f'digest: line item "{name}" is missed: it has no creative for the issue of {row["date"]}.')
    if gap := outcome.issue.plan.optimality_gap:
        warn(f"digest: {gap.words}.")
    if outcome.kept:
        warn(f"digest: the folder had been changed by hand; what lay there is kept as {outcome.kept}.")
    if dry_run:
        _show(room, outcome)


def _tell_next(outcome: Outcome) -> None:
    """How the next special of the day is made, for whoever expected it."""
    from digest.model.issue_date import number_of, numbered

    name, day = outcome.issue.edition.name, outcome.issue.date
    say(
        f"  The next special comes once this one is sent (digest mark-sent {name} {day}) or handed over. To have it "
        f"at once: digest build --edition {name} --date {numbered(day, number_of(day) + 1)}"
    )


def _without_creatives(room: Newsroom, outcome: Outcome) -> list[str]:
    """The bookings that nothing but a creative keeps out of the issue."""
    day = outcome.issue.date
    out = {one.line_item for one in outcome.issue.plan.refused if one.rule == "creative"}
    return [item.id for item in room.ads.line_items if item.id in out and not item.creatives_on(day)]


def _show(room: Newsroom, outcome: Outcome) -> None:
    from json import loads

    from digest.cli.explain import show

    show(room, loads(outcome.files["manifest.json"]), every=False)
