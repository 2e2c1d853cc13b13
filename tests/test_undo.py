"""Undo: one decision is taken back, and everything else stands as it stood."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digest.errors import CommandError
from digest.model import IssueNote, Mark, StoryEdit, with_edits
from digest.store import Store, open_store
from tests.newsrooms import PUBLICATION, Room, newsroom

DAY = date(2026, 1, 23)
AT = datetime(2026, 1, 23, 9, tzinfo=UTC)
LATER = AT + timedelta(hours=5)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = newsroom(tmp_path)
    assert room.run("ingest").code == 0
    return room


@pytest.fixture
def store(room: Room) -> Iterator[Store]:
    with open_store(f"sqlite:///{room.root}/var/digest.db", PUBLICATION) as opened:
        yield opened


def marked(store: Store, action: str, minute: int, story: str = "s1", **more: object) -> Mark:
    made = Mark(story=story, action=action, by="mara", at=AT + timedelta(minutes=minute), **more)  # type: ignore[arg-type]
    store.mark(made)
    return made


def standing(store: Store) -> list[tuple[str, str, str | None, int | None]]:
    return sorted((m.story, m.action, m.edition, m.position) for m in store.marks())


def test_a_kill_that_is_undone_leaves_every_other_decision(store: Store) -> None:
    marked(store, "pin", 1, position=2)
    marked(store, "hold", 2, edition="daily")
    marked(store, "pin", 3, story="s2")
    before = standing(store)
    kill = marked(store, "kill", 4)
    marked(store, "split", 5, other="s2")
    store.undo(kill, at=LATER, by="ann")
    assert standing(store) == sorted([*before, ("s1", "split", None, None)])
    assert [(m.action, m.by, m.note) for m in store.marks_of("s1")[-4:] if m.action == "release"] == [
        ("release", "ann", "undo")
    ]


def test_a_pin_to_another_place_gives_the_first_place_back(store: Store) -> None:
    marked(store, "pin", 1, position=2, edition="daily")
    second = marked(store, "pin", 2, position=1, edition="daily")
    store.undo(second, at=LATER)
    assert standing(store) == [("s1", "pin", "daily", 2)]


def test_what_stands_no_more_cannot_be_undone(store: Store) -> None:
    kill = marked(store, "kill", 1)
    store.release(["s1"], at=AT + timedelta(minutes=2))
    with pytest.raises(CommandError, match="stands no more"):
        store.undo(kill, at=LATER)
    assert standing(store) == []


def test_a_release_is_undone(store: Store) -> None:
    marked(store, "pin", 1, position=3)
    marked(store, "hold", 2)
    before = standing(store)
    store.release(["s1"], at=AT + timedelta(minutes=3))
    (release,) = (m for m in store.marks_of("s1") if m.action == "release")
    store.undo(release, at=LATER)
    assert standing(store) == before
    with pytest.raises(CommandError, match="nothing to take back"):
        store.undo(release, at=LATER)


def title(store: Store) -> tuple[str, str]:
    (story,) = with_edits(store.stories(["s1"]).values(), store.edits(), "daily", DAY)
    return story.title, story.summary


def test_an_edit_is_undone_and_the_others_stay(store: Store) -> None:
    whole = title(store)
    one = StoryEdit(story="s1", title="One", at=AT)
    two = StoryEdit(story="s1", title="Two", summary="", at=AT + timedelta(minutes=1))
    store.edit(one)
    store.edit(two)
    assert title(store) == ("Two", "")
    store.undo(two, at=LATER)
    assert title(store) == ("One", whole[1])
    with pytest.raises(CommandError, match="stands no more"):
        store.undo(two, at=LATER)


def test_a_note_is_undone_unless_it_was_written_anew(store: Store) -> None:
    notes = [
        IssueNote(edition="daily", date=DAY, text=text, at=AT + timedelta(minutes=n))
        for n, text in enumerate(["A", "B", "C"])
    ]
    for one in notes:
        store.write_note(one)
    with pytest.raises(CommandError, match="written anew"):
        store.undo(notes[1], at=LATER)
    store.undo(notes[2], at=LATER)
    found = store.note("daily", DAY)
    assert found
    assert found.text == "B"


def test_an_approval_can_be_withdrawn_until_the_issue_is_sent(room: Room) -> None:
    assert room.run("build", "--daily", "--date", str(DAY)).code == 0
    assert "not approved" in room.run("approve", "daily", str(DAY), "--withdraw").err
    assert room.run("approve", "daily", str(DAY)).code == 0
    assert room.run("issues", "--json").json["issues"][0]["approved"] is True
    done = room.run("approve", "daily", str(DAY), "--withdraw", "--by", "ann")
    assert (done.code, "not approved any more; taken back by ann" in done.out) == (0, True)
    assert room.run("issues", "--json").json["issues"][0]["approved"] is False
    assert room.run("approve", "daily", str(DAY)).code == 0
    assert room.run("mark-sent", "daily", str(DAY)).code == 0
    assert room.run("approve", "daily", str(DAY), "--withdraw").code == 5
