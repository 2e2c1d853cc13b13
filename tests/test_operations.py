"""Everything that docs/operations.md shows is run, or read by what will read it."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.cli import commands
from tests.newsrooms import Room, newsroom
from tests.postgres import NoPostgres, server

REPOSITORY = Path(__file__).parents[1]
PAGE = (REPOSITORY / "docs" / "operations.md").read_text()


def blocks(kind: str) -> list[str]:
    found = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found, kind
    return found


def digests(text: str) -> list[list[str]]:
    """The words of every ``digest`` command in a text."""
    lines = re.findall(r"(?:^|[\s/])digest((?: +[\w./=$\"{}:+-]+)+)", text, re.MULTILINE)
    return [line.split() for line in lines]


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    moment = datetime(2026, 1, 23, 13, 0, tzinfo=UTC)
    for command in ("build", "status", "issues"):
        monkeypatch.setattr(f"digest.cli.{command}.now", lambda: moment)
    return newsroom(tmp_path)


def test_the_mornings_commands_run_in_their_order(room: Room) -> None:
    text = "".join(blocks("console"))
    lines = [line for line in text.splitlines() if line.startswith("$ digest ")]
    assert len(lines) >= 4
    for line in lines:
        words = line.partition("#")[0].split()[2:]
        wanted = 6 if {"sent", "handed-over"} & set(words) else 0  # this test hands nothing over
        assert room.run(*words).code == wanted, line


def test_every_command_in_a_schedule_is_one() -> None:
    known = {command.name for command in commands().registered_commands}
    known |= {group.name for group in commands().registered_groups}
    for kind in ("crontab", "systemd", "yaml", "sh"):
        for text in blocks(kind):
            for words in digests(text):
                while words and words[0].startswith("-"):
                    words = words[2:] if words[0] == "--root" else words[1:]
                assert not words or words[0] in known, words


def test_the_crontab_is_five_times_and_a_command() -> None:
    lines = [line for text in blocks("crontab") for line in text.splitlines() if line.strip()]
    zones = [line.partition("=")[2] for line in lines if line.startswith("CRON_TZ=")]
    assert [zoneinfo.ZoneInfo(zone).key for zone in zones] == ["America/New_York"]
    for line in lines[1:]:
        *times, command = line.split(None, 5)
        assert len(times) == 5
        assert all(re.fullmatch(r"\*|\d+", time) for time in times)
        assert command.startswith("cd /srv/newsroom && /opt/digest/bin/digest ")


@pytest.mark.parametrize("text", blocks("systemd"))
def test_systemd_reads_its_units(text: str, tmp_path: Path) -> None:
    parser = configparser.ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    assert parser.sections()[0] == "Unit"
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return  # the units were read as the files they are; where systemd is, it reads them too
    unit = tmp_path / text.splitlines()[0].rsplit("/", 1)[1]
    unit.write_text(text.replace("/opt/digest/bin/digest", sys.executable).replace("User=digest\n", ""))
    if calendar := re.search(r"OnCalendar=(.*)", text):
        subprocess.run([analyze, "calendar", calendar[1]], check=True, capture_output=True)


def test_the_workflow_and_the_cron_job_are_whole() -> None:
    workflow, job = (yaml.load(text, yaml.BaseLoader) for text in blocks("yaml"))
    steps: list[dict[str, Any]] = workflow["jobs"]["build"]["steps"]
    assert [step["run"] for step in steps if "run" in step][-1] == "digest build --daily --strict"
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["containers"][0]["args"] == ["build", "--daily", "--strict"]
    assert pod["securityContext"]["runAsUser"] == "10001"
    assert re.search(r"^USER 10001$", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE)


def test_many_newsrooms_build_in_one_loop(tmp_path: Path) -> None:
    rooms = [newsroom(tmp_path / "rooms" / name) for name in ("north", "south")]
    script = blocks("sh")[-1].replace("/srv/newsrooms", str(tmp_path / "rooms"))
    script = script.replace("build --daily", "build --daily --date 2026-01-23")
    command = f'digest() {{ "{sys.executable}" -m digest "$@"; }}\n{script}'
    done = subprocess.run(["sh", "-c", command], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert "look at" not in done.stdout
    assert all(one.manifest()["revision"] == 1 for one in rooms)


def shell(room: Room, script: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a block of the page in a newsroom; ``digest`` is this very program."""
    command = f'digest() {{ "{sys.executable}" -m digest "$@"; }}\nset -e\n{script}'
    where = os.environ | {"PYTHONPATH": str(REPOSITORY)} | more
    return subprocess.run(
        ["sh", "-c", command], cwd=room.root, env=where, capture_output=True, text=True, check=False
    )


def block(start: str) -> str:
    return next(text for text in blocks("sh") if text.startswith(start))


def test_yesterdays_backup_comes_back_and_nothing_is_sent_twice(room: Room) -> None:
    assert shell(room, block("digest store backup")).returncode == 0
    assert room.run("build", "--daily").code == 0
    assert room.run("mark-sent", "daily", "2026-01-23", "--delivered", "900").code == 0
    sent = room.files()
    restored = block("cp backup.db").replace("digest recover\n", "")
    assert shell(room, restored).returncode == 0
    assert room.run("build", "--daily").code == 5  # though nobody recovered the ledger
    assert shell(room, "digest recover").returncode == 0
    assert room.run("build", "--daily").code == 5
    assert room.files() == sent
    assert room.run("issues", "--json").json["issues"][0]["delivered"] == 900


def test_what_is_old_is_forgotten(room: Room) -> None:
    assert room.run("build", "--daily").code == 0
    done = shell(room, block("digest store prune"))
    assert done.returncode == 0, done.stderr
    assert [row["date"] for row in room.run("issues", "--json").json["issues"]] == ["2026-01-23"]
    assert room.files()


def test_the_roles_of_postgresql_and_a_move_to_it(room: Room) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    try:
        with server() as address:
            engine = sqlalchemy.create_engine(address, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                for statement in blocks("sql")[0].split(";"):
                    if statement.strip():
                        connection.execute(sqlalchemy.text(statement))
            engine.dispose()
            owner, daily = (address.replace("//digest@", f"//digest_{name}@") for name in ("owner", "daily"))
            assert owner != address
            room.run("build", "--daily")
            room.run("mark-sent", "daily", "2026-01-23", "--delivered", "900")
            moved = shell(room, block("digest store copy"), NEW_STORE=owner)
            assert moved.returncode == 0, moved.stderr
            written = shell(room, "digest stories hold s1", DIGEST_STORE=daily)
            assert written.returncode == 0, written.stderr
            again = shell(room, "digest build --daily --date 2026-01-23", DIGEST_STORE=daily)
            assert again.returncode == 5
    except NoPostgres as none:
        pytest.skip(str(none))


def test_every_test_that_the_security_page_names_is_there() -> None:
    page = (REPOSITORY / "SECURITY.md").read_text()
    named = re.findall(r"`(tests/\w+\.py)(?:::(\w+))?`", page)
    assert len(named) > 10
    for file, test in named:
        text = (REPOSITORY / file).read_text()
        assert not test or f"def {test}(" in text, f"{file}::{test}"
