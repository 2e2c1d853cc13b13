"""``digest status``: what a monitor learns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.cli.status import _newest
from tests.newsrooms import Room, newsroom


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    moment = datetime(2026, 1, 23, 11, 20, tzinfo=UTC)  # 20 minutes after the cutoff of the 23rd
    monkeypatch.setattr("digest.cli.status.now", lambda: moment)
    return newsroom(tmp_path)


def test_a_due_issue_that_is_missing_is_exit_6_and_named(room: Room) -> None:
    result = room.run("status")
    assert result.code == 6
    assert "MISSING: not built" in result.out
    assert room.run("status", "--json").json["editions"][0] == {
        "edition": "daily", "date": "2026-01-23", "built": False, "approved": None, "sent": False, "revision": None,
        "built_at": None, "handed_over": None, "sent_at": None, "missing": True,
    }  # fmt: skip


def test_within_its_grace_the_issue_of_the_day_before_is_the_one_that_is_due(room: Room) -> None:
    assert room.run("status", "--grace", "21", "--json").json["editions"][0]["date"] == "2026-01-22"
    assert room.run("status", "--grace", "20", "--json").json["editions"][0]["date"] == "2026-01-23"


def test_a_built_issue_is_well_until_it_must_be_sent(room: Room) -> None:
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    assert room.run("status").code == 0
    assert room.run("status", "--needs", "sent").code == 6
    assert room.run("mark-sent", "daily", "2026-01-23").code == 0
    result = room.run("status", "--needs", "sent", "--json")
    assert result.code == 0
    assert result.json["ok"] is True
    assert result.json["newest_story"].startswith("2026-01-23T00:")


def test_what_the_mailer_has_is_told(room: Room) -> None:
    digest = (room.root / "digest.yaml").read_text()
    room.write("digest.yaml", digest.replace("mailer: plain", "mailer: {type: folder, path: out}"))
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    needed = ("status", "--needs", "handed-over")
    assert "MISSING: not handed over" in room.run(*needed).out
    assert room.run("handover", "daily", "2026-01-23").code == 0
    result = room.run(*needed)
    assert (result.code, "folder: draft" in result.out) == (0, True)
    handed = room.run(*needed, "--json").json["editions"][0]["handed_over"]
    assert (handed["mailer"], handed["state"], handed["revision"], handed["outdated"]) == (
        "folder",
        "draft",
        1,
        False,
    )
    assert room.run("build", "--daily", "--date", "2026-01-23", "--pause", "aquafresh").code == 0
    old = room.run(*needed)
    assert (old.code, "folder: draft, still revision 1" in old.out) == (6, True)
    assert room.run("handover", "daily", "2026-01-23").code == 0
    assert room.run(*needed).code == 0
    assert room.run("mark-sent", "daily", "2026-01-23").code == 0
    assert room.run(*needed).code == 0


def test_what_is_wrong_with_the_sources_is_told_and_is_no_missing_issue(room: Room) -> None:
    assert room.run("build", "--daily", "--date", "2026-01-23").code == 0
    assert room.run("status", "--json").json["sources"] == []
    (room.root / "stories.jsonl").unlink()
    assert room.run("ingest").code == 4
    result = room.run("status")
    assert (result.code, "source post: " in result.out) == (0, True)
    assert room.run("status", "--json").json["sources"][0].startswith("post: ")


def test_a_mailer_that_refused_is_missing(room: Room) -> None:
    mailer = "mailer: {type: command, run: [sh, -c, 'exit 1']}"
    room.write("digest.yaml", (room.root / "digest.yaml").read_text().replace("mailer: plain", mailer))
    assert room.run("build", "--daily", "--date", "2026-01-23", "--handover").code == 2
    result = room.run("status", "--needs", "handed-over")
    assert (result.code, "command refused" in result.out) == (6, True)


def test_a_state_nobody_knows_is_exit_2(room: Room) -> None:
    assert room.run("status", "--needs", "read").code == 2


@pytest.mark.parametrize(
    ("hours", "says"),
    [(0.5, "less than an hour old"), (1, "1 hour old"), (71, "71 hours old"), (7416, "309 days old")],
)
def test_the_age_of_the_newest_story_is_told_in_hours_or_days(hours: float, says: str) -> None:
    now = datetime(2026, 1, 23, tzinfo=UTC)
    assert _newest(now - timedelta(hours=hours), now) == f"The newest story is {says}."
