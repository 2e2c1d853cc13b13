"""An issue for an audience is made by processes: killed, on a full disk and again, it has the same bytes."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
import zlib
from collections import Counter
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from digest.app.audience import Personal
from digest.audience.engines import local
from digest.audience.output import OutputStore
from tests.audiences import (
    DAY,
    audience_room,
    built,
    bytes_of,
    folder,
    made_here,
    many,
    table,
    tampa_room,
)
from tests.forks import fork
from tests.newsrooms import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return tampa_room(tmp_path)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """One that nothing happened to."""
    return made_here(tmp_path_factory.mktemp("quiet") / "room")


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless a test is about many."""
    monkeypatch.setattr(local, "processors", lambda: 1)


def test_a_second_build_changes_nothing_and_a_lost_pack_comes_back(room: Room) -> None:
    words = ("--audience", str(many(room.root / "r.csv")))
    assert built(room, *words)["status"] == "built"
    before = bytes_of(folder(room).parent)
    assert built(room, *words)["status"] == "unchanged"
    assert bytes_of(folder(room).parent) == before
    (folder(room) / "packs" / "0002.eml").unlink()
    (folder(room) / "packs" / "0003.json").write_bytes(b"{")
    assert built(room, *words)["status"] == "restored"
    assert bytes_of(folder(room).parent) == before
    shutil.rmtree(folder(room).parent)
    assert built(room, *words)["status"] == "restored"
    assert bytes_of(folder(room).parent) == before


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_bytes_are_the_same_whatever_the_workers(
    tmp_path: Path, quiet: Room, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(local, "processors", lambda: workers)
    if workers == 1:  # another machine's zlib
        smaller = partial(zlib.compress, level=9)
        monkeypatch.setattr("digest.app.variants.zlib.compress", lambda data, _: smaller(data))
    room = audience_room(tmp_path / "room")
    built(room, "--audience", str(many(room.root / "r.csv")))
    assert bytes_of(folder(room)) == bytes_of(folder(quiet))


def kill_workers(stop: threading.Event, killed: list[int]) -> None:
    """SIGKILL children of this process, now and then."""
    while not stop.wait(0.25):
        for line in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
            command = Path(f"/proc/{line}/cmdline")
            if command.exists() and b"spawn_main" in command.read_bytes() and len(killed) < 4:
                os.kill(int(line), signal.SIGKILL)
                killed.append(int(line))
                break


@pytest.mark.skipif(sys.platform != "linux", reason="children are found in /proc")
def test_killed_workers_cost_time_and_no_reader(
    tmp_path: Path, quiet: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "processors", lambda: 2)
    room, stop, killed = audience_room(tmp_path / "room"), threading.Event(), list[int]()
    killer = threading.Thread(target=kill_workers, args=(stop, killed))
    killer.start()
    try:
        built(room, "--audience", str(many(room.root / "r.csv")))
    finally:
        stop.set()
        killer.join()
    assert killed
    assert bytes_of(folder(room)) == bytes_of(folder(quiet))


def test_a_killed_build_goes_on_where_it_was(
    tmp_path: Path, quiet: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "processors", lambda: 2)
    room = audience_room(tmp_path / "room")
    path = many(room.root / "r.csv")
    work = room.root / "outbox" / "daily" / f".{DAY}.audience" / "made" / "packs"
    running = fork(room, "build", "--daily", "--date", DAY, "--audience", str(path))
    ends = time.monotonic() + 60
    while not list(work.glob("*.json")) and not running.answer.exists() and time.monotonic() < ends:
        time.sleep(0.01)
    assert running.kill()
    finished = {path: path.stat().st_mtime_ns for path in work.glob("*.json")}
    assert finished
    assert not folder(room).exists()
    assert built(room, "--audience", str(path))["status"] == "built"
    assert bytes_of(folder(room)) == bytes_of(folder(quiet))
    for work_file, at in finished.items():
        assert (folder(room) / "packs" / work_file.name).stat().st_mtime_ns == at
    assert not work.exists()


def test_every_reader_stands_in_the_tables_once(quiet: Room) -> None:
    where = folder(quiet)
    recipients: Counter[Any] = Counter(
        variant for (variant,) in table(where / "recipients.parquet", "variant")
    )
    rows = table(where / "variants.parquet", "variant, readers, pack, html_offset, html_length")
    assert {variant: readers for variant, readers, *_ in rows} == recipients
    for pack in {row[2] for row in rows}:
        ends = sorted((row[3], row[3] + row[4]) for row in rows if row[2] == pack)
        assert ends[0][0] == 0
        assert all(span[1] == following[0] for span, following in pairwise(ends))
        assert ends[-1][1] == (where / f"packs/{pack:04d}.html").stat().st_size


def test_recipients_name_only_variants_that_are_there(quiet: Room) -> None:
    named = {one for (one,) in table(folder(quiet) / "recipients.parquet", "DISTINCT variant")}
    assert named == {one for (one,) in table(folder(quiet) / "variants.parquet", "variant")}


def test_a_bar_is_wiped_also_after_an_error(
    room: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the terminal shows last is the error, not half a bar."""
    from digest.cli.progress import progress
    from digest.errors import Unreachable

    class Broken:
        def run(self, *words: Any) -> Any:
            words[-1](1, 2)
            raise Unreachable("the disk is full.")

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    personal = Personal("r.csv", room.root, room.root / "work", Broken(), progress)  # type: ignore[arg-type]
    with pytest.raises(Unreachable):
        list(personal._run("pack", None, [1], "packs"))
    assert "packs [" in (drawn := capsys.readouterr().err)
    assert drawn.endswith(" \r")


def test_a_full_disk_in_mid_run_loses_nothing(monkeypatch: pytest.MonkeyPatch, room: Room) -> None:
    path, written = many(room.root / "r.csv"), list[str]()
    write = OutputStore.write

    def full(self: OutputStore, name: str, pieces: Any) -> None:
        written.append(name)
        if name == "packs/0002.txt":
            with monkeypatch.context() as disk:
                disk.setattr(
                    os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device"))
                )
                write(self, name, pieces)
        write(self, name, pieces)

    with monkeypatch.context() as disk:
        disk.setattr(OutputStore, "write", full)
        row = built(room, "--audience", str(path), code=4)
    assert "No space left on device" in row["error"]
    assert "the same command finishes what is missing" in row["error"]
    assert not folder(room).parent.exists()
    first = room.root / "outbox" / "daily" / f".{DAY}.audience" / "made" / "packs" / "0001.eml"
    at = first.stat().st_mtime_ns
    assert built(room, "--audience", str(path))["status"] == "built"
    assert (folder(room) / "packs" / "0001.eml").stat().st_mtime_ns == at
    assert not list(folder(room).rglob(".*"))
