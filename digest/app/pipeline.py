"""The program on one screen: read, select, place, render, write, record.

Everything here is plain calls on frozen values. The clock is an argument.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.app.forecast_inputs import guided
from digest.app.history import (
    IssueHistory,
    ads_run,
    fingerprint,
    issue_row,
    keep_audience,
    recall,
    stories_run,
)
from digest.app.specials import as_first_built
from digest.errors import AlreadySent, CommandError, DigestError, NothingToSend, did_you_mean
from digest.model import (
    BuiltIssue,
    Edition,
    Issue,
    IssueNote,
    Likeness,
    Lineup,
    Newsroom,
    Overrides,
    Plan,
    Refusal,
    Selection,
    Story,
    Window,
    with_edits,
)
from digest.model.counts import counted
from digest.place import PlaceRequest, place
from digest.place.delivery import editions_before
from digest.publish import Outbox, files_of
from digest.render import RenderRequest, Theme, render
from digest.select import SelectRequest, passed_over, plain_title, reach, select, window_of

if TYPE_CHECKING:
    from digest.app.audience import Personal
    from digest.likeness import Reader
    from digest.store import Store


@dataclass(frozen=True, slots=True)
class BuildContext:
    """What every build works with: the newsroom, its open store, its theme.

    ``reader`` reads headlines where the newsroom names a language model; without one they are read and forgotten.
    """

    newsroom: Newsroom
    store: Store
    theme: Theme
    reader: Reader | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one issue. ``status``: built | unchanged | restored | rehearsed."""

    issue: Issue
    revision: int
    status: str
    files: dict[str, bytes]
    current: BuiltIssue | None = None  # the ledger's row so far
    folder: Path | None = None
    kept: Path | None = None  # what somebody had changed by hand in the folder


def build(
    context: BuildContext,
    outbox: Outbox,
    edition: Edition,
    day: date,
    *,
    now: datetime,
    overrides: Overrides,
    rebuild: bool = False,
    personal: Personal | None = None,
) -> Outcome:
    """Build one issue, publish it and remember it; an unchanged issue stays as it is.

    ``rebuild`` writes the folder of an unchanged issue again. ``personal`` is its audience.

    Raises ``AlreadySent``, ``NothingToSend``, ``Unreachable``, ``CommandError`` (an impossible pin).
    """
    if outbox.is_sent(edition.name, day) and not context.store.is_sent(edition.name, day):
        raise AlreadySent(
            f"{outbox.place(edition.name, day)} was sent: its receipt lies there; a sent issue is never rebuilt. "
            "The ledger does not know it: run `digest recover`."
        )
    outcome = compose(context, edition, day, overrides, personal)
    if outcome.status == "unchanged":
        return _bring_back(outbox, outcome, rebuild, personal)
    if not (personal or rebuild):
        keep_audience(outcome.current)
    if personal:
        personal.write(outbox, outcome.revision, ready=False)
    staged = outbox.stage(edition.name, day, outcome.files)
    try:
        _record(context, outcome, now)
    except DigestError:
        outbox.discard(staged)
        raise
    if personal:
        personal.bring(staged.folder)
    return _with_folder(outcome, "built", outbox, outbox.publish(staged))


def rehearse(
    context: BuildContext,
    edition: Edition,
    day: date,
    *,
    now: datetime,
    overrides: Overrides,
    personal: Personal | None = None,
) -> Outcome:
    """One issue as a build would make it, remembered for the editions that come after it.

    The store of ``context`` must be rehearsing: it forgets all of it at its end.
    """
    outcome = compose(context, edition, day, overrides, personal)
    if outcome.status != "unchanged":
        _record(context, outcome, now)
    return outcome


def _record(context: BuildContext, outcome: Outcome, now: datetime) -> None:
    manifest = outcome.files["manifest.json"].decode()
    row = issue_row(outcome.issue, outcome.revision, manifest, outcome.current, now)
    context.store.record(row, stories_run(outcome.issue), ads_run(outcome.issue), outcome.files)


def bears_on(newsroom: Newsroom, edition: Edition) -> tuple[str, ...]:
    """The editions whose issues of the same date bear on this one's, itself among them: a build holds their locks."""
    looks_at_all = edition.no_repeat == "publication" or newsroom.ranking.max_per_event_day is not None
    before = editions_before(edition, newsroom.editions)
    return tuple(
        earlier.name
        for earlier in newsroom.editions
        if looks_at_all or earlier.name in before or earlier.name == edition.name
    )


def compose(
    context: BuildContext,
    edition: Edition,
    day: date,
    overrides: Overrides,
    personal: Personal | None = None,
    *,
    sent_too: bool = False,
) -> Outcome:
    """One issue as a build would make it, and whether the ledger holds it already. Changes nothing.

    Raises ``AlreadySent``, unless ``sent_too``.
    """
    context = replace(context, newsroom=context.newsroom.seen_by(edition))
    edition = as_first_built(context.newsroom, context.store, edition, day)
    history = recall(context.store, context.newsroom, edition, day)
    if history.current and history.current.sent_at and not sent_too:
        raise AlreadySent(
            f"{edition.name} of {day} was sent at {context.newsroom.publication.clock(history.current.sent_at)}; "
            "a sent issue is never rebuilt."
        )
    issue = _issue(context, edition, day, history, overrides, personal)
    publication = context.newsroom.publication
    revision = history.current.revision if history.current else 1
    files = files_of(issue, publication, revision)
    if history.current is None:
        return Outcome(issue, revision, "rehearsed", files)
    if files["manifest.json"].decode() == history.current.manifest:
        return Outcome(issue, revision, "unchanged", files, history.current)
    files = files_of(issue, publication, revision + 1)
    return Outcome(issue, revision + 1, "rehearsed", files, history.current)


def _issue(
    context: BuildContext,
    edition: Edition,
    day: date,
    history: IssueHistory,
    overrides: Overrides,
    personal: Personal | None = None,
) -> Issue:
    newsroom = context.newsroom
    request = selecting(newsroom, context.store, edition, day, history, context.reader)
    selection = select(request)
    if note := _beyond_catch_up(newsroom, edition, day, history):
        selection = replace(selection, notes=(*selection.notes, note))
    if len(selection.lineup) < max(newsroom.thin.min_stories, 1):
        newest = next(iter(context.store.search(limit=1)), None)
        raise NothingToSend(_nothing_to_send(newsroom, edition, day, request.window, selection, newest))
    places = placing(newsroom, edition, day, selection.lineup, history, overrides)
    plan = _with_broken(place(places), newsroom)
    renders = RenderRequest(
        newsroom=newsroom,
        edition=_with_note(edition, history.note),
        day=day,
        lineup=selection.lineup,
        plan=plan,
        theme=context.theme,
        note=history.note.text if history.note else "",
    )
    inputs = {
        "digest.yaml": newsroom.inputs["digest.yaml"],
        "adslots.yaml": newsroom.inputs.get("adslots.yaml", ""),
        "templates": context.theme.digest,
        "ledger": fingerprint(newsroom, history),
        "stories": selection.candidates,
    }
    if request.likeness:
        inputs["language_model"] = request.likeness.name
    issue = Issue(
        edition=edition,
        date=day,
        window=request.window,
        selection=selection,
        plan=plan,
        rendered=render(renders),
        inputs=inputs,
    )
    return personal.plan(issue, request, places, renders, context.store.stories) if personal else issue


def _with_broken(plan: Plan, newsroom: Newsroom) -> Plan:
    """The plan with the line items that could not be read among the refused, all in file order."""
    if not newsroom.broken:
        return plan
    broken = {item.number: item for item in newsroom.broken}
    sound = iter(newsroom.ads.line_items)
    count = len(newsroom.ads.line_items) + len(broken)
    order = [broken[n].line_item if n in broken else next(sound).id for n in range(count)]
    left = (Refusal(line_item=item.line_item, rule="broken", reason=item.reason) for item in newsroom.broken)
    refused = sorted([*plan.refused, *left], key=lambda refusal: order.index(refusal.line_item))
    return replace(plan, refused=tuple(refused))


def _with_note(edition: Edition, note: IssueNote | None) -> Edition:
    """The edition with the subject and preheader that an editor wrote for this issue."""
    if note is None:
        return edition
    return replace(
        edition, subject=note.subject or edition.subject, preheader=note.preheader or edition.preheader
    )


def _beyond_catch_up(newsroom: Newsroom, edition: Edition, day: date, history: IssueHistory) -> str:
    """What ``catch_up`` leaves out after missed issues, in words; empty: nothing."""
    end = history.previous.window.end if history.previous else None
    hours = passed_over(edition, day, newsroom.publication.zone, end)
    if hours is None:
        return ""
    first, last = map(newsroom.publication.clock, hours)
    return (
        f"issues were missed, and stories from {first} up to {last} are in none: catch_up of {edition.name} "
        "reaches back no further"
    )


def selecting(
    newsroom: Newsroom,
    store: Store,
    edition: Edition,
    day: date,
    history: IssueHistory,
    reader: Reader | None = None,
) -> SelectRequest:
    """What selection needs to choose the lineup of one issue."""
    previous, zone = history.previous, newsroom.publication.zone
    window = window_of(edition, day, zone, previous.window.end if previous else None)
    candidates = store.candidates(reach(edition, newsroom.thin, window), window.end)
    stories = with_edits(candidates, store.edits(), edition.name, day)
    return SelectRequest(
        newsroom=newsroom,
        edition=edition,
        day=day,
        window=window,
        stories=stories,
        marks=tuple(store.marks()),
        ran=history.ran,
        ran_later=history.ran_later,
        late_since=previous.first_built_at if previous else None,
        withheld=store.withheld(),
        likeness=likeness_of(newsroom, [*(run.story for run in history.ran), *stories], reader),
        click_rates=history.click_rates,
    )


def likeness_of(
    newsroom: Newsroom, stories: Iterable[Story], reader: Reader | None = None
) -> Likeness | None:
    """How alike the stories' headlines are to the newsroom's language model, if it names one.

    Of equal ids the last counts. Without a ``reader`` what is read is not kept.
    """
    if not newsroom.language_model:
        return None
    from digest.likeness import open_reader

    reader = reader or open_reader(newsroom)
    return reader.likeness({story.id: plain_title(story.title, story.source) for story in stories})


def placing(
    newsroom: Newsroom,
    edition: Edition,
    day: date,
    lineup: Lineup,
    history: IssueHistory,
    overrides: Overrides,
) -> PlaceRequest:
    """What placement needs to plan the ads of one lineup; with ``policy.horizon``, led by the plan ahead."""
    request = PlaceRequest(
        ads=newsroom.ads,
        editions=newsroom.editions,
        edition=edition,
        day=day,
        lineup=lineup,
        ran_ads=history.ads,
        overrides=overrides,
    )
    return guided(newsroom, request, history.typical)


def placing_again(
    newsroom: Newsroom, store: Store, edition: Edition, day: date, overrides: Overrides
) -> PlaceRequest:
    """What placement would be asked for an issue now; its lineup is chosen again from the store."""
    edition = as_first_built(newsroom, store, edition, day)
    history = recall(store, newsroom, edition, day)
    selection = select(selecting(newsroom, store, edition, day, history))
    return placing(newsroom, edition, day, selection.lineup, history, overrides)


def _bring_back(outbox: Outbox, outcome: Outcome, rebuild: bool, personal: Personal | None = None) -> Outcome:
    """An unchanged issue: its folder comes back if it is gone, and is mended if somebody changed it."""
    edition, day = outcome.issue.edition.name, outcome.issue.date
    intact = outbox.read(edition, day) == outcome.files and not rebuild
    finished = personal.write(outbox, outcome.revision, ready=intact) if personal else 0
    if intact:
        return _with_folder(outcome, "restored" if finished else "unchanged", outbox)
    staged = outbox.stage(edition, day, outcome.files)
    if personal:
        personal.bring(staged.folder)
    return _with_folder(outcome, "restored", outbox, outbox.publish(staged))


def _with_folder(outcome: Outcome, status: str, outbox: Outbox, kept: Path | None = None) -> Outcome:
    issue = outcome.issue
    folder = outbox.place(issue.edition.name, issue.date)
    return Outcome(issue, outcome.revision, status, outcome.files, outcome.current, folder, kept)


def _nothing_to_send(
    newsroom: Newsroom,
    edition: Edition,
    day: date,
    window: Window,
    selection: Selection,
    newest: Story | None,
) -> str:
    """Why there is no issue, with what stands in the way: rules by how many stories they stop."""
    clock = newsroom.publication.clock
    least = max(newsroom.thin.min_stories, 1)
    key = "thin.min_stories" if edition.min_stories is None else f"editions.{edition.name}.min_stories"
    shortage = (
        f"{edition.name} of {day}: nothing to send, and nothing was written. An issue needs at least "
        f"{counted(least, 'story', 'stories')} ({key} in digest.yaml)"
    )
    if not selection.candidates:
        there = f"its newest is of {clock(newest.time)}" if newest else "it has no story at all"
        return (
            f"{shortage}, and the store has none from {clock(window.start)} up to "
            f"{clock(window.end)}; {there}. `digest ingest` shows what the sources have."
        )
    rules = Counter(story.why.partition(":")[0] for story in selection.left_out)
    stopped = ", ".join(f"{count} stopped by {rule}" for rule, count in sorted(rules.items()))
    eligible = f"of {counted(selection.candidates, 'candidate')} {len(selection.lineup)} may run"
    notes = "".join(f"\n  {note}" for note in selection.notes)
    return f"{shortage}; {eligible}{stopped and f' ({stopped})'}.{notes}"


def editions_of(newsroom: Newsroom, cadence: str | None, named: tuple[str, ...]) -> tuple[Edition, ...]:
    """The editions a command speaks of, in file order. Raises ``CommandError`` for an unknown name."""
    known = [edition.name for edition in newsroom.editions]
    for name in named:
        if name not in known:
            hint = did_you_mean(name, known, otherwise=f" There are: {', '.join(known)}.")
            raise CommandError(f'there is no edition "{name}" in digest.yaml.{hint}')
    chosen = tuple(e for e in newsroom.editions if e.name in named or (cadence and e.cadence == cadence))
    if not chosen:
        raise CommandError(f"digest.yaml has no {cadence} edition. Its editions are: {', '.join(known)}.")
    return chosen


def summary(outcome: Outcome) -> dict[str, Any]:
    """One built issue as the command line reports it."""
    issue = outcome.issue
    return {
        "edition": issue.edition.name,
        "date": issue.date.isoformat(),
        "revision": outcome.revision,
        "status": outcome.status,
        "folder": str(outcome.folder) if outcome.folder else None,
        "subject": issue.rendered.subject,
        "stories": len(issue.selection.lineup),
        "ads": len(issue.plan.placed),
        "refused": len(issue.plan.refused),
        "bytes": len(issue.rendered.html),
        **({"audience": dict(issue.audience)} if issue.audience else {}),
    }
