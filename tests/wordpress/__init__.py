"""A real WordPress on this machine, from the packages of the system: MariaDB, PHP and Debian's ``wordpress``."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
SITE = Path("/usr/share/wordpress")
ROUTER = """<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path !== '/' && is_file(__DIR__ . $path)) return false;
$_SERVER['SCRIPT_NAME'] = '/index.php';
require __DIR__ . '/index.php';
"""
CONFIG = """<?php
define('DB_NAME', 'site'); define('DB_USER', 'site'); define('DB_PASSWORD', 'site');
define('DB_HOST', '127.0.0.1:{db}');
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}'); define('WP_ENVIRONMENT_TYPE', 'local');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {{
  define($name . '_KEY', md5($name)); define($name . '_SALT', md5('salt' . $name));
}}
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require ABSPATH . 'wp-settings.php';
"""


def missing() -> str:
    """What keeps a WordPress from running here; empty where nothing does."""
    if os.geteuid():
        return "a WordPress of its own is started by root only"
    if not SITE.is_dir():
        return "Debian's package wordpress is not installed"
    absent = [name for name in ("mariadbd", "mariadb-install-db", "mariadb", "php") if not shutil.which(name)]
    return f"{absent[0]} is not installed" if absent else ""


class Site:
    """A running site; ``database`` is its address for SQLAlchemy."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.db = folder, _free(), _free()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = f"mysql+pymysql://site:site@127.0.0.1:{self.db}/site?charset=utf8mb4"

    def php(self, script: str) -> str:
        """What one of the scripts beside this file prints, run inside the site."""
        shutil.copy(HERE / script, self.folder / "site" / script)
        command = ["php", "-d", "memory_limit=256M", script]
        return subprocess.run(
            command, cwd=self.folder / "site", check=True, capture_output=True, text=True, timeout=120
        ).stdout


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """A new site with the posts of ``seed.php``."""
    site = Site(folder)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        processes.append(_database(site))
        shutil.copytree(SITE, folder / "site", ignore=shutil.ignore_patterns("wp-config.php", "languages"))
        (folder / "site" / "wp-config.php").write_text(CONFIG.format(db=site.db, url=site.url))
        (folder / "site" / "router.php").write_text(ROUTER)
        site.php("seed.php")
        processes.append(_web(site))
        yield site
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(30)


def _database(site: Site) -> subprocess.Popen[bytes]:
    data = site.folder / "db"
    data.mkdir()
    for place in (site.folder, data):
        place.chmod(0o755)
    shutil.chown(data, "mysql")
    for parent in site.folder.parents:
        if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o711)
    make = ["mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={data}", "--skip-test-db",
            "--auth-root-authentication-method=normal"]  # fmt: skip
    subprocess.run(make, check=True, capture_output=True, timeout=120)
    socket_file = data / "s"
    process = subprocess.Popen(
        ["mariadbd", "--no-defaults", "--user=mysql", f"--datadir={data}", f"--socket={socket_file}",
         "--bind-address=127.0.0.1", f"--port={site.db}", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    make = ["create database site character set utf8mb4", "create user site@'%' identified by 'site'",
            "grant all on site.* to site@'%'"]  # fmt: skip
    client = ["mariadb", "-uroot", "-S", str(socket_file), "-e", "; ".join(make)]
    _until(lambda: subprocess.run(client, capture_output=True).returncode == 0)
    return process


def _web(site: Site) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        ["php", "-S", f"127.0.0.1:{site.port}", "-t", "site", "site/router.php"],
        cwd=site.folder, env=os.environ | {"PHP_CLI_SERVER_WORKERS": "4"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def answers() -> bool:
        try:
            return bool(urllib.request.urlopen(f"{site.url}/?feed=rss2", timeout=20).read())
        except OSError:
            return False

    _until(answers)
    return process


def _until(done: object) -> None:
    end = time.monotonic() + 90
    while not done():  # type: ignore[operator]
        if time.monotonic() > end:
            raise TimeoutError("the site did not come up")
        time.sleep(0.1)


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
