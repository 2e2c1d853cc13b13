"""A store made new and one brought up from the first revision are the same."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from digest.model import Story
from digest.model.urls import url_key
from digest.store import Store, open_store
from digest.store.database import Database, connect
from digest.store.publications import join
from digest.store.schema import HEAD, METADATA
from digest.store.versions import _foreign_keys, prepare, revision_of, upgrade
from tests.newsrooms import PUBLICATION
from tests.postgres import database as new_database
from tests.postgres import for_test

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
REVISIONS = [f"{number:04d}" for number in range(1, int(HEAD) + 1)]  # without a gap


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    sqlite = f"sqlite:///{tmp_path}/digest.db"
    with nullcontext(sqlite) if request.param == "sqlite" else for_test(new_database()) as url:
        opened = connect(url)
        yield opened
        opened.close()


def _shape(connection: Connection) -> dict[str, Any]:
    """Everything a database says of our tables, in an order of its own."""
    facts = inspect(connection)
    return {
        table: {
            "columns": [
                (
                    column["name"],
                    str(column["type"]),
                    column["nullable"],
                    column["default"],
                    column.get("autoincrement"),
                )
                for column in facts.get_columns(table)
            ],
            "key": facts.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted(str(constraint["name"]) for constraint in facts.get_unique_constraints(table)),
            "foreign": [
                (key["constrained_columns"], key["referred_table"]) for key in facts.get_foreign_keys(table)
            ],
            "indexes": sorted(
                (str(index["name"]), tuple(index["column_names"])) for index in facts.get_indexes(table)
            ),
        }
        for table in sorted(facts.get_table_names())
        if table != "digest_version"
        and not table.startswith("digest_words_")  # an index of SQLite's own making
    }


def _begin(database: Database, revision: str) -> None:
    with database.writing():
        upgrade(database.connection, revision)


def test_new_and_migrated_stores_are_equal(database: Database) -> None:
    _begin(database, "head")
    connection = database.connection
    with database.writing():
        migrated = _shape(connection)
        assert revision_of(connection) == HEAD
        for table in sorted(migrated, reverse=True):
            connection.execute(text(f"DROP TABLE {table} {'' if database.is_sqlite else 'CASCADE'}"))
        connection.execute(text("DROP TABLE digest_version"))
    prepare(database)
    with database.reading():
        assert _shape(connection) == migrated
        assert revision_of(connection) == HEAD
    assert set(migrated) == (set(METADATA.tables) | {"digest_words"}) - {"digest_version"}


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_store_of_any_earlier_revision_comes_up_with_what_it_holds(tmp_path: Path, revision: str) -> None:
    url = f"sqlite:///{tmp_path}/digest.db"
    old = connect(url)
    _begin(old, "0001")
    old.close()
    _fill_first_revision(url)
    old = connect(url)
    _foreign_keys(old, "OFF")
    _begin(old, revision)
    with old.writing():
        assert revision_of(old.connection) == revision
    old.close()
    with open_store(url, PUBLICATION) as store:
        assert store.stories(["s1"])["s1"].title == "Kept"
        assert [mark.action for mark in store.marks()] == ["pin"]
        assert store.issues() == []
        assert (
            store.upsert(
                [Story(id="s1", url="https://a.example/1", title="New", first_seen=NOW)], NOW
            ).updated
            == 1
        )


def _fill_first_revision(url: str) -> None:
    """A story and a pin, written as the first revision holds them."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as raw:
        raw.execute(
            "INSERT INTO digest_stories (key, content, id, url, title, summary, sections, source, author, image,"
            " popularity, tags, flags, priority, language, first_seen, runs_from) VALUES"
            " (?, 1, 's1', 'https://a.example/1', 'Kept', '', '', '', '', '', '', '', '', 0, '', 0, 0)",
            (url_key("https://a.example/1"),),
        )
        raw.execute(
            "INSERT INTO digest_marks (story, \"action\", note, \"by\", at) VALUES ('s1', 'pin', '', '', 0)"
        )


LEDGER = (
    "INSERT INTO digest_issues (number, edition, date, revision, sequence, window_start, window_end, first_built_at,"
    " built_at, expected_sends) VALUES (7, 'daily', '2026-01-22', 1, 1, 0, 1, 2, 2, 900)",
    "INSERT INTO digest_manifests (issue, body) VALUES (7, {empty})",
    "INSERT INTO digest_receipts (edition, date, at, delivered) VALUES ('daily', '2026-01-22', 3, 800)",
    "INSERT INTO digest_ran_stories (issue, section, position, also, story, url, title, summary, source, language,"
    " first_seen) VALUES (7, 'us', 1, '', 's1', 'https://a.example/1', 'Ran', '', '', '', 0)",
    "INSERT INTO digest_ran_ads (issue, date, line_item, creative, tier, slot, gap, neighbours) VALUES"
    " (7, '2026-01-22', 'fresh', 'c', 'standard', 'top', 0, '')",
)


def test_what_had_no_owner_is_taken_over_by_the_first_to_come(database: Database) -> None:
    """A ledger of the second revision, with an issue, its receipt and what ran in it."""
    _begin(database, "0002")
    with database.writing():
        for statement in LEDGER:
            empty = "X''" if database.is_sqlite else "''::bytea"
            database.connection.execute(text(statement.replace("{empty}", empty)))
    prepare(database)
    join(database, PUBLICATION)
    store = Store(database)
    assert [(issue.sent_at is not None, issue.delivered) for issue in store.issues()] == [(True, 800)]
    assert [ran.story.id for ran in store.ran_stories(date.min, date.max)] == ["s1"]
    assert [(ad.line_item, ad.sends) for ad in store.ran_ads()] == [("fresh", 800)]
    if database.is_sqlite:
        with database.reading():
            assert database.rows(text("PRAGMA foreign_key_check")) == []
            assert database.rows(text("PRAGMA foreign_keys"))[0][0] == 1
    join(database, replace(PUBLICATION, id="other", name="Other"))
    assert Store(database).issues() == []


def test_a_rehearsal_takes_a_migration_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/digest.db"
    old = connect(url)
    _begin(old, "0001")
    old.close()
    with open_store(url, PUBLICATION, rehearse=True) as store:
        assert store.issues() == []
    again = connect(url)
    with again.reading():
        assert revision_of(again.connection) == "0001"
    again.close()


def test_an_ordinary_opening_needs_no_alembic(tmp_path: Path) -> None:
    code = (
        "import sys; from datetime import UTC, datetime\n"
        "from digest.store import open_store\n"
        "from digest.model import Publication\n"
        "for _ in range(2):\n"
        "    with open_store(sys.argv[1], Publication(name='a', url='')) as store: store.issues()\n"
        "heavy = {'alembic', 'sqlalchemy.orm', 'sqlalchemy.dialects.postgresql', 'pydantic', 'httpx2', 'feedparser'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, f"sqlite:///{tmp_path}/digest.db"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_the_head_is_the_last_of_the_migrations() -> None:
    folder = Path(__file__).parent.parent / "digest" / "store" / "migrations" / "versions"
    assert [path.name[:4] for path in sorted(folder.glob("[0-9]*.py"))] == REVISIONS
    assert REVISIONS[-1] == HEAD
