"""What can happen to a database: told with a cure, nothing lost, no foreign error."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing.queues import SimpleQueue as Queue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from digest.errors import CommandError, DigestError, Unreachable
from digest.model import Story
from digest.store import database, locks, open_store
from digest.store.database import connect
from digest.store.trouble import said
from tests.examples import examples
from tests.forks import holder
from tests.newsrooms import PUBLICATION
from tests.postgres import for_test, server, stop

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
FORKS = multiprocessing.get_context("fork")


def stories(count: int, start: int = 0) -> list[Story]:
    return [
        Story(
            id=f"s{n}", url=f"https://news.example/{n}", title=f"Story {n}", summary="x" * 500, first_seen=NOW
        )
        for n in range(start, start + count)
    ]


def use(url: str) -> None:
    with open_store(url, PUBLICATION) as store:
        store.upsert(stories(3), NOW)
        store.search(limit=10_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "digest.db"


def test_the_folder_of_a_new_store_is_made(path: Path) -> None:
    use(f"sqlite:///{path}")
    assert path.is_file()


@pytest.mark.parametrize("content", [b"this is no database at all, it is a letter" * 50, b"\x00" * 5000])
def test_a_file_that_is_no_database_stays_as_it_is(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(Unreachable, match=r"damaged or no SQLite database.*Put back a copy"):
        use(f"sqlite:///{path}")
    assert path.read_bytes() == content


@examples(25)
@given(share=st.floats(0.001, 0.99))
def test_a_half_written_database_is_told(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    path = tmp_path_factory.mktemp("half") / "digest.db"
    with open_store(f"sqlite:///{path}", PUBLICATION) as store:
        store.upsert(stories(300), NOW)
    half = path.read_bytes()[: int(path.stat().st_size * share)]
    path.write_bytes(half)
    with pytest.raises(Unreachable):
        use(f"sqlite:///{path}")
    assert path.stat().st_size >= len(half)


def test_an_empty_file_is_a_new_store(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    use(f"sqlite:///{path}")


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(Unreachable, match="is a folder"):
        use(f"sqlite:///{path}")


def test_a_file_in_the_place_of_its_folder(path: Path) -> None:
    path.parent.write_text("in the way")
    with pytest.raises(Unreachable, match="cannot be made"):
        use(f"sqlite:///{path}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(path: Path) -> None:
    path.parent.mkdir(mode=0o500)
    with pytest.raises(Unreachable, match="right to"):
        use(f"sqlite:///{path}")


def test_a_database_without_our_tables_is_left_to_its_owner(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE stories (theirs TEXT)")
        other.execute("INSERT INTO stories VALUES ('kept')")
    use(f"sqlite:///{path}")
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT * FROM stories").fetchall() == [("kept",)]


@pytest.mark.parametrize(
    ("revision", "who"), [("0999", "a newer version of digest"), ("ae1027a6", "something else than digest")]
)
def test_a_store_of_another_version(path: Path, revision: str, who: str) -> None:
    use(f"sqlite:///{path}")
    with sqlite3.connect(path) as other:
        other.execute("UPDATE digest_version SET version_num = ?", (revision,))
    with pytest.raises(Unreachable, match=f"written by {who}"):
        use(f"sqlite:///{path}")
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM digest_stories").fetchone() == (3,)


def test_tables_that_somebody_changed(path: Path) -> None:
    use(f"sqlite:///{path}")
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE digest_stories")
    with pytest.raises(DigestError, match="digest_stories"):
        use(f"sqlite:///{path}")


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/db", "sqlite+nothing:///x.db", "oracle+x://y", ""])
def test_an_address_that_names_no_store(url: str) -> None:
    with pytest.raises(CommandError):
        use(url)


def test_a_rehearsal_makes_no_file(path: Path) -> None:
    with open_store(f"sqlite:///{path}", PUBLICATION, rehearse=True) as store:
        store.upsert(stories(1), NOW)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("database or disk is full", "no room left"),
        ("attempt to write a readonly database", "cannot be written"),
        ("unable to open database file", "cannot be opened"),
        ("database is locked", "in use by another program"),
        ("disk I/O error", "damaged"),
        ('connection failed: FATAL:  password authentication failed for user "x"', "refused the login"),
        ('connection failed: FATAL:  database "x" does not exist', "no such database"),
        ("connection failed: could not translate host name", "cannot be reached"),
        ("permission denied for schema public", "may not make or change tables"),
        ("permission denied for table digest_stories", "may not use its tables"),
        ("cannot execute INSERT in a read-only transaction", "only reads"),
        ("FATAL: sorry, too many clients already", "no free connection"),
        ("FATAL: no more connections allowed (max_client_conn)", "no free connection"),
        ("FATAL: server login has been failing, try again later (server_login_retry)", "pooler"),
        ('prepared statement "_pg3_0" does not exist', "mixes sessions"),
        ("terminating connection due to administrator command", "went away"),
        ("consuming input failed: server closed the connection unexpectedly", "went away"),
        ("FATAL: the database system is starting up", "starting or stopping"),
        ('relation "digest_stories" does not exist', "lacks one of its tables"),
        ('FATAL:  role "x" does not exist', "does not know the user"),
        ("canceling statement due to lock timeout", "in use by another program"),
        ("something nobody foresaw", "could not be used"),
    ],
)
def test_what_drivers_say_becomes_a_sentence(words: str, told: str) -> None:
    error = said(sqlite3.OperationalError(words), "digest.db")
    assert type(error) is Unreachable
    assert told in str(error)
    assert "digest.db" in str(error)


@pytest.mark.parametrize("rehearse", [False, True])
def test_a_full_disk_leaves_what_was_there(path: Path, rehearse: bool) -> None:
    url = f"sqlite:///{path}"
    with open_store(url, PUBLICATION) as store:
        store.upsert(stories(50), NOW)
    with open_store(url, PUBLICATION, rehearse=rehearse) as store:
        raw = store._database.connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(Unreachable, match="no room left"):
            store.upsert(stories(1000), NOW)
    with open_store(url, PUBLICATION) as store:
        assert len(store.search(limit=2000)) == 50


@pytest.mark.parametrize("words", ["disk I/O error", "database disk image is malformed"])
def test_a_full_disk_is_not_told_as_damage(words: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says an I/O error, or damage, where the disk under its write-ahead log is full."""
    error = sqlite3.OperationalError(words)
    path.parent.mkdir()
    assert "damaged" in str(said(error, "digest.db", path))
    monkeypatch.setattr("digest.store.trouble.shutil.disk_usage", lambda folder: SimpleNamespace(free=4096))
    message = str(said(error, "digest.db", path))
    assert "no room left" in message
    assert "move it away" not in message
    assert "no room left" not in str(said(sqlite3.OperationalError("no such table: x"), "digest.db", path))


def test_a_role_that_may_not_make_tables_is_told_so(postgres: str) -> None:
    admin = connect(postgres)
    with admin.writing():
        for statement in (
            "CREATE ROLE reader LOGIN",
            "CREATE SCHEMA closed",
            "GRANT USAGE ON SCHEMA closed TO reader",
        ):
            admin.connection.execute(text(statement))
    admin.close()
    theirs = postgres.replace("digest@", "reader@") + "&options=-csearch_path%3Dclosed"
    with pytest.raises(Unreachable, match=r"may not make or change tables.*digest store upgrade"):
        open_store(theirs, PUBLICATION)


def test_a_server_that_ends_a_session_in_the_middle(postgres: str) -> None:
    def ended() -> None:
        with open_store(postgres, PUBLICATION) as store, store.writing():
            store.upsert(stories(1, start=900), NOW)
            admin = connect(postgres)
            with admin.writing():
                end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                admin.connection.execute(text(end))
            admin.close()
            store.search()

    with pytest.raises(Unreachable, match="went away in the middle"):
        ended()
    with open_store(postgres, PUBLICATION) as store:
        assert store.stories(["s900"]) == {}


def test_a_statement_that_fails_is_our_defect() -> None:
    assert type(said(sqlite3.IntegrityError("UNIQUE constraint failed"), "digest.db")) is DigestError


# Two at once


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_lock_of_a_killed_process_is_free(
    kind: str, path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a server when its lease is over; a short one here."""
    monkeypatch.setattr(locks, "_UNTIL", locks._NOW + 4000)
    monkeypatch.setattr(locks, "_BEAT", 4 * locks._BEAT / locks.LASTS)
    url = f"sqlite:///{path}" if kind == "sqlite" else str(request.getfixturevalue("postgres"))
    with holder(url) as process, open_store(url, PUBLICATION) as store:
        with pytest.raises(Unreachable, match=r"0\.2 seconds"), store.lock("daily", wait=0.2):
            pass
        process.kill()
        process.join()
        with store.lock("daily", wait=20):
            pass


def test_a_rehearsal_that_only_reads_keeps_nobody_waiting(path: Path) -> None:
    use(f"sqlite:///{path}")
    with open_store(f"sqlite:///{path}", PUBLICATION, rehearse=True) as rehearsal:
        assert len(rehearsal.search()) == 3
        with open_store(f"sqlite:///{path}", PUBLICATION) as store:
            store.upsert(stories(1, start=7), NOW)
        assert len(rehearsal.search()) == 4


def test_a_lock_is_waited_for(path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with open_store(f"sqlite:///{path}", PUBLICATION) as store, store.lock("daily", wait=20):
            order.append("second")

    with open_store(f"sqlite:///{path}", PUBLICATION) as store, store.lock("daily"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def _write(url: str, written: Queue[int]) -> None:
    with open_store(url, PUBLICATION) as store:
        for start in range(0, 400, 40):
            store.upsert(stories(80, start), NOW)
            written.put(start)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_many_writers_at_once_lose_nothing(kind: str, path: Path, request: pytest.FixtureRequest) -> None:
    """They also make the store at once, where it is a new one."""
    url = f"sqlite:///{path}" if kind == "sqlite" else str(request.getfixturevalue("postgres"))
    writers = [FORKS.Process(target=_write, args=(url, FORKS.SimpleQueue())) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 3
    with open_store(url, PUBLICATION) as store:
        assert len(store.search(limit=1000)) == 440


def _open_new(files: list[Path], together: Barrier, begin: Synchronized[float]) -> None:
    for file in files:
        together.wait(60)
        while time.time() < begin.value:
            pass
        with closing(sqlite3.connect(file, isolation_level=None, timeout=database.BUSY)) as connection:
            database._set_up_sqlite(False, connection, None)
            connection.execute(f"CREATE TABLE t{os.getpid()} (a)")


def test_a_file_whose_journal_cannot_change_yet_is_tried_again(path: Path) -> None:
    """SQLite does not wait while it changes the journal's mode: it says at once that another one writes."""
    path.parent.mkdir()
    told: list[str] = []
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        closing(sqlite3.connect(path, isolation_level=None, timeout=database.BUSY)) as ours,
    ):
        other.execute("BEGIN IMMEDIATE")

        def execute(statement: str) -> object:
            try:
                return ours.execute(statement)
            except sqlite3.OperationalError as error:
                told.append(str(error))
                other.execute("COMMIT")
                raise

        database._set_up_sqlite(False, SimpleNamespace(execute=execute), None)
        assert ours.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert told == ["database is locked"]


def test_a_new_file_is_opened_by_several_at_the_same_instant(tmp_path: Path) -> None:
    begin = FORKS.Value("d", 0.0)

    def soon() -> None:
        begin.value = time.time() + 0.005

    files = [tmp_path / f"{number}.db" for number in range(15)]
    about = (files, FORKS.Barrier(6, soon), begin)
    openers = [FORKS.Process(target=_open_new, args=about) for _ in range(6)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    assert [opener.exitcode for opener in openers] == [0] * 6


def test_a_writer_killed_in_the_middle_leaves_whole_stories(path: Path) -> None:
    url = f"sqlite:///{path}"
    written = FORKS.SimpleQueue()
    writer = FORKS.Process(target=_write, args=(url, written))
    writer.start()
    assert [written.get() for _ in range(3)] == [0, 40, 80]
    writer.kill()
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    with open_store(url, PUBLICATION) as store:
        kept = store.search(limit=1000)
        assert all(len(story.summary) == 500 for story in kept)
        store.upsert(stories(440), NOW)
        assert len(store.search(limit=1000)) == 440


# PostgreSQL away


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://digest:secret@127.0.0.1:1/digest",
        "postgresql://digest:secret@127.0.0.1:1/digest",
        "postgres://digest:secret@127.0.0.1:1/digest",
        "postgresql+psycopg://digest:secret@no-such-host.invalid/digest",
    ],
)
def test_a_server_that_is_away(url: str) -> None:
    with pytest.raises(Unreachable, match="cannot be reached") as told:
        use(url)
    assert "secret" not in str(told.value)


def test_a_database_the_server_has_not(postgres: str) -> None:
    with pytest.raises(Unreachable, match="no such database"):
        use(re.sub(r"/\w+\?", "/missing?", postgres))


def test_a_server_that_stops() -> None:
    with for_test(server()) as url, open_store(url, PUBLICATION) as store:
        store.upsert(stories(1), NOW)
        stop(Path(parse_qs(urlsplit(url).query)["host"][0]))
        with pytest.raises(Unreachable):
            store.search()
