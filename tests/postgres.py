"""A private PostgreSQL server for tests: Debian's binaries, a Unix socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
