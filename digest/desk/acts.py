"""What is done at the desk: a form of the browser becomes the act of a command, in the same history, with an undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from digest.desk.bookings import pause, undo
from digest.desk.desk import CurrentIssue, Desk
from digest.desk.outcome import ActResult, EditConflict, key_of
from digest.errors import AlreadySent, CommandError
from digest.model import Approval, FileChange, Mark, StoryEdit

if TYPE_CHECKING:
    from digest.model import Story
    from digest.store import Store

T = TypeVar("T")
Form = Mapping[str, str]


def act(desk: Desk, current: CurrentIssue, form: Form) -> ActResult:
    """Do what a form says. Raises ``DigestError``, and then nothing was changed."""
    name = form.get("act", "")
    if name not in ACTS:
        raise CommandError(f'nobody here can "{name[:40]}".')
    return ACTS[name](desk, current, form)


def _store(desk: Desk, current: CurrentIssue, act: Callable[[Store], T]) -> T:
    from digest.store import open_store

    with open_store(current.newsroom.store, current.newsroom.publication) as store:
        return act(store)


def _known(desk: Desk, current: CurrentIssue, store: Store, story: str) -> Story:
    """The story; where only a preview has read it so far, the sources are read into the store as `digest ingest` does.

    Raises ``CommandError`` where it is gone.
    """
    from digest.app.decisions import known_stories
    from digest.app.ingest import ingest

    if story and story not in store.stories([story]):
        ingest(current.newsroom, store, current.newsroom.sources, now=desk.now())
    return known_stories(store, [story])[story]


def _still_open(current: CurrentIssue, store: Store, form: Form) -> None:
    """Raises ``AlreadySent`` for a decision about an issue that has left the house, as in a tab of yesterday."""
    built = store.built(current.edition.name, current.day) if form.get("reach") == "issue" else None
    if built and built.sent_at:
        raise AlreadySent(
            f"{current.edition.name} of {current.day} was sent at "
            f"{current.newsroom.publication.clock(built.sent_at)}; nothing in it can change any more. Decide it for "
            "the next issue, or for every issue."
        )


def _reach(current: CurrentIssue, form: Form) -> dict[str, Any]:
    """Which issues an act counts for: this one, this edition's, or every one."""
    reach = form.get("reach", "")
    edition = current.edition.name if reach in ("issue", "edition") else None
    return {"edition": edition, "date": current.day if reach == "issue" else None}


def _mark(desk: Desk, current: CurrentIssue, form: Form) -> ActResult:
    from digest.app import decisions

    name, story, position = form["act"], form.get("story", ""), form.get("position", "").strip()
    if position and not (position.isdecimal() and 0 < int(position) < 1000):
        raise CommandError(f'"{position}" is no place in a section; write 1 for the first.')
    section = form.get("section") or None
    mark = Mark(
        story=story, action="pin" if name == "move" else name, by=desk.who, at=desk.now(), note=form.get("why", ""),
        position=int(position) if position and name == "move" else None, section=section if name == "pin" else None,
        **_reach(current, form),
    )  # fmt: skip

    def do(store: Store) -> ActResult:
        _still_open(current, store, form)
        before = _known(desk, current, store, story)
        if name == "move" and section:
            return _moved(desk, current, form, store, mark, section)
        if name == "move" and not position:
            raise CommandError("say where to: a section, or a place in its section.")
        decisions.mark(current.newsroom, store, [mark])
        verbs = {
            "pin": "Pinned",
            "hold": "Held back",
            "kill": "Killed",
            "move": f"Moved to place {position}",
        }[name]
        warnings = decisions.warnings(current.newsroom, store, [mark], desk.now())
        return ActResult(
            " ".join([f"{verbs}: “{before.title}”.", *warnings.get(story, ())]), key_of(mark), story
        )

    return _store(desk, current, do)


def _moved(desk: Desk, current: CurrentIssue, form: Form, store: Store, pin: Mark, section: str) -> ActResult:
    """A story in another section, and at a place of it if one is said."""
    from digest.app import decisions

    values = decisions.story_words(current.newsroom, {"section": section})
    edit = StoryEdit(
        story=pin.story,
        by=desk.who,
        at=desk.now(),
        note=form.get("why", ""),
        **_reach(current, form),
        **values,  # type: ignore[arg-type]
    )
    before = decisions.edit(store, edit)
    title = next(spec.title for spec in current.newsroom.sections if spec.id == section)
    if pin.position:
        decisions.mark(current.newsroom, store, [pin])
    return ActResult(f"Moved to {title}: “{before.title}”.", key_of(edit), pin.story)


def _pair(desk: Desk, current: CurrentIssue, form: Form) -> ActResult:
    """Two stories tell one event, or they do not: in every issue, as the commands have it."""
    from digest.app import decisions

    story, name = form.get("story", ""), form["act"]

    def do(store: Store) -> ActResult:
        first = _known(desk, current, store, story)
        other_id = _other(store, form.get("other", "").strip())
        if other_id == story:
            raise CommandError("these are one and the same story; choose another one.")
        mark = Mark(
            story=story, action=name, other=other_id, by=desk.who, at=desk.now(), note=form.get("why", "")
        )
        both = decisions.mark(current.newsroom, store, [mark])
        titles = f"“{first.title}” and “{both[other_id].title}”"
        return ActResult(
            f"Told apart: {titles}." if name == "split" else f"One story from now on: {titles}.",
            key_of(mark),
            story,
        )

    return _store(desk, current, do)


def _other(store: Store, named: str) -> str:
    """The id of the story meant, by its id or by its headline. Raises ``CommandError``."""
    if not named:
        raise CommandError("say which other story is meant.")
    if named in store.stories([named]):
        return named
    wanted = named.split()
    ids = [story.id for story in store.search(words=wanted, limit=20) if story.title.split() == wanted]
    ids += [edit.story for edit in store.edits() if (edit.title or "").split() == wanted]
    if not ids:
        raise CommandError(f"no story has the headline or the id “{named[:200]}”; choose one from the list.")
    return ids[0]


def _edit(desk: Desk, current: CurrentIssue, form: Form) -> ActResult:
    from digest.app import decisions
    from digest.model import with_edits

    form_values = {name: form[name] for name in ("title", "summary", "image") if name in form}
    story = form.get("story", "")

    def do(store: Store) -> ActResult:
        _still_open(current, store, form)
        before = _known(desk, current, store, story)
        with store.writing():  # nobody else's words come between looking and saving
            return saved(store, before)

    def saved(store: Store, before: Story) -> ActResult:
        (now,) = with_edits([before], store.edits(), current.edition.name, current.day)
        stand = {"title": now.title, "summary": now.summary, "image": now.image.url if now.image else ""}
        changed = {}
        for name, value in form_values.items():
            was = form.get(f"was_{name}", stand[name])
            if " ".join(value.split()) == " ".join(was.split()):
                continue
            if stand[name] != was and form.get("sure") != "1":
                raise EditConflict(
                    f"The {name} of this story was changed by somebody else since you opened it. Nothing was saved.",
                    {name: stand[name]},
                )
            changed[name] = value
        if not changed:
            raise CommandError("nothing was changed: the words are as they were.")
        values = decisions.story_words(current.newsroom, changed)
        edit = StoryEdit(
            story=story,
            by=desk.who,
            at=desk.now(),
            note=form.get("why", ""),
            **_reach(current, form),
            **values,  # type: ignore[arg-type]
        )
        decisions.edit(store, edit)
        return ActResult(f"Edited: “{values.get('title', now.title)}”.", key_of(edit), story)

    return _store(desk, current, do)


def _release(desk: Desk, current: CurrentIssue, form: Form) -> ActResult:
    story = form.get("story", "")

    def do(store: Store) -> ActResult:
        before = _known(desk, current, store, story)
        at = desk.now()
        if not store.release([story], at=at, by=desk.who, note=form.get("why", "")):
            raise CommandError("nothing to release: no decision stands about this story any more.")
        release = next(mark for mark in reversed(store.marks_of(story)) if mark.action == "release")
        return ActResult(f"Released: “{before.title}”.", key_of(release), story)

    return _store(desk, current, do)


def _note(desk: Desk, current: CurrentIssue, form: Form) -> ActResult:
    from digest.app import decisions
    from digest.render import printed_as_written

    form_values = {
        name: form[name].replace("\r\n", "\n") for name in ("text", "subject", "preheader") if name in form
    }

    def do(store: Store) -> ActResult:
        with store.writing():
            return written(store)

    def written(store: Store) -> ActResult:
        before = store.note(current.edition.name, current.day)
        for name, value in form_values.items():
            was = form.get(f"was_{name}", "").replace("\r\n", "\n")
            stands = getattr(before, name) if before else ""
            if stands != was and stands != value.strip() and form.get("sure") != "1":
                raise EditConflict(
                    "Somebody else wrote this note since you opened it. Nothing was saved.", {name: stands}
                )
        values = {} if form.get("clear") == "1" else form_values
        note = decisions.write_note(
            current.newsroom, store, current.edition.name, current.day, values, by=desk.who, at=desk.now()
        )
        said = "The note is saved." if note else "The note is taken back."
        odd = [f"Readers see the marks: {remark}" for remark in printed_as_written(note.text)]
        return ActResult(" ".join([said, *odd]), key_of(note), "note")

    return _store(desk, current, do)


def _approve(desk: Desk, current: CurrentIssue, form: Form) -> ActResult:
    from digest.app import decisions

    revision = form.get("revision", "")
    if not revision.isdecimal():
        raise CommandError("say which revision you have read.")

    def do(store: Store) -> ActResult:
        approval = decisions.approve(
            current.newsroom, store, current.edition.name, current.day, int(revision), note=form.get("why", ""),
            by=desk.who, at=desk.now(),
        )  # fmt: skip
        text = f"Approved: revision {approval.revision} of {approval.edition} {approval.date}."
        return ActResult(text, key_of(approval))

    return _store(desk, current, do)


def _undo(desk: Desk, current: CurrentIssue, form: Form) -> ActResult:
    """Take one row of the history back, of whoever and from wherever it came."""
    from digest.app import decisions

    key = form.get("key", "")
    changed: list[FileChange] = []

    def do(store: Store) -> ActResult:
        name, day = current.edition.name, current.day
        rows: list[Any] = [
            *store.marks_of(),
            *store.edits(),
            *store.notes(name, day),
            *store.approvals(name, day),
            *store.file_changes(),
        ]
        decision = next((row for row in rows if key_of(row) == key), None)
        if decision is None:
            raise CommandError("this is not in the history; nothing was changed.")
        if isinstance(decision, FileChange):
            changed.append(decision)
        elif isinstance(decision, Approval):
            decisions.withdraw(store, name, day, note="undo", by=desk.who, at=desk.now())
        else:
            store.undo(decision, at=desk.now(), by=desk.who)
        return ActResult("Taken back.", at=getattr(decision, "story", ""))

    done = _store(desk, current, do)
    if changed:
        return undo(desk, current, changed[0])
    return done


def _pause(desk: Desk, current: CurrentIssue, form: Form) -> ActResult:
    return pause(desk, current, form.get("line_item", ""), form["act"] == "pause")


ACTS: Mapping[str, Callable[[Desk, CurrentIssue, Form], ActResult]] = {
    "pin": _mark, "hold": _mark, "kill": _mark, "move": _mark, "edit": _edit, "release": _release, "note": _note,
    "approve": _approve, "split": _pair, "join": _pair, "undo": _undo, "pause": _pause, "resume": _pause,
}  # fmt: skip
