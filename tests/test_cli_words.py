"""The command line as a whole process: words that are no command's, readers that go away, one JSON object."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from digest.cli import main
from digest.cli.output import log_json
from tests.forks import process
from tests.newsrooms import newsroom

REPOSITORY = Path(__file__).parents[1]


def test_a_log_is_json_lines_with_times_and_the_exit_code(tmp_path: Path) -> None:
    root = newsroom(tmp_path).root

    def log(*words: str) -> list[dict[str, Any]]:
        done = process(root, *words)
        lines = [json.loads(line) for line in done.err.splitlines()]
        assert lines[-1]["exit_code"] == done.code
        assert all(datetime.fromisoformat(line["time"]).tzinfo for line in lines)
        assert "--json" in words or not done.out
        return lines

    wrong = log("--log-json", "build", "--edition", "dayly")
    assert [line["level"] for line in wrong] == ["error", "error"]
    assert "dayly" in wrong[0]["message"]
    assert wrong[-1]["command"] == "build --edition dayly"
    said = log("ingest", "--json", "--log-json")
    assert said[-1] | {"time": "", "seconds": 0} == {
        "time": "", "level": "info", "message": "exit code 0", "command": "ingest --json", "exit_code": 0, "seconds": 0,
    }  # fmt: skip
    (root / "digest.yaml").write_text("editions: [\n")
    assert log("check", "--log-json")[0]["level"] == "error"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("build", "--nope"), "--nope"),
        (("buidl",), "build"),
        (("explain", "daily"), "DATE"),
        (("mark-sent", "daily", "2026-01-23", "--delivered", "-4"), "-4 is less than 0"),
        (("stories", "list", "--limit", "x"), "is not a whole number"),
        (("stories", "pin"), "ID"),
        (("stories", "eat", "s1"), "eat"),
        (("build", "--edition", "dai\udcffly"), "UTF-8"),
    ],
)
def test_words_nobody_takes_are_one_json_object(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = process(newsroom(tmp_path).root, *words, "--json")
    told = json.loads(done.out)
    assert done.code == told["exit_code"] == 2
    assert says in told["error"]
    assert says in done.err
    assert "Traceback" not in done.err


LONG = "x" * 300


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("build", "--daily", "--outbox", ""), "the path is empty"),
        (("build", "--daily", "--outbox", LONG), "the name is too long"),
        (("build", "--daily", "--outbox", "s3://bucket/issues"), "an address, not a folder"),
        (("issues", "--root", f"/tmp/{LONG}"), "the name is too long"),
        (("build", "--daily", "--date", ""), "is not a date"),
        (("stories", "kill", "s1", "--edition", ""), "there is no edition"),
        (("stories", "kill", "s1", "--date", ""), "is not a date"),
        (("stories", "release", "s1", "--edition", "dayly"), 'Did you mean "daily"?'),
        (("stories", "list", "--date", ""), "is not a date"),
        (("ingest", f"{LONG}.csv"), "there is no file"),
        (("ingest", "~nobody-of-that-name/x.csv"), "there is no file"),
    ],
)
def test_empty_words_and_paths_that_are_none(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = process(newsroom(tmp_path).root, *words, "--json")
    assert done.code == json.loads(done.out)["exit_code"] == 2
    assert says in done.err


def test_the_newsroom_may_be_named_before_the_command(tmp_path: Path) -> None:
    room = newsroom(tmp_path / "room")
    done = process(tmp_path, "--root", "room", "build", "--daily", "--date", "2026-01-23", "--json")
    assert done.code == 0
    assert json.loads(done.out)["issues"][0]["folder"] == str(room.root / "outbox/daily/2026-01-23")
    assert process(tmp_path, "build", "--daily").code == 2


def test_the_environment_names_the_outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = newsroom(tmp_path / "room")
    monkeypatch.setenv("DIGEST_OUTBOX", str(tmp_path / "out"))
    assert process(room.root, "build", "--daily", "--date", "2026-01-23").code == 0
    assert (tmp_path / "out/daily/2026-01-23/index.html").exists()
    assert not (room.root / "outbox").exists()


def test_help_groups_the_commands_and_cuts_no_sentence(tmp_path: Path) -> None:
    shown = process(tmp_path, "--help").out
    assert "Every morning:" in shown
    assert shown.count("...") == 1  # of "[ARGS]..."
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("stories add --url x", "digest stories add"),
        ("stories add --title", "digest stories add"),  # whose error knows no command
        ("stories eat", "digest stories"),
        ("--root nowhere ads avails --nope", "digest ads avails"),
        ("--nope", "digest"),
    ],
)
def test_wrong_words_are_shown_the_help_of_their_command(
    words: str, command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["digest", *words.split()])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert f"(`{command} --help` shows what it takes.)" in capsys.readouterr().err


def test_a_group_without_a_command_shows_its_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["digest", "store"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert capsys.readouterr().err.startswith("Usage: digest store ")


def test_ctrl_c_before_the_command_begins_shows_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from digest import __main__, cli

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    monkeypatch.setattr("gc.set_threshold", lambda *_: None)
    with pytest.raises(SystemExit, match="130"):
        __main__.main()
    assert capsys.readouterr().err == "digest: stopped.\n"


def test_a_shell_completes_commands(tmp_path: Path) -> None:
    asked = {"_DIGEST_COMPLETE": "complete_bash", "COMP_WORDS": "digest bu", "COMP_CWORD": "1"}
    where = os.environ | {"PYTHONPATH": str(REPOSITORY)} | asked
    command = Path(sys.executable).with_name("digest")
    if not command.exists():
        pytest.skip("the command is not installed beside this Python")
    done = subprocess.run([command], cwd=tmp_path, env=where, capture_output=True, text=True, check=False)
    assert "build" in done.stdout.split()


def test_a_reader_that_goes_away_stops_no_build(tmp_path: Path) -> None:
    """All editions are built, though nobody reads what is said of the first."""
    room = newsroom(tmp_path)
    second = '  second: {cadence: daily, cutoff: "06:00", from: "News <news@harbor.example>"}\n'
    room.write("digest.yaml", (room.root / "digest.yaml").read_text() + second)
    read, write = os.pipe()
    os.close(read)
    where = os.environ | {"PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}
    line = [sys.executable, "-m", "digest", "build", "--daily", "--date", "2026-01-23"]
    done = subprocess.run(line, cwd=room.root, env=where, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(folder.name for folder in (room.root / "outbox").iterdir()) == ["daily", "second"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_output_that_cannot_be_written_stops_no_build_and_is_told(tmp_path: Path) -> None:
    room = newsroom(tmp_path / "room")
    where = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    line = [sys.executable, "-m", "digest", "build", "--daily", "--date", "2026-01-23"]
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            line, cwd=room.root, env=where, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 4
    assert result.stderr.count("the output cannot be written (") == 1
    assert room.manifest()["revision"] == 1


@pytest.mark.parametrize("words", [(), ("--debug",), ("--debug", "--json"), ("--log-json", "--debug")])
def test_a_defect_tells_no_password(
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nor does the traceback of a library's error that quotes an address."""

    def broken(*words: object, **more: object) -> None:
        raise RuntimeError("postgresql://u:p@ssw0rd@h.example/x says no")

    monkeypatch.setattr("digest.config.load", broken)
    monkeypatch.setattr(sys, "argv", ["digest", "issues", "--root", str(newsroom(tmp_path).root), *words])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 1
    assert "w0rd" not in told.out + told.err
    assert "@h.example/x says no" in told.err
    assert ("Traceback" in told.err) == ("--debug" in words)
    log_json(False)
