"""What ``digest build`` says of each issue, for people and as JSON."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from digest.cli.output import say, warn
from digest.errors import DigestError, NothingToSend

if TYPE_CHECKING:
    from digest.app.pipeline import Outcome
    from digest.model import Edition, Newsroom


def failed(
    edition: Edition, day: date | str | None, error: DigestError, code: int
) -> tuple[dict[str, Any], int]:
    """What is told of an edition that has no issue, and its exit code."""
    warn(f"digest: {error}")
    status = "skipped" if code == NothingToSend.exit_code else "failed"
    row = {"edition": edition.name, "date": day, "status": status, "error": str(error), "exit_code": code}
    return row, code


def as_json(outcome: Outcome, dry_run: bool) -> dict[str, Any]:
    from json import loads

    from digest.app.pipeline import summary

    row = summary(outcome)
    return row | {"manifest": loads(outcome.files["manifest.json"])} if dry_run else row


_WORDS = {
    "built": "built",
    "unchanged": "already up to date, nothing changed",
    "restored": "unchanged; its folder is written again",
    "rehearsed": "dry run, nothing written",
}


def tell(newsroom: Newsroom, outcome: Outcome, dry_run: bool) -> None:
    from digest.app.history import audience_of
    from digest.app.pipeline import summary
    from digest.model.counts import counted
    from digest.render import without_data
    from digest.render.pictures import lost

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
    for lacking in without_data(newsroom, row["edition"]):
        say(f"  {lacking}; the issue goes without it")
    if behind := sum(left.why.startswith("same_event:") for left in outcome.issue.selection.left_out):
        stand = counted(behind, "story stands behind another", "stories stand behind others")
        say(f"  {stand}: digest explain says which")
    if outcome.issue.audience:
        from digest.cli.audience import tell

        tell(outcome.issue.audience)
        weight = sum(map(len, outcome.issue.rendered.images.values()))
        if weight and not newsroom.images.base_url:
            warn(
                f"digest: every reader's message carries the newsroom's pictures ({weight / 1000:,.0f} kB); with "
                "`images.base_url` in digest.yaml they lie on a server once."
            )
    elif gone := audience_of(outcome.current):
        warn(
            f"digest: the audience of {counted(gone['readers'], 'reader')} that revision {outcome.revision - 1} had is "
            "gone."
        )
    if outcome.folder:
        say(f"  {outcome.folder}/index.html")
    if outcome.status == "unchanged" and outcome.issue.edition.cadence == "on_demand":
        _tell_next(outcome)
    for name in _without_creatives(newsroom, outcome):
        warn(f'digest: line item "{name}" is missed: it has no creative for the issue of {row["date"]}.')
    for fault in lost(newsroom, outcome.issue.plan):
        warn(f"digest: {fault}")
    if gap := outcome.issue.plan.optimality_gap:
        warn(f"digest: {gap.words}.")
    if outcome.kept:
        warn(f"digest: the folder had been changed by hand; what lay there is kept as {outcome.kept}.")
    if dry_run:
        _show(newsroom, outcome)


def _tell_next(outcome: Outcome) -> None:
    """How the next special of the day is made, for whoever expected it."""
    from digest.model.issue_date import number_of, numbered

    name, day = outcome.issue.edition.name, outcome.issue.date
    say(
        f"  The next special comes once this one is sent (digest mark-sent {name} {day}) or handed over. To have it "
        f"at once: digest build --edition {name} --date {numbered(day, number_of(day) + 1)}"
    )


def _without_creatives(newsroom: Newsroom, outcome: Outcome) -> list[str]:
    """The bookings that nothing but a creative keeps out of the issue."""
    day = outcome.issue.date
    out = {refusal.line_item for refusal in outcome.issue.plan.refused if refusal.rule == "creative"}
    return [item.id for item in newsroom.ads.line_items if item.id in out and not item.creatives_on(day)]


def _show(newsroom: Newsroom, outcome: Outcome) -> None:
    from json import loads

    from digest.cli.explain import show

    show(newsroom, loads(outcome.files["manifest.json"]), every=False)
