"""What an ordinary command imports: only what it needs."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.newsrooms import Room, newsroom

HEAVY = {
    "alembic", "premailer", "cssutils", "lxml", "yaml", "feedparser", "httpx2", "nh3", "rich", "highspy",
}  # fmt: skip
if tuple(map(int, version("typer").split(".")[:2])) < (0, 29):  # which reads every option with pydantic
    HEAVY.add("pydantic")
BUILD = ("build", "--daily", "--date", "2026-01-23", "--no-ingest", "--json")


def imported(room: Room, *words: str) -> set[str]:
    """The modules of a whole process; those of packages by the package's name too."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "digest", *words],
        cwd=room.root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", done.stderr, re.MULTILINE)
    return {*names, *(name.partition(".")[0] for name in names)}


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A newsroom with a store that is there, and a theme that was made before."""
    room = newsroom(tmp_path)
    assert room.run("ingest").code == 0
    assert room.run(*BUILD[:-1], "--outbox", str(tmp_path / "elsewhere")).code == 0
    return room


def test_an_ordinary_build_imports_nothing_heavy(room: Room) -> None:
    names = imported(room, *BUILD)
    assert {"sqlalchemy", "digest.place.solver", "jinja2"} <= names
    assert names & HEAVY == set()


@pytest.mark.parametrize(
    "words",
    [
        ("issues", "--json"),
        ("stories", "list", "--json", "--limit", "3"),
        ("explain", "daily", "2026-01-23", "--json"),
        (*BUILD, "--dry-run"),
    ],
)
def test_neither_does_a_question_about_what_is_there(room: Room, words: tuple[str, ...]) -> None:
    assert imported(room, *words) & HEAVY == set()


def test_help_imports_no_stage(room: Room) -> None:
    names = imported(room, "--help")
    stages = ("model", "config", "sources", "store", "select", "place", "render", "publish", "pipeline")
    assert names & ({f"digest.{stage}" for stage in stages} | HEAVY | {"sqlalchemy"}) == set()
