"""Processes killed at any instant, or two at once."""

from __future__ import annotations

import json
import time
from hashlib import sha256
from pathlib import Path

import pytest

from digest.errors import Unreachable
from digest.store import open_store
from tests.forks import at_once, fork, holder, killed
from tests.killing import kills
from tests.newsrooms import PUBLICATION, Room, newsroom, story

BUILD = ("build", "--daily", "--date", "2026-01-23")


def agree(room: Room) -> int:
    """The outbox is whole and is the issue of the ledger; returns its revision."""
    files = room.files()
    manifest = json.loads(files["manifest.json"])
    for name, entry in manifest["files"].items():
        assert sha256(files[name]).hexdigest() == entry["sha256"]
    row = room.run("issues", "--json").json["issues"][0]
    assert row["revision"] == manifest["revision"]
    assert room.run("issues", "show", "daily", "2026-01-23", "--json").json["manifest"] == manifest
    return int(manifest["revision"])


def whole(room: Room) -> bool:
    """Whether the folder is absent, or holds four files that agree."""
    files = room.files()
    if not files:
        return True
    entries = json.loads(files["manifest.json"])["files"]
    return all(sha256(files[name]).hexdigest() == entry["sha256"] for name, entry in entries.items())


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds of a whole build here."""
    room = newsroom(tmp_path_factory.mktemp("lasting") / "room")
    begun = time.monotonic()
    assert fork(room, *BUILD).wait().code == 0
    return time.monotonic() - begun


@pytest.mark.parametrize("part", [n / 14 for n in range(3, 15)])
def test_a_kill_at_any_instant_leaves_the_old_issue_or_the_new_one(
    tmp_path: Path, lasting: float, part: float
) -> None:
    expected = newsroom(tmp_path / "undisturbed")
    expected.run(*BUILD)
    room = newsroom(tmp_path / "room")
    killed(room, BUILD, lasting * part)
    assert whole(room)
    assert room.run(*BUILD).code == 0
    assert agree(room) == 1
    assert room.files() == expected.files()
    room.stories([*(story(n) for n in range(12)), story(40, priority=10)])
    killed(room, BUILD, lasting * part)
    assert whole(room)
    assert room.files()
    assert room.run(*BUILD).code == 0
    assert agree(room) == 2


def test_two_builds_at_once_make_one_issue(tmp_path: Path) -> None:
    room = newsroom(tmp_path / "room")
    both = at_once(room, (BUILD, BUILD))
    assert [one.code for one in both] == [0, 0], both
    assert agree(room) == 1
    assert len(room.run("issues", "--json").json["issues"]) == 1


def test_a_held_lock_is_waited_for_and_free_when_its_holder_is_killed(tmp_path: Path) -> None:
    room = newsroom(tmp_path / "room")
    room.run("ingest")
    url = f"sqlite:///{room.root / 'var' / 'digest.db'}"
    with (
        holder(url),
        open_store(url, PUBLICATION) as store,
        pytest.raises(Unreachable),
        store.lock("daily", wait=0.2),
    ):
        pass
    assert room.run(*BUILD).code == 0


def test_no_kill_leaves_half_an_issue_or_loses_a_row(tmp_path: Path) -> None:
    """A few of them; `python -m scripts.kills` does a thousand."""
    tally = kills(tmp_path, 10, seed=11, fresh_every=20)
    assert tally.wrong == []
    assert tally.kills.total() == 10
