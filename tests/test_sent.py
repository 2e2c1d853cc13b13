"""Sent is sent: whatever happens to the store or the outbox, no issue that left the house is made anew."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.newsrooms import Room, newsroom, renewed, story

DAYS = ("2026-01-20", "2026-01-21", "2026-01-22", "2026-01-23")
LAST = DAYS[-1]


def rows(count: int = 40) -> list[dict[str, object]]:
    """Ten stories for each of four days."""
    return [
        story(n) | {"published_at": f"2026-01-{19 + n // 10:02d}T{8 + n % 10:02d}:{n % 60:02d}:00-05:00"}
        for n in range(count)
    ]


def build(room: Room, day: str = LAST, *words: str) -> int:
    return room.run("build", "--daily", "--date", day, *words).code


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """Four issues; all but the last were sent."""
    room = newsroom(tmp_path_factory.mktemp("first") / "room")
    room.stories(rows())
    for number, day in enumerate(DAYS):
        assert build(room, day) == 0
        if day != LAST:
            assert room.run("mark-sent", "daily", day, "--delivered", str(900 + number)).code == 0
    return room


@pytest.fixture
def room(first: Room) -> Room:
    return renewed(first)


def everything(room: Room) -> dict[str, bytes]:
    outbox = room.root / "outbox"
    return {str(path.relative_to(outbox)): path.read_bytes() for path in outbox.rglob("*") if path.is_file()}


def lost(room: Room) -> None:
    for path in (room.root / "var").glob("digest.db*"):
        path.unlink()


def forgotten(room: Room) -> None:
    """The ledger alone is lost; the stories are as they were first seen."""
    with sqlite3.connect(room.root / "var" / "digest.db") as raw:
        for table in ("files", "manifests", "ran_stories", "ran_ads", "receipts", "issues"):
            raw.execute(f"DELETE FROM digest_{table}")


def ledger(room: Room) -> list[object]:
    issues = room.run("issues", "--json").json["issues"]
    keep = ("edition", "date", "revision", "delivered", "sent_at")
    return [{name: row[name] for name in keep} for row in issues]


def test_the_receipt_says_what_was_sent_when_and_how_many(room: Room) -> None:
    receipt = json.loads(room.files(day=DAYS[0])["sent.json"])
    assert (receipt["revision"], receipt["delivered"]) == (1, 900)
    assert receipt["manifest"] == sha256(room.files(day=DAYS[0])["manifest.json"]).hexdigest()
    shown = room.run("issues", "show", "daily", DAYS[0], "--json").json
    assert receipt["sent_at"] == shown["sent_at"]
    assert [event["action"] for event in shown["history"]] == ["built", "sent"]


@pytest.mark.parametrize("words", [(), ("--rebuild",), ("--no-ingest", "--rebuild")])
def test_a_lost_store_opens_no_sent_issue(room: Room, words: tuple[str, ...]) -> None:
    before = everything(room)
    lost(room)
    room.stories([*rows(), story(77, priority=10)])
    assert [build(room, day, *words) for day in DAYS[:3]] == [5, 5, 5]
    assert everything(room) == before


def test_a_receipt_that_cannot_be_read_closes_the_folder_too(room: Room) -> None:
    place = room.root / "outbox" / "daily" / DAYS[2]
    for content in (b"", b"[]", b'{"revision": "x"}'):
        (place / "sent.json").write_bytes(content)
        lost(room)
        before = everything(room)
        assert build(room, DAYS[2]) == 5
        assert everything(room) == before
    assert room.run("recover").code == 4


def test_a_folder_with_a_receipt_whose_store_says_unsent_is_never_overwritten(room: Room) -> None:
    """Yesterday's backup: the ledger knows the issue, and not that it was sent."""
    backup = room.root / "var" / "backup.db"
    shutil.copy(room.root / "var" / "digest.db", backup)
    assert room.run("mark-sent", "daily", LAST).code == 0
    before = everything(room)
    lost(room)
    shutil.copy(backup, room.root / "var" / "digest.db")
    room.stories([*rows(), story(77, priority=10)])
    result = room.run("build", "--daily", "--date", LAST)
    assert (result.code, everything(room)) == (5, before)
    assert "its receipt was read" in result.err


def test_after_a_restored_backup_nothing_that_was_sent_runs_again(room: Room, tmp_path: Path) -> None:
    """The backup is of before the last two issues; the next build knows them from their receipts."""
    expected = room.manifest(day=LAST)
    sent = [
        story["id"] for day in DAYS[:3] for s in room.manifest(day=day)["sections"] for story in s["stories"]
    ]
    lost(room)
    shutil.rmtree(room.root / "outbox" / "daily" / LAST)
    assert build(room) == 0
    ids = [story["id"] for section in room.manifest()["sections"] for story in section["stories"]]
    assert not set(ids) & set(sent)
    assert room.manifest()["window"] == expected["window"]


def test_recover_makes_the_ledger_again(room: Room) -> None:
    before, files = ledger(room), everything(room)
    ads = room.run("ads", "report", "--json").json
    forgotten(room)
    dry = room.run("recover", "--dry-run", "--json").json["issues"]
    assert [issue["status"] for issue in dry] == ["sent", "sent", "sent", "recorded"]
    assert ledger(room) == []
    assert room.run("recover").code == 0
    assert ledger(room) == before
    assert room.run("ads", "report", "--json").json == ads
    assert {issue["status"] for issue in room.run("recover", "--json").json["issues"]} == {"known"}
    assert "already up to date" in room.run("build", "--daily", "--date", LAST).out
    assert everything(room) == files


def test_recover_leaves_the_folders_of_others_alone(room: Room, tmp_path: Path) -> None:
    other = newsroom(
        tmp_path / "other", digest=(room.root / "digest.yaml").read_text().replace("Harbor", "Lake")
    )
    shutil.copytree(room.root / "outbox", other.root / "outbox")
    (other.root / "outbox" / "daily" / "notes").mkdir()
    (other.root / "outbox" / "daily" / "2026-02-30").mkdir()
    assert other.run("recover", "--json").json["issues"] == []


def test_restore_writes_the_bytes_that_were_sent(room: Room) -> None:
    before = everything(room)
    shutil.rmtree(room.root / "outbox")
    for day in DAYS[:3]:
        assert room.run("issues", "restore", "daily", day).code == 0
    assert everything(room) == {name: data for name, data in before.items() if LAST not in name}
    assert room.run("issues", "restore", "daily", DAYS[0], "--json").json["status"] == "there"
    (room.root / "outbox" / "daily" / DAYS[0] / "index.txt").unlink()
    assert room.run("issues", "restore", "daily", DAYS[0], "--json").json["status"] == "completed"
    (room.root / "outbox" / "daily" / DAYS[0] / "index.txt").write_text("changed")
    assert room.run("issues", "restore", "daily", DAYS[0]).code == 5
    assert room.run("issues", "restore", "daily", "2025-01-01").code == 2
    assert build(room, DAYS[1]) == 5


def test_an_older_revision_was_sent(room: Room) -> None:
    first = room.files()
    room.stories([*rows(), story(77, priority=10)])
    assert build(room) == 0
    second = room.files()
    assert room.manifest()["revision"] == 2
    assert room.run("mark-sent", "daily", LAST, "--revision", "3").code == 2
    assert room.run("mark-sent", "daily", LAST, "--revision", "1", "--delivered", "7").code == 0
    assert {name: data for name, data in room.files().items() if name != "sent.json"} == first
    assert ledger(room)[-1]["revision"] == 1  # type: ignore[index]
    assert room.run("mark-sent", "daily", LAST, "--revision", "2").code == 2
    assert build(room) == 5
    assert room.run("mark-sent", "daily", LAST, "--undo").code == 0
    assert build(room) == 0
    assert room.files() == second


def test_a_receipt_can_be_taken_back_until_the_next_issue(room: Room) -> None:
    assert room.run("mark-sent", "daily", LAST, "--undo").code == 2
    assert room.run("mark-sent", "daily", LAST, "--by", "jo").code == 0
    assert room.run("mark-sent", "daily", DAYS[2], "--undo").code == 2
    assert room.run("mark-sent", "daily", LAST, "--undo", "--by", "ann").code == 0
    assert "sent.json" not in room.files()
    history = room.run("issues", "show", "daily", LAST, "--json").json["history"]
    assert [(event["action"], event["by"]) for event in history] == [
        ("built", ""),
        ("sent", "jo"),
        ("undone", "ann"),
    ]
    assert build(room) == 0
    assert room.run("mark-sent", "daily", LAST, "--undo", "--delivered", "3").code == 2


@pytest.mark.parametrize("count", ["-1", "10000000000000000000", "1.5", "many"])
def test_impossible_numbers_are_refused(room: Room, count: str) -> None:
    assert room.run("mark-sent", "daily", LAST, "--delivered", count).code == 2
    assert "sent.json" not in room.files()


def absent(room: Room) -> None:
    shutil.rmtree(room.root / "outbox")


def edited(room: Room) -> None:
    (room.root / "outbox" / "daily" / LAST / "index.html").write_text("what was really sent")


@pytest.mark.parametrize("change", [absent, edited])
def test_marking_an_issue_whose_folder_changed(room: Room, change: Callable[[Room], None]) -> None:
    before = room.files()
    change(room)
    assert room.run("mark-sent", "daily", LAST).code == 0
    after = room.files()
    assert "sent.json" in after
    assert after["index.html"] == (before["index.html"] if change is absent else b"what was really sent")
