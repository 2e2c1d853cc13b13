"""Dask clusters that lose workers and schedulers, and object stores: the same bytes, no reader lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from digest.audience.engines import local
from tests.audiences import DAY, audience_room, built, bytes_of, folder, made_here, many
from tests.newsrooms import Room


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What one process of this machine makes."""
    return bytes_of(folder(made_here(tmp_path_factory.mktemp("local") / "room")))


class Cluster:
    """A dask scheduler and its workers, as processes of their own."""

    def __init__(self, workers: int) -> None:
        self.count, self.workers = workers, list[subprocess.Popen[bytes]]()
        self.scheduler = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--no-dashboard",
            ],
            stderr=subprocess.PIPE,
        )
        assert self.scheduler.stderr is not None
        for line in self.scheduler.stderr:
            if match := re.search(rb"tcp://127\.0\.0\.1:\d+", line):
                self.address = match[0].decode()
                break
        threading.Thread(target=self.scheduler.stderr.read, daemon=True).start()
        for _ in range(workers):
            self.add()

    def add(self) -> None:
        words = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "30"]
        self.workers.append(
            subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_worker", self.address, *words],
                stderr=subprocess.DEVNULL,
            )
        )

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    cluster_of_two = Cluster(2)
    yield cluster_of_two
    cluster_of_two.close()


def in_mid_run(room: Room, kill: threading.Event, act: object) -> threading.Thread:
    """A thread that acts once the first pack is there."""
    packs = room.root / "outbox" / "daily" / f".{DAY}.audience" / "made" / "packs"

    def watch() -> None:
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            if list(packs.glob("*.json")):
                act()  # type: ignore[operator]
                kill.set()
                return
            time.sleep(0.01)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_a_cluster_of_this_machine_makes_the_same_bytes(tmp_path: Path, expected: dict[str, bytes]) -> None:
    room = audience_room(tmp_path / "room")
    words = [sys.executable, "-m", "digest", "build", "--daily", "--date", DAY, "--engine", "dask"]
    words += ["--audience", str(many(room.root / "r.csv")), "--root", str(room.root)]
    done = subprocess.run(words, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert bytes_of(folder(room)) == expected


def test_a_killed_worker_costs_no_reader(
    tmp_path: Path, cluster: Cluster, expected: dict[str, bytes]
) -> None:
    room, killed = audience_room(tmp_path / "room"), threading.Event()
    path = many(room.root / "r.csv")
    watching = in_mid_run(room, killed, cluster.workers[0].kill)
    built(room, "--audience", str(path), "--engine", "dask", "--scheduler", cluster.address)
    watching.join()
    assert killed.is_set()
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert bytes_of(folder(room)) == expected


def test_a_killed_scheduler_is_said_and_a_rerun_completes(
    tmp_path: Path, cluster: Cluster, expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "processors", lambda: 1)  # for the rerun
    room, killed = audience_room(tmp_path / "room"), threading.Event()
    path = many(room.root / "r.csv")

    def kill_all() -> None:
        for process in (cluster.scheduler, *cluster.workers):
            os.kill(process.pid, signal.SIGKILL)

    watching = in_mid_run(room, killed, kill_all)
    row = built(room, "--audience", str(path), "--engine", "dask", "--scheduler", cluster.address, code=4)
    watching.join()
    assert killed.is_set()
    assert "finishes what is missing" in row["error"]
    assert not folder(room).exists()
    assert built(room, "--audience", str(path))["status"] == "built"
    assert bytes_of(folder(room)) == expected


def test_a_scheduler_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from digest.audience.engines import dask

    monkeypatch.setattr(dask, "PATIENCE", "1s")
    room = audience_room(tmp_path / "room")
    path = many(room.root / "r.csv")
    words = ("--audience", str(path), "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9")
    result = room.run("build", "--daily", "--date", DAY, *words)
    assert result.code == 4
    assert "no dask scheduler answers at tcp://127.0.0.1:9" in result.err
    other = room.run("build", "--daily", "--date", DAY, *words[:-1], "nonsense")
    assert (other.code, '"nonsense" is no address' in other.err) == (2, True)
    assert "Traceback" not in result.err


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of moto's S3 server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in (
        ("AWS_ENDPOINT_URL", f"http://{host}:{port}"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    system = s3fs.S3FileSystem()
    system.makedirs("readers", exist_ok=True)
    yield "readers"
    system.rm("readers", recursive=True)
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


def test_readers_and_packs_in_an_object_store(
    tmp_path: Path, bucket: str, expected: dict[str, bytes]
) -> None:
    import s3fs

    room = audience_room(tmp_path / "room")
    text = (room.root / "digest.yaml").read_text()
    room.write("digest.yaml", text.replace("audience: {", f"audience: {{output: 's3://{bucket}/out', "))
    system = s3fs.S3FileSystem()
    system.put_file(str(many(tmp_path / "r.csv")), f"{bucket}/in/r.csv")
    built(room, "--audience", f"s3://{bucket}/in/r.csv")
    base = f"{bucket}/out/daily/{DAY}/1/"
    found = {one.removeprefix(base): system.cat_file(one) for one in system.find(base)}
    assert set(found) == set(expected)
    assert found["recipients.parquet"] == expected["recipients.parquet"]
    assert {n: d for n, d in found.items() if n.endswith(".html")} == {
        n: d for n, d in expected.items() if n.endswith(".html")
    }
    system.rm_file(f"{base}packs/0002.txt")
    assert built(room, "--audience", f"s3://{bucket}/in/r.csv")["status"] == "restored"
    assert system.cat_file(f"{base}packs/0002.txt") == expected["packs/0002.txt"]


def test_an_object_store_that_is_not_there_is_said(tmp_path: Path, bucket: str) -> None:
    room = audience_room(tmp_path / "room")
    result = room.run("build", "--daily", "--date", DAY, "--audience", f"s3://{bucket}/nothing.csv")
    assert result.code == 2
    assert "there is no audience at" in result.err
    assert not folder(room).exists()
