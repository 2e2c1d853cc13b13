"""What a mailer lacks before the first handover, and a file of receipts that is another issue's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.newsrooms import DIGEST, Room, newsroom

LISTMONK = (
    'mailer: {type: listmonk, url: "https://m.example", user: a, password: "${NO_SUCH}", lists: {LISTS}}'
)
BUILD = ("build", "--edition", "daily", "--date", "2026-01-23")


def checked(root: Path, mailer: str) -> Room:
    return newsroom(root, digest=DIGEST.replace("mailer: plain", mailer))


def test_what_a_mailer_lacks_is_a_warning_at_its_line_and_the_cure_ends_it(tmp_path: Path) -> None:
    room = checked(tmp_path, LISTMONK.replace("LISTS", "weekly: 3"))
    room.write(
        "digest.yaml", (tmp_path / "digest.yaml").read_text() + "  weekly: {cadence: weekly, weekday: fri}\n"
    )
    told = room.run("check", "--json").json["warnings"]
    cure = "write `lists: {daily: [ID]}` under `mailer:`."
    assert told == [f"digest.yaml:4:9: nothing can be handed over: listmonk needs the list of daily: {cure}"]
    room.write(
        "digest.yaml",
        (tmp_path / "digest.yaml").read_text().replace("{weekly: 3}", "{weekly: 3, daily: [4]}"),
    )
    assert room.run("check", "--json").json["warnings"] == []


def test_a_folder_without_a_path_is_a_warning(tmp_path: Path) -> None:
    told = checked(tmp_path, "mailer: {type: folder, folder: out}").run("check").err
    assert told == 'digest.yaml:4:24: unknown key "folder" in "mailer". Did you mean "path"?\n'
    told = checked(tmp_path, "mailer: {type: folder}").run("check").err
    assert "warning: digest.yaml:4:9: nothing can be handed over: folder needs `path` under `mailer:`" in told


def test_a_variable_that_is_not_set_here_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = checked(tmp_path, LISTMONK.replace("LISTS", "daily: 3"))
    note = "note: mailer listmonk: the environment variable NO_SUCH is not set here; handing over needs it."
    assert note in room.run("check").out
    monkeypatch.setenv("NO_SUCH", "hunter2")
    assert "NO_SUCH" not in (said := room.run("check")).out
    assert "hunter2" not in said.out + said.err


def test_the_receipts_of_another_issue_are_not_kept_and_mark_nothing_sent(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    assert room.run(*BUILD).code == 0
    file = tmp_path / "f.csv"
    file.write_text("url,clicks\nhttps://elsewhere.example/a,3\n")
    told = room.run("receipts", "daily", "2026-01-23", "--file", str(file))
    assert (told.code, "is it the file of another issue?" in told.err) == (2, True)
    assert room.run("issues", "--json").json["issues"][0]["sent_at"] is None
    file.write_text("url,clicks\nhttps://gleammour.example/,3\nhttps://elsewhere.example/a,3\n")
    told = room.run("receipts", "daily", "2026-01-23", "--file", str(file))
    undo = "digest mark-sent daily 2026-01-23 --undo"
    assert f"daily 2026-01-23 counts as sent from now on; taken back by: {undo}" in told.err
    assert "counts as sent" not in room.run("receipts", "daily", "2026-01-23", "--file", str(file)).err
    assert room.run(*undo.split()[1:]).code == 0
    assert room.run("issues", "--json").json["issues"][0]["sent_at"] is None
