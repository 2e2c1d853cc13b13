"""``digest build --newsrooms``: many newsrooms, one store, one report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from digest.audience.engines import local
from digest.cli import commands, newsrooms
from tests.newsrooms import DIGEST, Room, newsroom

DAY = "2026-01-23"
EVENING = '  evening: {cadence: daily, cutoff: "07:00", from: "Harbor Post <news@harbor.example>"}\n'


def group(root: Path, names: tuple[str, ...] = ("bay", "cape", "dune")) -> list[Room]:
    """Newsrooms of two editions in one store."""
    shared = DIGEST.replace("sqlite:///var/digest.db", "sqlite:///../../all.db") + EVENING
    return [
        newsroom(
            root / "papers" / name, digest=shared.replace("name: Harbor Post", f"name: {name.title()} Post")
        )
        for name in names
    ]


def issues(room: Room) -> dict[str, dict[str, bytes]]:
    return {name: room.files(name) for name in ("daily", "evening")}


@pytest.fixture(autouse=True)
def two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "processors", lambda: 2)


def build(*words: str, code: int = 0) -> tuple[dict[str, Any], str]:
    """The command, outside any newsroom: its answer, and what it said."""
    result = CliRunner().invoke(commands(), ["build", "--daily", "--date", DAY, "--json", *words])
    assert result.exit_code == code, result.stderr + result.stdout
    return json.loads(result.stdout), result.stderr


def test_newsrooms_are_built_as_each_alone_and_reported_together(tmp_path: Path) -> None:
    alone = group(tmp_path / "alone", ("bay",))[0]
    assert alone.run("build", "--daily", "--date", DAY).code == 0
    rooms = group(tmp_path / "together")
    (rooms[1].root / "stories.jsonl").write_text("")  # a thin day
    rooms[2].write("digest.yaml", "sections: 7\n")
    found, said = build("--newsrooms", str(tmp_path / "together" / "papers"))
    assert issues(rooms[0]) == issues(alone)
    reports = found["newsrooms"]
    assert [Path(one["newsroom"]).name for one in reports] == ["bay", "cape", "dune"]
    assert [one["exit_code"] for one in reports] == [0, 3, 2]
    assert [issue["status"] for issue in reports[0]["issues"]] == ["built", "built"]
    warnings = sum(len(one["warnings"]) for one in reports)
    assert found["total"] == {"newsrooms": 3, "built": 2, "skipped": 2, "failed": 1, "warnings": warnings}
    assert "cape: daily of 2026-01-23: nothing to send" in said
    assert "dune: digest.yaml:1:" in said
    with pytest.raises(typer.Exit) as ended:
        newsrooms._report(reports[:2], strict=True)
    assert ended.value.exit_code == 3


def test_a_file_lists_newsrooms_and_wrong_words_are_said(tmp_path: Path) -> None:
    room = group(tmp_path, ("bay",))[0]
    listed = tmp_path / "papers.txt"
    listed.write_text("# our papers\npapers/bay  # the small one\n")
    assert build("--newsrooms", str(listed), "--dry-run")[0]["total"]["built"] == 2
    assert not (room.root / "outbox").exists()
    for words, says in (
        (["--newsrooms", str(tmp_path / "no")], "no such folder"),
        (["--newsrooms", str(listed), "--outbox", "x"], "each newsroom has its own outbox"),
        ([str(listed)], "folders stand after --newsrooms"),
    ):
        assert says in build(*words, code=2)[1]
    listed.write_text("papers/bay\npapers/gone\n")
    assert ":2:1:" in build("--newsrooms", str(listed), code=2)[1]
