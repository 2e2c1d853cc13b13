"""A private PostgreSQL server for tests: Debian's binaries, a Unix socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


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


@contextmanager
def server() -> Iterator[str]:
    """A running server; yields the SQLAlchemy URL of its database. Raises :class:`NoPostgres`."""
    bin_folder, user = binaries(), _user()
    folder = Path(tempfile.mkdtemp(prefix="digest-pg-"))
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    data, port = folder / "data", _free_port()
    options = f"-p {port} -c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    try:
        _run(
            user,
            str(bin_folder / "initdb"),
            "-D",
            str(data),
            "-A",
            "trust",
            "-U",
            "digest",
            "-E",
            "UTF8",
            "-N",
        )
        _run(
            user,
            str(bin_folder / "pg_ctl"),
            "-D",
            str(data),
            "-w",
            "-l",
            str(folder / "log"),
            "-o",
            options,
            "start",
        )
        try:
            yield f"postgresql+psycopg://digest@/postgres?host={folder}&port={port}"
        finally:
            _run(user, str(bin_folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
            os.chown(path, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
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
