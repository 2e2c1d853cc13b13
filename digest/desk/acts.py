"""What is done at the desk: a form of the browser becomes the act of a command, in the same history, with an undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from digest.desk.bookings import pause, undo
from digest.desk.desk import Desk, Seen
from digest.desk.outcome import Changed, Done, key_of
from digest.errors import AlreadySent, CommandError
from digest.model import Approval, FileChange, Mark, StoryEdit

if TYPE_CHECKING:
    from digest.model import Story
    from digest.store import Store

T = TypeVar("T")
Form = Mapping[str, str]


def act(desk: Desk, seen: Seen, form: Form) -> Done:
    """Do what a form says. Raises ``DigestError``, and then nothing was changed."""
    name = form.get("act", "")
    if name not in ACTS:
        raise CommandError(f'nobody here can "{name[:40]}".')
    return ACTS[name](desk, seen, form)


def _store(desk: Desk, seen: Seen, act: Callable[[Store], T]) -> T:
    from digest.store import open_store

    with open_store(seen.room.store, seen.room.publication) as store:
        return act(store)


def _known(desk: Desk, seen: Seen, store: Store, story: str) -> Story:
    """The story; where only a preview has read it so far, the sources are read into the store as `digest ingest` does.

    Raises ``CommandError`` where it is gone.
    """
    from digest.app.decisions import known_stories
    from digest.app.ingest import ingest

    if story and story not in store.stories([story]):
        ingest(seen.room, store, seen.room.sources, now=desk.now())
    return known_stories(store, [story])[story]


def _still_open(seen: Seen, store: Store, form: Form) -> None:
    """Raises ``AlreadySent`` for a decision about an issue that has left the house, as in a tab of yesterday."""
    built = store.built(seen.edition.name, seen.day) if form.get("reach") == "issue" else None
    if built and built.sent_at:
        raise AlreadySent(
            f"{seen.edition.name} of {seen.day} was sent at {seen.room.publication.clock(built.sent_at)}; nothing "
            "in it can change any more. Decide it for the next issue, or for every issue."
        )


def _reach(seen: Seen, form: Form) -> dict[str, Any]:
    """Which issues an act counts for: this one, this edition's, or every one."""
    reach = form.get("reach", "")
    edition = seen.edition.name if reach in ("issue", "edition") else None
    return {"edition": edition, "date": seen.day if reach == "issue" else None}


def _mark(desk: Desk, seen: Seen, form: Form) -> Done:
    from digest.app import decisions

    name, story, where = form["act"], form.get("story", ""), form.get("position", "").strip()
    if where and not (where.isdecimal() and 0 < int(where) < 1000):
        raise CommandError(f'"{where}" is no place in a section; write 1 for the first.')
    section = form.get("section") or None
    made = Mark(
        story=story, action="pin" if name == "move" else name, by=desk.who, at=desk.now(), note=form.get("why", ""),
        position=int(where) if where and name == "move" else None, section=section if name == "pin" else None,
        **_reach(seen, form),
    )  # fmt: skip

    def do(store: Store) -> Done:
        _still_open(seen, store, form)
        found = _known(desk, seen, store, story)
        if name == "move" and section:
            return _moved(desk, seen, form, store, made, section)
        if name == "move" and not where:
            raise CommandError("say where to: a section, or a place in its section.")
        decisions.mark(seen.room, store, [made])
        said = {"pin": "Pinned", "hold": "Held back", "kill": "Killed", "move": f"Moved to place {where}"}[
            name
        ]
        doubts = decisions.doubts(seen.room, store, [made], desk.now()) if made.action == "pin" else {}
        return Done(" ".join([f"{said}: “{found.title}”.", *doubts.get(story, ())]), key_of(made), story)

    return _store(desk, seen, do)


def _moved(desk: Desk, seen: Seen, form: Form, store: Store, pin: Mark, section: str) -> Done:
    """A story in another section, and at a place of it if one is said."""
    from digest.app import decisions

    words = decisions.story_words(seen.room, {"section": section})
    edit = StoryEdit(
        story=pin.story,
        by=desk.who,
        at=desk.now(),
        note=form.get("why", ""),
        **_reach(seen, form),
        **words,  # type: ignore[arg-type]
    )
    found = decisions.edit(store, edit)
    title = next(spec.title for spec in seen.room.sections if spec.id == section)
    if pin.position:
        decisions.mark(seen.room, store, [pin])
    return Done(f"Moved to {title}: “{found.title}”.", key_of(edit), pin.story)


def _pair(desk: Desk, seen: Seen, form: Form) -> Done:
    """Two stories tell one event, or they do not: in every issue, as the commands have it."""
    from digest.app import decisions

    story, name = form.get("story", ""), form["act"]

    def do(store: Store) -> Done:
        found = _known(desk, seen, store, story)
        other = _other(store, form.get("other", "").strip())
        if other == story:
            raise CommandError("these are one and the same story; choose another one.")
        made = Mark(
            story=story, action=name, other=other, by=desk.who, at=desk.now(), note=form.get("why", "")
        )
        both = decisions.mark(seen.room, store, [made])
        said = f"“{found.title}” and “{both[other].title}”"
        return Done(
            f"Told apart: {said}." if name == "split" else f"One story from now on: {said}.",
            key_of(made),
            story,
        )

    return _store(desk, seen, do)


def _other(store: Store, named: str) -> str:
    """The id of the story meant, by its id or by its headline. Raises ``CommandError``."""
    if not named:
        raise CommandError("say which other story is meant.")
    if named in store.stories([named]):
        return named
    wanted = named.split()
    alike = [one.id for one in store.search(words=wanted, limit=20) if one.title.split() == wanted]
    alike += [one.story for one in store.edits() if (one.title or "").split() == wanted]
    if not alike:
        raise CommandError(f"no story has the headline or the id “{named[:200]}”; choose one from the list.")
    return alike[0]


def _edit(desk: Desk, seen: Seen, form: Form) -> Done:
    from digest.app import decisions
    from digest.model import with_edits

    given = {name: form[name] for name in ("title", "summary", "image") if name in form}
    story = form.get("story", "")

    def do(store: Store) -> Done:
        _still_open(seen, store, form)
        found = _known(desk, seen, store, story)
        with store.writing():  # nobody else's words come between looking and saving
            return saved(store, found)

    def saved(store: Store, found: Story) -> Done:
        (now,) = with_edits([found], store.edits(), seen.edition.name, seen.day)
        stand = {"title": now.title, "summary": now.summary, "image": now.image.url if now.image else ""}
        changed = {}
        for name, value in given.items():
            was = form.get(f"was_{name}", stand[name])
            if " ".join(value.split()) == " ".join(was.split()):
                continue
            if stand[name] != was and form.get("sure") != "1":
                raise Changed(
                    f"The {name} of this story was changed by somebody else since you opened it. Nothing was saved.",
                    {name: stand[name]},
                )
            changed[name] = value
        if not changed:
            raise CommandError("nothing was changed: the words are as they were.")
        words = decisions.story_words(seen.room, changed)
        made = StoryEdit(
            story=story,
            by=desk.who,
            at=desk.now(),
            note=form.get("why", ""),
            **_reach(seen, form),
            **words,  # type: ignore[arg-type]
        )
        decisions.edit(store, made)
        return Done(f"Edited: “{words.get('title', now.title)}”.", key_of(made), story)

    return _store(desk, seen, do)


def _release(desk: Desk, seen: Seen, form: Form) -> Done:
    story = form.get("story", "")

    def do(store: Store) -> Done:
        found = _known(desk, seen, store, story)
        at = desk.now()
        if not store.release([story], at=at, by=desk.who, note=form.get("why", "")):
            raise CommandError("nothing to release: no decision stands about this story any more.")
        made = next(mark for mark in reversed(store.marks_of(story)) if mark.action == "release")
        return Done(f"Released: “{found.title}”.", key_of(made), story)

    return _store(desk, seen, do)


def _note(desk: Desk, seen: Seen, form: Form) -> Done:
    from digest.app import decisions

    given = {
        name: form[name].replace("\r\n", "\n") for name in ("text", "subject", "preheader") if name in form
    }

    def do(store: Store) -> Done:
        with store.writing():
            return written(store)

    def written(store: Store) -> Done:
        before = store.note(seen.edition.name, seen.day)
        for name, value in given.items():
            was = form.get(f"was_{name}", "").replace("\r\n", "\n")
            stands = getattr(before, name) if before else ""
            if stands != was and stands != value.strip() and form.get("sure") != "1":
                raise Changed(
                    "Somebody else wrote this note since you opened it. Nothing was saved.", {name: stands}
                )
        words = {} if form.get("clear") == "1" else given
        made = decisions.write_note(
            seen.room, store, seen.edition.name, seen.day, words, by=desk.who, at=desk.now()
        )
        return Done("The note is saved." if made else "The note is taken back.", key_of(made), "note")

    return _store(desk, seen, do)


def _approve(desk: Desk, seen: Seen, form: Form) -> Done:
    from digest.app import decisions

    revision = form.get("revision", "")
    if not revision.isdecimal():
        raise CommandError("say which revision you have read.")

    def do(store: Store) -> Done:
        made = decisions.approve(
            seen.room, store, seen.edition.name, seen.day, int(revision), note=form.get("why", ""), by=desk.who,
            at=desk.now(),
        )  # fmt: skip
        return Done(f"Approved: revision {made.revision} of {made.edition} {made.date}.", key_of(made))

    return _store(desk, seen, do)


def _undo(desk: Desk, seen: Seen, form: Form) -> Done:
    """Take one row of the history back, of whoever and from wherever it came."""
    from digest.app import decisions

    key = form.get("key", "")
    changed: list[FileChange] = []

    def do(store: Store) -> Done:
        name, day = seen.edition.name, seen.day
        rows: list[Any] = [
            *store.marks_of(),
            *store.edits(),
            *store.notes(name, day),
            *store.approvals(name, day),
            *store.file_changes(),
        ]
        made = next((row for row in rows if key_of(row) == key), None)
        if made is None:
            raise CommandError("this is not in the history; nothing was changed.")
        if isinstance(made, FileChange):
            changed.append(made)
        elif isinstance(made, Approval):
            decisions.withdraw(store, name, day, note="undo", by=desk.who, at=desk.now())
        else:
            store.undo(made, at=desk.now(), by=desk.who)
        return Done("Taken back.", at=getattr(made, "story", ""))

    done = _store(desk, seen, do)
    if changed:
        return undo(desk, seen, changed[0])
    return done


def _pause(desk: Desk, seen: Seen, form: Form) -> Done:
    return pause(desk, seen, form.get("line_item", ""), form["act"] == "pause")


ACTS: Mapping[str, Callable[[Desk, Seen, Form], Done]] = {
    "pin": _mark, "hold": _mark, "kill": _mark, "move": _mark, "edit": _edit, "release": _release, "note": _note,
    "approve": _approve, "split": _pair, "join": _pair, "undo": _undo, "pause": _pause, "resume": _pause,
}  # fmt: skip
