"""PostgreSQL for tests: Debian's binaries, a Unix socket in a temporary folder; one server for all of a run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

SHARED = "DIGEST_TESTS_POSTGRES"  # the folder of the run's server; the workers of a run inherit it


class NoPostgres(Exception):
    """Why there is none; a test skips with it."""


def binaries() -> Path:
    """The folder of ``initdb`` and ``pg_ctl``: the newest of Debian's, else that of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    if there is None:
        raise NoPostgres("no PostgreSQL here (apt-get install postgresql)")
    return Path(there).parent


def _user() -> str | None:
    """Whom to run it as: the server refuses root."""
    import pwd

    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise NoPostgres("PostgreSQL refuses to run as root, and there is no other user")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _run(user: str | None, *words: str) -> None:
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(
        words, user=user, env=environment, cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoPostgres(f"PostgreSQL does not start: {(done.stderr or done.stdout).strip()[-300:]}")


def _start(folder: Path) -> str:
    """The SQLAlchemy URL of a server that keeps everything in a folder. Raises :class:`NoPostgres`."""
    bin_folder, user = binaries(), _user()
    if user:
        shutil.chown(folder, user, user)
    data, port = str(folder / "data"), _free_port()
    options = f"-p {port} -c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    _run(user, str(bin_folder / "initdb"), *("-D", data, "-A", "trust", "-U", "digest", "-E", "UTF8", "-N"))
    _run(user, str(bin_folder / "pg_ctl"), *("-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start"))
    return f"postgresql+psycopg://digest@/postgres?host={folder}&port={port}"


def stop(folder: Path) -> None:
    """End the server of a folder, at once, and delete it."""
    if (folder / "data" / "postmaster.pid").exists():
        _run(_user(), str(binaries() / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """A server of its own, for a test that stops it; yields the URL of its database. Raises :class:`NoPostgres`."""
    folder = Path(tempfile.mkdtemp(prefix="digest-pg-"))
    try:
        yield _start(folder)
    finally:
        stop(folder)


@contextmanager
def database() -> Iterator[str]:
    """A new database on the server that all tests of a run share; yields its URL. Raises :class:`NoPostgres`."""
    import fcntl

    import psycopg

    folder, name = Path(os.environ[SHARED]), f"test_{uuid4().hex[:12]}"
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first worker that needs the server starts it
        address = folder / "address"
        if not address.exists():
            (folder / "pg").mkdir(exist_ok=True)
            address.write_text(_start(folder / "pg"))
        url = address.read_text()
    asked = parse_qs(urlsplit(url).query)
    where = f"host={asked['host'][0]} port={asked['port'][0]} user=digest dbname=postgres"
    with psycopg.connect(where, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield url.replace("/postgres?", f"/{name}?")


@contextmanager
def for_test(server: AbstractContextManager[str]) -> Iterator[str]:
    """What a server or a database yields; the test is skipped where there is none."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(server)
        except NoPostgres as none:
            pytest.skip(str(none))
        yield url


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of a database that the tests of a module share."""
    with for_test(database()) as url:
        yield url


@contextmanager
def run() -> Iterator[None]:
    """What a run of tests is: its databases are made on one server, which ends with it."""
    folder = Path(tempfile.mkdtemp(prefix="digest-pg-"))
    folder.chmod(0o755)
    os.environ[SHARED] = str(folder)
    try:
        yield
    finally:
        stop(folder / "pg")
        shutil.rmtree(folder, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        this_run = ExitStack()
        this_run.enter_context(run())
        config.add_cleanup(this_run.close)


@contextmanager
def pooled(url: str) -> Iterator[str]:
    """The same database through pgbouncer, a server connection for each transaction. Raises :class:`NoPostgres`."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        raise NoPostgres("no pgbouncer here (apt-get install pgbouncer)")
    asked = parse_qs(urlsplit(url).query)
    user, port = _user(), _free_port()
    folder = Path(tempfile.mkdtemp(prefix="digest-pool-"))
    (folder / "users").write_text('"digest" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={asked['host'][0]} port={asked['port'][0]}\n[pgbouncer]\npool_mode = transaction\n"
        f"listen_addr =\nlisten_port = {port}\nunix_socket_dir = {folder}\nauth_type = trust\n"
        f"auth_file = {folder}/users\ndefault_pool_size = 4\nmax_client_conn = 200\n"
    )
    if user:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user, user)
    process = subprocess.Popen(
        [program, str(folder / "pgbouncer.ini")],
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            if (folder / f".s.PGSQL.{port}").exists():
                break
            time.sleep(0.05)
        else:
            raise NoPostgres("pgbouncer does not start")
        yield f"postgresql+psycopg://digest@/postgres?host={folder}&port={port}"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
