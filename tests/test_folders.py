"""Where a newsroom keeps things, where the environment says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.newsrooms import newsroom


@pytest.mark.parametrize("relative", [False, True])
def test_the_cache_is_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, relative: bool
) -> None:
    room = newsroom(tmp_path / "room")
    folder = room.root / "elsewhere" if relative else tmp_path / "cache"
    monkeypatch.setenv("DIGEST_CACHE", "elsewhere" if relative else str(folder))
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    assert list(folder.glob("*"))
    assert not (room.root / "var" / "cache").exists()


def test_a_list_that_is_cut_says_so(tmp_path: Path) -> None:
    room = newsroom(tmp_path / "room")
    room.run("ingest")
    cut = room.run("stories", "list", "--limit", "3", "--json").json
    assert (len(cut["stories"]), cut["total"]) == (3, 12)
    assert "3 of 12 stories; --limit 12 shows all." in room.run("stories", "list", "--limit", "3").out
    assert "shows all" not in room.run("stories", "list", "--limit", "12").out
    words = room.run("stories", "list", "number", "--section", "health", "--limit", "1", "--json").json
    assert (len(words["stories"]), words["total"]) == (1, 4)
