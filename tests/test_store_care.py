"""The care of a store: nothing that is needed goes, and a copy is the same."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.model import Story
from digest.store import care, open_store
from tests.newsrooms import DIGEST, PUBLICATION, Room, newsroom, renewed, story

DAYS = ("2025-11-20", "2025-11-21", "2026-01-22", "2026-01-23")
LAST = DAYS[-1]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """Two issues of November, both sent, and two of January; stories of both, one of them without a time."""
    room = newsroom(tmp_path_factory.mktemp("first") / "room")
    rows = [
        story(n)
        | {"published_at": f"{DAYS[n % 4][:8]}{int(DAYS[n % 4][8:]) - 1:02d}T{8 + n % 10:02d}:00:00-05:00"}
        for n in range(48)
    ]
    room.stories([*rows, story(60, published_at=None), story(61, published_at="2025-11-01T08:00:00Z")])
    for day in DAYS:
        assert room.run("build", "--daily", "--date", day).code == 0
    for day in DAYS[:2]:
        assert room.run("mark-sent", "daily", day, "--delivered", "700").code == 0
    return room


@pytest.fixture
def room(first: Room) -> Room:
    return renewed(first)


def url(room: Room) -> str:
    return f"sqlite:///{room.root / 'var' / 'digest.db'}"


def rows_of(address: str) -> dict[str, int]:
    return care.check(address).rows


def test_check_tells_what_a_store_holds(room: Room) -> None:
    report = room.run("store", "check", "--json").json
    assert report["sound"]
    assert report["publications"] == {"harbor-post": "Harbor Post"}
    assert (report["rows"]["issues"], report["rows"]["stories"]) == (4, 50)


def test_check_makes_and_changes_nothing(tmp_path: Path) -> None:
    room = newsroom(tmp_path / "room")
    assert room.run("store", "check").code == 0
    assert not (room.root / "var" / "digest.db").exists()


def test_check_tells_of_damage(room: Room) -> None:
    path = room.root / "var" / "digest.db"
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("UPDATE digest_manifests SET issue = 99 WHERE issue = 1")
    result = room.run("store", "check")
    assert result.code == 4
    assert "digest_manifests" in result.err


def test_check_names_the_cure_of_an_index_that_lost_a_row(room: Room) -> None:
    with sqlite3.connect(room.root / "var" / "digest.db") as raw:
        raw.execute("DELETE FROM digest_words WHERE rowid = 7")
    result = room.run("store", "check")
    assert (result.code, "not sound" in result.out) == (4, True)
    assert "lacks 1 story" in result.err
    assert "run: digest store reindex" in result.err
    assert room.run("store", "reindex").out == "The index for words was made anew, of 50 stories.\n"
    result = room.run("store", "check")
    assert result.code == 0
    assert "1 publication," in result.out
    assert "50 stories" in result.out


def test_what_is_pruned_is_what_a_dry_run_says(room: Room) -> None:
    before = rows_of(url(room))
    planned = room.run("store", "prune", "--before", "2025-12-31", "--dry-run", "--json").json
    assert rows_of(url(room)) == before
    assert (room.root / "outbox" / "daily" / DAYS[0]).is_dir()
    done = room.run("store", "prune", "--before", "2025-12-31", "--json").json
    assert done == planned | {"dry_run": False}
    assert [folder["date"] for folder in done["folders"]] == list(DAYS[:2])
    after = rows_of(url(room))
    assert before["stories"] - after["stories"] == done["rows"]["stories"] == 25
    assert after["issues"] == before["issues"]
    assert after["receipts"] == before["receipts"]
    assert sorted(path.name for path in (room.root / "outbox" / "daily").iterdir()) == list(DAYS[2:])


def test_what_issues_to_come_need_stays(room: Room) -> None:
    ads = room.run("ads", "report", "--json").json
    room.run("stories", "pin", "s0")
    assert room.run("store", "prune", "--before", "2025-12-31").code == 0
    assert room.run("ads", "report", "--json").json == ads
    listed = {story["id"] for story in room.run("stories", "list", "--limit", "99", "--json").json["stories"]}
    assert {"s0", "s60"} <= listed
    assert "s61" not in listed
    assert "already up to date" in room.run("build", "--daily", "--date", LAST, "--no-ingest").out or True
    for day in DAYS[:2]:
        assert room.run("build", "--daily", "--date", day).code == 5
        assert not (room.root / "outbox" / "daily" / day).exists()
        assert room.run("issues", "restore", "daily", day).code == 4
        assert room.run("issues", "show", "daily", day).code == 0


def test_a_date_that_issues_to_come_look_back_to_is_refused(room: Room) -> None:
    refused = room.run("store", "prune", "--before", "2099-01-01")
    assert (refused.code, "look back" in refused.err) == (2, True)


def test_a_folder_the_ledger_does_not_know_stays(room: Room) -> None:
    stranger = room.root / "outbox" / "daily" / "2020-01-01"
    shutil.copytree(room.root / "outbox" / "daily" / DAYS[0], stranger)
    result = room.run("store", "prune", "--before", "2025-12-31")
    assert "does not know daily of 2020-01-01" in result.err
    assert stranger.is_dir()


def contents(address: str) -> dict[str, list[tuple[object, ...]]]:
    from sqlalchemy import select

    from digest.store.database import connect

    database = connect(address)
    with database.reading():
        rows = {
            name: sorted(tuple(map(str, row)) for row in database.rows(select(table)))
            for name, table in care._content()
        }
    database.close()
    return rows  # type: ignore[return-value]


def test_a_copy_to_postgresql_and_back_is_the_same(
    room: Room, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(url(room))
    assert room.run("store", "copy", postgres).code == 0
    assert contents(postgres) == before
    again = room.run("store", "copy", postgres)
    assert (again.code, "empty one" in again.err) == (2, True)
    back = f"sqlite:///{tmp_path / 'back.db'}"
    monkeypatch.setenv("DIGEST_STORE", postgres)
    assert room.run("store", "copy", back).code == 0
    assert contents(back) == before
    room.stories([story(n) for n in range(12)])
    assert room.run("build", "--daily", "--date", LAST).code == 0
    assert room.run("store", "backup", str(tmp_path / "pg.db")).code == 0
    assert care.check(f"sqlite:///{tmp_path / 'pg.db'}").wrong == ()


def test_a_store_is_not_copied_into_itself(room: Room) -> None:
    assert room.run("store", "copy", url(room)).code == 2


def test_a_backup_while_others_write_is_whole(room: Room, tmp_path: Path) -> None:
    from tests.test_store_trouble import NOW, stories

    done = threading.Event()

    def write() -> None:
        with open_store(url(room), PUBLICATION) as store:
            for start in range(1000, 9000, 200):
                store.upsert(stories(200, start), NOW)
                if done.is_set():
                    return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        target = tmp_path / "backup.db"
        assert room.run("store", "backup", str(target)).code == 0
    finally:
        done.set()
        writer.join()
    result = care.check(f"sqlite:///{target}")
    assert result.wrong == ()
    assert result.rows["issues"] == 4
    assert room.run("store", "backup", str(target)).code == 2
    assert room.run("store", "backup", str(tmp_path / "nowhere" / "b.db")).code == 2
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_yesterdays_backup_sends_nothing_twice(room: Room, tmp_path: Path) -> None:
    assert room.run("store", "backup", str(tmp_path / "backup.db")).code == 0
    assert room.run("mark-sent", "daily", LAST, "--delivered", "650").code == 0
    before = room.files()
    for path in (room.root / "var").glob("digest.db*"):
        path.unlink()
    shutil.copy(tmp_path / "backup.db", room.root / "var" / "digest.db")
    assert room.run("recover").code == 0
    assert room.run("build", "--daily", "--date", LAST).code == 5
    assert room.files() == before


def test_a_publication_is_renamed(room: Room) -> None:
    room.write("digest.yaml", DIGEST.replace("{name: Harbor Post,", "{name: Harbor Times, id: harbor-post,"))
    refused = room.run("issues")
    assert (refused.code, "digest store rename" in refused.err) == (2, True)
    assert room.run("store", "rename").code == 0
    assert len(room.run("issues", "--json").json["issues"]) == 4


def test_upgrade_says_what_it_did(tmp_path: Path) -> None:
    room = newsroom(tmp_path / "room")
    first, second = room.run("store", "upgrade", "--json").json, room.run("store", "upgrade", "--json").json
    assert (first["before"], second["before"]) == (None, second["revision"])


def test_a_new_name_without_the_old_id_is_told_and_the_cure_works(room: Room) -> None:
    path = room.root / "digest.yaml"
    issues = room.run("issues", "--json").json
    path.write_text(path.read_text().replace("name: Harbor Post,", "name: Harbor Daily,"))
    warning = 'those of "Harbor Post", which the store knows as harbor-post'
    for words in (("status",), ("check",), ("build", "--daily", "--date", LAST, "--no-ingest")):
        assert warning in " ".join(room.run(*words).err.split()), words
    assert warning in room.run("status", "--json").json["warnings"][0]
    assert any(warning in str(text) for text in room.run("check", "--json").json["warnings"])
    path.write_text(path.read_text().replace("name: Harbor Daily,", "name: Harbor Daily, id: harbor-post,"))
    assert "run: digest store rename" in room.run("status").err
    assert room.run("store", "rename").code == 0
    assert warning not in room.run("status").err
    assert room.run("issues", "--json").json == issues


def test_a_new_name_with_an_empty_outbox_is_told_by_its_sources(room: Room) -> None:
    """Not to a publication with sources of its own, and not once there is an issue under the new name."""
    path = room.root / "digest.yaml"
    text = path.read_text().replace("name: Harbor Post,", "name: Harbor Daily,")
    shutil.rmtree(room.root / "outbox")
    path.write_text(text)
    warning = 'the store has no issue of harbor-daily, and "Harbor Post" (harbor-post) reads the same sources'
    for words in (("status",), ("check",), ("build", "--daily", "--date", LAST)):
        assert warning in " ".join(room.run(*words).err.split()), words
    assert warning not in " ".join(room.run("status").err.split())
    path.write_text(
        text.replace("name: Harbor Daily,", "name: Harbor Weekly,").replace("name: post,", "name: own,")
    )
    assert "reads the same sources" not in " ".join(room.run("status").err.split())


def test_what_sources_say_of_stories_goes_with_them(room: Room) -> None:
    old, new = "https://old.example/1", "https://new.example/1"
    at = datetime(2026, 1, 23, tzinfo=UTC)
    with open_store(url(room), PUBLICATION) as store:
        rows = [
            Story(id=where, url=where, title="T", published_at=day, first_seen=at)
            for where, day in ((old, datetime(2024, 1, 1, tzinfo=UTC)), (new, at))
        ]
        store.upsert(rows, at)
        store.remember_items("site", {"posts:1": old, "posts:2": new, "pages:2": new})
        store.withdraw({old: "gone", new: "gone"}, at)
    done = room.run("store", "prune", "--before", "2025-12-31", "--json").json["rows"]
    assert (done["source_items"], done["story_notes"]) == (1, 1)
    with open_store(url(room), PUBLICATION) as store:
        assert store.items_since("site", datetime.min.replace(tzinfo=UTC)) == {"pages:2": new, "posts:2": new}
        assert {
            id: reason for id, reason in store.withheld().items() if reason == "withdrawn: gone"
        }.keys() == {new}
