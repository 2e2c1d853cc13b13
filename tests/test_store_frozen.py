"""Statements are compiled once: what is shipped is what SQLAlchemy would say, and it is enough for a build."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from digest.model import Story
from digest.store import open_store
from digest.store.connection import Alchemy
from digest.store.file import FROZEN, File, frozen
from digest.store.freeze import compiled
from digest.store.statements import statements

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
STORY = Story(id="s1", url="https://a.example/1", title="One", first_seen=NOW)


def test_the_frozen_statements_are_fresh() -> None:
    assert FROZEN.read_text(encoding="utf-8") == compiled(), "run: python -m digest.store.freeze"


def test_both_databases_have_every_statement() -> None:
    assert set(frozen()["statements"]) == set(statements(sqlite=True)) == set(statements(sqlite=False))


def test_ids_are_found_by_their_index(tmp_path: Path) -> None:
    path = tmp_path / "digest.db"
    open_store(f"sqlite:///{path}").close()
    listed = {
        "stories_of_ids": "ids",
        "known_of_ids": "ids",
        "known_of_keys": "keys",
        "ran_ads_of_items": "line_items",
    }
    with sqlite3.connect(path) as raw:
        for name, parameter in listed.items():
            sql = frozen()["statements"][name]["sql"]
            plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", {parameter: "[]", "last": ""})]
            assert any("SEARCH digest_" in step and "=?" in step for step in plan), (name, plan)


def test_a_file_that_is_there_and_up_to_date_needs_no_sqlalchemy(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/digest.db"
    with open_store(url) as store:
        assert isinstance(store._database, Alchemy)
        store.upsert([STORY], NOW)
    with open_store(url) as store:
        assert isinstance(store._database, File)
        assert store.stories(["s1"]) == {"s1": STORY}


def test_an_address_with_options_is_for_sqlalchemy(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/digest.db").close()
    with open_store(f"sqlite:///{tmp_path}/digest.db?timeout=5") as store:
        assert isinstance(store._database, Alchemy)
