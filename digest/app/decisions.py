"""What editors decide, from the command line or in the browser: the same rows, the same sentences, the same undo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from digest.app.newsdesk import issue_due, verdict
from digest.errors import AlreadySent, CommandError
from digest.model import Approval, Edition, IssueNote, Mark, Newsroom, Story, StoryEdit
from digest.model.issue_date import day_of
from digest.model.text import TITLE
from digest.model.urls import is_web_url
from digest.select import why_no_issue

if TYPE_CHECKING:
    from digest.store import Store

LONGEST = 20_000  # characters of a note
_LATELY = timedelta(days=14)  # in which an issue that went out is still on somebody's mind


def match_of(newsroom: Newsroom, section: str) -> frozenset[str]:
    """The source categories of a section, in lower case. Raises ``CommandError`` for an unknown one."""
    for spec in newsroom.sections:
        if spec.id == section:
            return frozenset(name.casefold() for name in (*spec.match, spec.id))
    raise CommandError(
        f'digest.yaml has no section "{section}" (there are: {", ".join(s.id for s in newsroom.sections)}).'
    )


def known_stories(store: Store, ids: Sequence[str]) -> dict[str, Story]:
    """The stories by id. Raises ``CommandError`` where one of them is not there."""
    stories = store.stories(ids)
    if missing := [id for id in ids if id not in stories]:
        raise CommandError(
            f"no story has the id {', '.join(missing)}; nothing was changed. `digest stories list` shows ids."
        )
    return stories


def mark(newsroom: Newsroom, store: Store, marks: Sequence[Mark]) -> dict[str, Story]:
    """Pin, hold, kill, split or join stories; returns them by id. Raises ``CommandError``, and then marks nothing."""
    for section in {mark.section for mark in marks if mark.section}:
        match_of(newsroom, section)
    stories = known_stories(store, [id for mark in marks for id in (mark.story, mark.other) if id])
    for decision in marks:
        store.mark(decision)
    return stories


def warnings(newsroom: Newsroom, store: Store, marks: Iterable[Mark], now: datetime) -> dict[str, list[str]]:
    """By story: what keeps a pinned one out as things stand, where a held or killed one is already, what is idle."""
    reasons: dict[str, list[str]] = {}
    for mark in marks:
        said = without_issue(newsroom, [mark])
        if not said:
            said = [*_kept_out(newsroom, store, mark, now)] if mark.action == "pin" else [
                *_over(newsroom, store, mark, now), *_there_already(newsroom, store, mark, now)
            ]  # fmt: skip
        if said:
            reasons[mark.story] = said
    return reasons


def _reached(newsroom: Newsroom, store: Store, mark: Mark, now: datetime) -> Iterator[tuple[Edition, date]]:
    """The issues a mark speaks of that come next: of each edition one; none on a date without one."""
    for edition in newsroom.editions:
        if mark.edition in (None, edition.name) and not (mark.date and why_no_issue(edition, mark.date)):
            yield edition, mark.date or issue_due(newsroom, store, edition, now)


def _kept_out(newsroom: Newsroom, store: Store, mark: Mark, now: datetime) -> Iterator[str]:
    for edition, day in _reached(newsroom, store, mark, now):
        if mark.until and mark.until < day_of(day):
            yield f"{edition.name} {day} comes after {mark.until}."
        elif why := verdict(newsroom, store, edition, day, mark.story, now).why:
            yield f"as things stand it will not run in {edition.name} {day}: {why}"


def _over(newsroom: Newsroom, store: Store, mark: Mark, now: datetime) -> Iterator[str]:
    """A hold or kill that ends before any issue to come."""
    coming = list(_reached(newsroom, store, mark, now))
    if mark.until and coming and all(mark.until < day_of(day) for _, day in coming):
        edition, day = coming[0]
        yield f"{edition.name} {day} comes after {mark.until}, so this does nothing there."


def _there_already(newsroom: Newsroom, store: Store, mark: Mark, now: datetime) -> Iterator[str]:
    """Issues of the last days that have a story which is held or killed now."""
    today = now.astimezone(newsroom.publication.zone).date()
    for run in store.ran_stories(
        mark.date or today - _LATELY, mark.date or mark.until or date.max, mark.edition
    ):
        built = store.built(run.edition, run.date) if run.story.id == mark.story else None
        if built and built.sent_at:
            yield (
                f"it went out in {run.edition} of {run.date}; what can be done: "
                f"digest issues correction {run.edition} {run.date}"
            )
        elif built:
            yield f"it stands in {run.edition} of {run.date} until that is built again."


def without_issue(newsroom: Newsroom, decisions: Iterable[Mark | StoryEdit]) -> list[str]:
    """Decisions for a date without an issue, of their edition or of any: they stand, and do nothing."""
    remarks = []
    for decision in decisions:
        editions = [edition for edition in newsroom.editions if decision.edition in (None, edition.name)]
        reasons = [decision.date and why_no_issue(edition, decision.date) for edition in editions]
        if reasons and all(reasons):
            name = (
                f"{decision.edition} {decision.date} is no issue"
                if decision.edition
                else "no edition has that issue"
            )
            remarks.append(f"{name}, so this does nothing: {reasons[0]}")
    return remarks


def story_words(newsroom: Newsroom, changes: Mapping[str, str | None]) -> dict[str, str]:
    """An editor's words (``title``, ``summary``, ``image``, ``section``), each one line; ``None`` is not said.

    Raises ``CommandError`` for words that no issue can carry.
    """
    words = {name: " ".join(value.split()) for name, value in changes.items() if value is not None}
    if not words:
        raise CommandError("say what to change: --title, --summary, --image or --section (or --clear).")
    if "title" in words and not words["title"]:
        raise CommandError("a story needs a title; to keep it out: digest stories kill.")
    if len(title := words.get("title", "")) > TITLE:
        raise CommandError(f"the title has {len(title):,} characters; at most {TITLE} fit a headline.")
    if image := words.get("image"):
        words["image"] = _picture(newsroom, image)
    if "section" in words:
        match_of(newsroom, words["section"])
    return words


def _picture(newsroom: Newsroom, location: str) -> str:
    """A web address, or a picture file of the newsroom by its path. Raises ``CommandError``."""
    from digest.model.keys.web import picture
    from digest.model.keys.words import InvalidValue
    from digest.render.pictures import local, measured

    if is_web_url(location):
        return location
    try:
        place = picture(location)
        path = local(newsroom.root, {}, place)
        if path is not None and measured(path.read_bytes())[0]:
            return place
    except InvalidValue as error:
        raise CommandError(f"--image {error.says} {error.cure}") from None
    except OSError:
        raise CommandError(
            f'--image "{location[:200]}" is neither a web address (with https:// in front) nor a file of the newsroom '
            f"({newsroom.root}), such as pictures/pier.jpg."
        ) from None
    raise CommandError(f'--image "{location[:200]}" is no png, jpg or gif picture. Save it as one of these.')


def edit(store: Store, words: StoryEdit) -> Story:
    """Remember an editor's words; returns the story as its source has it. Raises ``CommandError``."""
    stories = known_stories(store, [words.story])
    store.edit(words)
    return stories[words.story]


def write_note(
    newsroom: Newsroom,
    store: Store,
    edition: str,
    day: date,
    words: Mapping[str, str],
    *,
    by: str,
    at: datetime,
) -> IssueNote:
    """Change the note, subject or preheader of an issue; what ``words`` does not name stays, no words take all back.

    Two who write at once write one after the other: neither's words are lost. Raises ``AlreadySent``, or
    ``CommandError`` for words that no issue can carry.
    """
    with store.writing():
        built = store.built(edition, day)
        if built and built.sent_at:
            raise AlreadySent(
                f"{edition} of {day} was sent at {newsroom.publication.clock(built.sent_at)}; its words cannot "
                "change any more. Write the correction as the note of the next issue: "
                f'digest note {edition} --text "Correction: …"'
            )
        written = IssueNote(edition=edition, date=day, by=by, at=at)
        if words:
            before = store.note(edition, day) or written
            written = replace(before, by=by, at=at, **{key: value.strip() for key, value in words.items()})  # type: ignore[arg-type]
        if len(written.text) > LONGEST:
            raise CommandError(
                f"the note has {len(written.text):,} characters; at most {LONGEST:,} fit an e-mail."
            )
        for key in ("subject", "preheader"):
            if "\n" in getattr(written, key):
                raise CommandError(f"--{key} is one line.")
        store.write_note(written)
    return written


def approve(
    newsroom: Newsroom,
    store: Store,
    edition: str,
    day: date,
    revision: int | None,
    *,
    note: str,
    by: str,
    at: datetime,
) -> Approval:
    """Say yes to an issue as it is built now, or to the ``revision`` that was read. Raises ``CommandError``."""
    with store.lock(edition):
        built = store.built(edition, day)
        if built is None:
            raise CommandError(f"{edition} of {day} was never built; there is nothing to approve yet.")
        if revision is not None and revision != built.revision:
            gone = "no longer exists" if revision < built.revision else "was never built"
            raise CommandError(
                f"revision {revision} of {edition} {day} {gone}; the latest is revision {built.revision}. "
                f"Read that one, then: digest approve {edition} {day} --revision {built.revision}"
            )
        approval = Approval(
            edition=edition, date=built.date, revision=built.revision, manifest=built.manifest_sha256,
            note=note, by=by, at=at,
        )  # fmt: skip
        store.approve(approval)
        return approval


def withdraw(store: Store, edition: str, day: date, *, note: str, by: str, at: datetime) -> Approval:
    """Take the yes to an issue back; its next revision needs one anyway. Raises ``CommandError``, ``AlreadySent``."""
    with store.lock(edition):
        if store.is_sent(edition, day):
            raise AlreadySent(f"{edition} of {day} was sent; its approval cannot be taken back any more.")
        approval = store.approval(edition, day)
        if approval is None:
            raise CommandError(f"{edition} of {day} is not approved; there is nothing to take back.")
        withdrawn = replace(approval, manifest="", note=note, by=by, at=at)
        store.approve(withdrawn)
        return withdrawn
