"""The whole of a morning on a real PostgreSQL: the same bytes as on SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.newsrooms import newsroom, story

BUILD = ("build", "--daily", "--date", "2026-01-23")


def test_a_morning_on_postgresql_gives_the_bytes_of_sqlite(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = newsroom(tmp_path / "sqlite")
    expected.run("build", "--daily", "--date", "2026-01-22")
    expected.run(*BUILD)
    monkeypatch.setenv("DIGEST_STORE", postgres)
    room = newsroom(tmp_path / "postgres")
    rehearsed = room.run(*BUILD, "--dry-run")
    assert rehearsed.code == 0, rehearsed.err
    assert room.run("issues", "--json").json == {"issues": []}
    room.run("build", "--daily", "--date", "2026-01-22")
    assert room.run(*BUILD).code == 0
    assert room.files() == expected.files()
    assert not (room.root / "var" / "digest.db").exists()
    assert "already up to date" in room.run(*BUILD).out
    room.stories([*(story(n) for n in range(12)), story(40, priority=10)])
    assert room.run(*BUILD).code == 0
    assert room.manifest()["revision"] == 2
    assert room.run("stories", "kill", "s40").code == 0
    assert room.run("mark-sent", "daily", "2026-01-23").code == 0
    assert room.run(*BUILD).code == 5
