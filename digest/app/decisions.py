"""What editors decide, from the command line or in the browser: the same rows, the same sentences, the same undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from digest.app.newsdesk import issue_due, verdict
from digest.errors import AlreadySent, CommandError
from digest.model import Approval, IssueNote, Mark, Newsroom, Story, StoryEdit
from digest.model.issue_date import day_of
from digest.model.urls import is_web_url
from digest.select import why_no_issue

if TYPE_CHECKING:
    from digest.store import Store

LONGEST = 20_000  # characters of a note


def match_of(room: Newsroom, section: str) -> frozenset[str]:
    """The source categories of a section, in lower case. Raises ``CommandError`` for an unknown one."""
    for spec in room.sections:
        if spec.id == section:
            return frozenset(name.casefold() for name in (*spec.match, spec.title, spec.id))
    raise CommandError(
        f'digest.yaml has no section "{section}" (there are: {", ".join(s.id for s in room.sections)}).'
    )


def known_stories(store: Store, ids: Sequence[str]) -> dict[str, Story]:
    """The stories by id. Raises ``CommandError`` where one of them is not there."""
    found = store.stories(ids)
    if missing := [one for one in ids if one not in found]:
        raise CommandError(
            f"no story has the id {', '.join(missing)}; nothing was changed. `digest stories list` shows ids."
        )
    return found


def mark(room: Newsroom, store: Store, marks: Sequence[Mark]) -> dict[str, Story]:
    """Pin, hold, kill, split or join stories; returns them by id. Raises ``CommandError``, and then marks nothing."""
    for section in {one.section for one in marks if one.section}:
        match_of(room, section)
    found = known_stories(store, [id for one in marks for id in (one.story, one.other) if id])
    for one in marks:
        store.mark(one)
    return found


def doubts(room: Newsroom, store: Store, marks: Iterable[Mark], now: datetime) -> dict[str, list[str]]:
    """What keeps pinned stories out of the issues they are pinned for, as things stand."""
    found: dict[str, list[str]] = {}
    for one in marks:
        for edition in room.editions:
            if one.edition not in (None, edition.name):
                continue
            day = one.date or issue_due(room, store, edition, now)
            if one.until and one.until < day_of(day):
                found.setdefault(one.story, []).append(f"{edition.name} {day} comes after {one.until}.")
                continue
            said = verdict(room, store, edition, day, one.story, now)
            if said.why:
                found.setdefault(one.story, []).append(
                    f"as things stand it will not run in {edition.name} {day}: {said.why}"
                )
    return found


def without_issue(room: Newsroom, said: Iterable[Mark | StoryEdit]) -> list[str]:
    """Decisions for an edition on a date on which it has no issue: they stand, and do nothing."""
    found = []
    for one in said:
        edition = room.edition(one.edition or "")
        if edition and one.date and (why := why_no_issue(edition, one.date)):
            found.append(f"{edition.name} {one.date} is no issue, so this does nothing: {why}")
    return found


def story_words(room: Newsroom, given: Mapping[str, str | None]) -> dict[str, str]:
    """An editor's words (``title``, ``summary``, ``image``, ``section``), each one line; ``None`` is not said.

    Raises ``CommandError`` for words that no issue can carry.
    """
    words = {name: " ".join(value.split()) for name, value in given.items() if value is not None}
    if not words:
        raise CommandError("say what to change: --title, --summary, --image or --section (or --clear).")
    if "title" in words and not words["title"]:
        raise CommandError("a story needs a title; to keep it out: digest stories kill.")
    if image := words.get("image"):
        words["image"] = _picture(room, image)
    if "section" in words:
        match_of(room, words["section"])
    return words


def _picture(room: Newsroom, said: str) -> str:
    """A web address, or a picture file of the newsroom by its path. Raises ``CommandError``."""
    from digest.model.keys.web import picture
    from digest.model.keys.words import InvalidValue
    from digest.render.pictures import local, measured

    if is_web_url(said):
        return said
    try:
        place = picture(said)
        path = local(room.root, {}, place)
        if path is not None and measured(path.read_bytes())[0]:
            return place
    except InvalidValue as error:
        raise CommandError(f"--image {error.says} {error.cure}") from None
    except OSError:
        raise CommandError(
            f'--image "{said[:200]}" is neither a web address (with https:// in front) nor a file of the newsroom '
            f"({room.root}), such as pictures/pier.jpg."
        ) from None
    raise CommandError(f'--image "{said[:200]}" is no png, jpg or gif picture. Save it as one of these.')


def edit(store: Store, made: StoryEdit) -> Story:
    """Remember an editor's words; returns the story as its source has it. Raises ``CommandError``."""
    found = known_stories(store, [made.story])
    store.edit(made)
    return found[made.story]


def write_note(
    room: Newsroom, store: Store, edition: str, day: date, words: Mapping[str, str], *, by: str, at: datetime
) -> IssueNote:
    """Change the note, subject or preheader of an issue; what ``words`` does not name stays, no words take all back.

    Two who write at once write one after the other: neither's words are lost. Raises ``AlreadySent``, or
    ``CommandError`` for words that no issue can carry.
    """
    with store.writing():
        return _write_note(room, store, edition, day, words, by=by, at=at)


def _write_note(
    room: Newsroom, store: Store, edition: str, day: date, words: Mapping[str, str], *, by: str, at: datetime
) -> IssueNote:
    built = store.built(edition, day)
    if built and built.sent_at:
        raise AlreadySent(
            f"{edition} of {day} was sent at {room.publication.clock(built.sent_at)}; its words cannot change any "
            "more. Write the correction as the note of the next issue: "
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
    room: Newsroom,
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
        given = Approval(
            edition=edition, date=built.date, revision=built.revision, manifest=built.manifest_sha256,
            note=note, by=by, at=at,
        )  # fmt: skip
        store.approve(given)
        return given


def withdraw(store: Store, edition: str, day: date, *, note: str, by: str, at: datetime) -> Approval:
    """Take the yes to an issue back; its next revision needs one anyway. Raises ``CommandError``, ``AlreadySent``."""
    with store.lock(edition):
        if store.is_sent(edition, day):
            raise AlreadySent(f"{edition} of {day} was sent; its approval cannot be taken back any more.")
        given = store.approval(edition, day)
        if given is None:
            raise CommandError(f"{edition} of {day} is not approved; there is nothing to take back.")
        no = replace(given, manifest="", note=note, by=by, at=at)
        store.approve(no)
        return no
