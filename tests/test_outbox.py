"""The outbox is complete or absent, wherever a run is killed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from digest.errors import AlreadySent, Unreachable
from digest.publish import Outbox
from digest.publish import outbox as module
from digest.publish.receipt import SentReceipt

DAY = date(2026, 1, 23)


class Killed(BaseException):
    """The machine stopped here."""


def issue(text: str) -> dict[str, bytes]:
    files = {name: f"{name} {text}".encode() for name in ("index.html", "index.txt", "message.eml")}
    entries = {name: {"sha256": sha256(data).hexdigest()} for name, data in files.items()}
    return {**files, "manifest.json": json.dumps({"text": text, "files": entries}).encode()}


OLD, NEW = issue("old"), issue("new")


class Ledger:
    """What a ledger would hold: the manifest last recorded."""

    def __init__(self) -> None:
        self.manifest: bytes | None = None

    def recorded(self, day: date) -> bytes | None:
        return self.manifest if day == DAY else None


def publish(outbox: Outbox, ledger: Ledger, files: dict[str, bytes]) -> None:
    """The order a build keeps: stage, record, move into place."""
    staged = outbox.stage("daily", DAY, files)
    ledger.manifest = files["manifest.json"]
    outbox.publish(staged)


def killing_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Stop the world at the given file-system step; returns how many steps were taken."""
    taken = 0

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal taken
            taken += 1
            if taken == step:
                raise Killed
            return original(*args, **kwargs)

        return call

    for owner, name in (
        (os, "fsync"),
        (Path, "rename"),
        (Path, "mkdir"),
        (Path, "open"),
        (shutil, "rmtree"),
        (os, "unlink"),
        (module, "_exchange"),
    ):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
    return lambda: taken


def publish_until(step: int, outbox: Outbox, ledger: Ledger, *, exchange: bool) -> bool:
    """Publish the new issue and stop the world at a step; whether all was done before it."""
    with pytest.MonkeyPatch.context() as patch:
        if not exchange:
            patch.setattr(module, "_exchange", lambda first, second: False)
        taken = killing_at(step, patch)
        with contextlib.suppress(Killed):
            publish(outbox, ledger, NEW)
        return taken() < step


@pytest.mark.parametrize("before", [None, OLD], ids=["first issue", "a revision"])
@pytest.mark.parametrize("exchange", [True, False], ids=["one step", "two moves"])
def test_a_kill_at_any_step_leaves_the_old_issue_or_the_new_one(
    tmp_path: Path, before: dict[str, bytes] | None, exchange: bool
) -> None:
    finished = False
    for step in range(1, 60):
        outbox, ledger = Outbox(tmp_path / str(step)), Ledger()
        if before:
            publish(outbox, ledger, before)
        finished = publish_until(step, outbox, ledger, exchange=exchange)
        seen = outbox.read("daily", DAY)
        assert seen in ((before, NEW) if exchange else (before, NEW, None))
        outbox.recover("daily", ledger.recorded)
        after = outbox.read("daily", DAY)
        assert after == (NEW if ledger.manifest == NEW["manifest.json"] else before)
        assert [path.name for path in (tmp_path / str(step)).glob("*/.*")] == []
        if finished:
            break
    assert finished, "more steps than tried"


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="only Linux tells what a handle is of")
def test_everything_is_on_the_disk_before_it_is_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: dict[str, int] = {}

    def fsync(handle: int) -> None:
        flushed[os.readlink(f"/proc/self/fd/{handle}")] = os.fstat(handle).st_size

    monkeypatch.setattr(os, "fsync", fsync)
    before = os.listdir("/proc/self/fd")
    staged = Outbox(tmp_path.resolve()).stage("daily", DAY, NEW)
    assert flushed.pop(str(staged.folder)) >= 0
    assert flushed == {str(staged.folder / name): len(data) for name, data in NEW.items()}
    outbox = Outbox(tmp_path.resolve())
    outbox.publish(staged)
    place = str(staged.place)
    flushed.clear()
    outbox.add("daily", DAY, {"sent.json": b"{}"})
    assert flushed.pop(place) >= 0
    outbox.unconfirm("daily", DAY)
    assert flushed.pop(place) >= 0
    outbox.remove("daily", DAY)
    assert str(tmp_path.resolve() / "daily") in flushed
    assert os.listdir("/proc/self/fd") == before


def test_an_edition_without_a_folder_has_nothing_to_finish(tmp_path: Path) -> None:
    assert Outbox(tmp_path).recover("daily", Ledger().recorded) == []


def test_a_staged_folder_that_is_not_whole_is_never_published(tmp_path: Path) -> None:
    outbox, ledger = Outbox(tmp_path), Ledger()
    staged = outbox.stage("daily", DAY, NEW)
    ledger.manifest = NEW["manifest.json"]
    (staged.folder / "index.html").write_bytes(b"cut o")
    assert outbox.recover("daily", ledger.recorded) == []
    assert outbox.read("daily", DAY) is None


def test_an_issue_that_was_put_aside_comes_back_where_none_took_its_place(tmp_path: Path) -> None:
    outbox, ledger = Outbox(tmp_path), Ledger()
    publish(outbox, ledger, OLD)
    place = tmp_path / "daily" / "2026-01-23"
    place.rename(place.with_name(".2026-01-23.aside"))
    assert outbox.recover("daily", ledger.recorded) == []
    assert outbox.read("daily", DAY) == OLD
    assert [path.name for path in place.parent.iterdir()] == ["2026-01-23"]


def test_a_receipt_is_written_as_json_for_people() -> None:
    receipt = SentReceipt(
        revision=2, sent_at=datetime(2026, 1, 23, 12, tzinfo=UTC), delivered=None, manifest="abc"
    )
    assert receipt.to_bytes().decode().splitlines() == [
        "{",
        ' "schema": "digest.sent/1",',
        ' "revision": 2,',
        ' "sent_at": "2026-01-23T12:00:00Z",',
        ' "delivered": null,',
        ' "manifest": "abc"',
        "}",
    ]


def edited(place: Path) -> None:
    (place / "index.html").write_bytes(b"edited")


def noted(place: Path) -> None:
    (place / "notes.txt").write_bytes(b"for the mailer")


def broken(place: Path) -> None:
    (place / "manifest.json").write_bytes(b"[]")


def replaced(place: Path) -> None:
    shutil.rmtree(place)
    place.write_bytes(b"a file")


@pytest.mark.parametrize("by_hand", [edited, noted, broken, replaced])
@pytest.mark.parametrize("then", [NEW, OLD], ids=["restored", "a revision"])
def test_what_was_changed_by_hand_is_kept_beside_the_issue(
    tmp_path: Path, then: dict[str, bytes], by_hand: Callable[[Path], None]
) -> None:
    outbox, ledger = Outbox(tmp_path), Ledger()
    publish(outbox, ledger, NEW)
    place = outbox.place("daily", DAY)
    for name in (".2026-01-23.changed-by-hand", ".2026-01-23.changed-by-hand-2"):
        by_hand(place)
        before = place.read_bytes() if place.is_file() else {p.name: p.read_bytes() for p in place.iterdir()}
        kept = outbox.publish(outbox.stage("daily", DAY, then))
        assert kept == tmp_path / "daily" / name
        assert outbox.read("daily", DAY) == then
        assert before == (
            kept.read_bytes() if kept.is_file() else {p.name: p.read_bytes() for p in kept.iterdir()}
        )
    assert outbox.publish(outbox.stage("daily", DAY, NEW)) is None


@pytest.mark.parametrize("exchange", [True, False], ids=["one step", "two moves"])
def test_a_kill_loses_nothing_that_was_changed_by_hand(tmp_path: Path, exchange: bool) -> None:
    for step in range(1, 60):
        outbox, ledger = Outbox(tmp_path / str(step)), Ledger()
        publish(outbox, ledger, OLD)
        noted(outbox.place("daily", DAY))
        finished = publish_until(step, outbox, ledger, exchange=exchange)
        outbox.recover("daily", ledger.recorded)
        notes = [path.read_bytes() for path in (tmp_path / str(step)).rglob("notes.txt")]
        assert notes == [b"for the mailer"]
        if finished:
            return
    pytest.fail("more steps than tried")


def test_an_outbox_that_is_a_file_is_unreachable(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("not a folder")
    with pytest.raises(Unreachable, match="the outbox cannot be used"):
        Outbox(tmp_path / "outbox").stage("daily", DAY, NEW)


def test_foreign_folders_in_the_outbox_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "daily" / ".notes.staged").mkdir(parents=True)
    assert Outbox(tmp_path).recover("daily", lambda _: None) == []
    assert (tmp_path / "daily" / ".notes.staged").is_dir()


def test_what_the_ledger_tells_of_is_read_and_nothing_else(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    publish(outbox, Ledger(), NEW)
    assert outbox.recorded("daily", DAY, NEW["manifest.json"]) == NEW
    assert outbox.recorded("daily", DAY, OLD["manifest.json"]) is None
    edited(outbox.place("daily", DAY))
    assert outbox.recorded("daily", DAY, NEW["manifest.json"]) is None


@pytest.mark.parametrize("left", ["a file", "a link", "a link to nothing"])
def test_whatever_lies_where_an_issue_is_written_makes_room(tmp_path: Path, left: str) -> None:
    outbox, kept = Outbox(tmp_path), tmp_path / "kept"
    hidden = tmp_path / "daily" / ".2026-01-23.staged"
    hidden.parent.mkdir()
    if left == "a file":
        hidden.write_bytes(b"")
    else:
        hidden.symlink_to(kept if left == "a link" else tmp_path / "nowhere")
    kept.mkdir()
    noted(kept)
    publish(outbox, Ledger(), NEW)
    assert outbox.read("daily", DAY) == NEW
    assert [path.name for path in hidden.parent.iterdir()] == ["2026-01-23"]
    assert (kept / "notes.txt").exists()


def test_an_outbox_tells_what_lies_in_it(tmp_path: Path) -> None:
    outbox, receipt = (
        Outbox(tmp_path),
        SentReceipt(
            revision=2, sent_at=datetime(2026, 1, 23, 12, tzinfo=UTC), delivered=None, manifest="abc"
        ),
    )
    assert (outbox.editions(), outbox.dates("daily"), outbox.manifest("daily", DAY)) == ([], [], None)
    publish(outbox, Ledger(), NEW)
    (tmp_path / "daily" / "2026-01-22").mkdir()
    (tmp_path / "daily" / "2026-01-21").write_bytes(b"a file")
    (tmp_path / "daily" / "2026-1-20").mkdir()
    (tmp_path / "README").write_bytes(b"")
    assert outbox.editions() == ["daily"]
    assert outbox.dates("daily") == [date(2026, 1, 22), DAY]
    assert outbox.manifest("daily", DAY) == NEW["manifest.json"]
    assert outbox.files("daily", DAY, ["index.txt", "absent"]) == {"index.txt": NEW["index.txt"]}
    for data in (b"old", b"png"):
        outbox.add("daily", DAY, {"images/ads/logo.png": data, "index.txt": b"another"})
    assert outbox.files("daily", DAY, ["images/ads/logo.png", "index.txt"]) == {
        "images/ads/logo.png": b"png",
        "index.txt": b"another",
    }
    assert (outbox.is_sent("daily", DAY), outbox.receipt("daily", DAY)) == (False, None)
    outbox.confirm("daily", DAY, receipt)
    assert (outbox.is_sent("daily", DAY), outbox.receipt("daily", DAY)) == (True, receipt)
    outbox.unconfirm("daily", DAY)
    outbox.unconfirm("daily", DAY)
    assert not outbox.is_sent("daily", DAY)
    outbox.remove("daily", DAY)
    assert sorted(path.name for path in (tmp_path / "daily").iterdir()) == [
        "2026-01-21", "2026-01-22", "2026-1-20",
    ]  # fmt: skip


@pytest.mark.parametrize("exchange", [True, False], ids=["one step", "two moves"])
def test_a_revision_leaves_nothing_beside_it_and_a_recorded_one_is_finished(
    tmp_path: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchange:
        monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    outbox = Outbox(tmp_path)
    publish(outbox, Ledger(), OLD)
    publish(outbox, Ledger(), NEW)
    assert [path.name for path in (tmp_path / "daily").iterdir()] == ["2026-01-23"]
    outbox.stage("daily", DAY, OLD)
    (tmp_path / "daily" / ".0.staged").mkdir()  # somebody else's, and the first that is met
    assert outbox.recover("daily", lambda _: OLD["manifest.json"]) == [DAY]
    assert outbox.read("daily", DAY) == OLD


def test_a_sent_issue_is_never_overwritten(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    publish(outbox, Ledger(), OLD)
    (outbox.place("daily", DAY) / "sent.json").write_bytes(b"scribble")
    with pytest.raises(AlreadySent):
        publish(outbox, Ledger(), NEW)
    assert [path.name for path in (tmp_path / "daily").iterdir()] == ["2026-01-23"]
    left = outbox.stage("daily", DAY, NEW)
    assert outbox.recover("daily", lambda _: NEW["manifest.json"]) == []
    assert outbox.read("daily", DAY) == OLD
    assert not left.folder.exists()
    outbox.discard(outbox.stage("daily", DAY, NEW))
    assert [path.name for path in (tmp_path / "daily").iterdir()] == ["2026-01-23"]
