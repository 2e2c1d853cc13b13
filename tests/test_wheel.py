"""The wheel in a bare environment builds the sample newsroom from another folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    foreign = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
    clean = {name: value for name, value in os.environ.items() if name not in foreign}
    return subprocess.run([str(word) for word in words], cwd=cwd, env=clean, capture_output=True, text=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=REPOSITORY)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_templates_migrations_and_word_lists(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("digest", "templates"):
        shipped = {
            path.relative_to(REPOSITORY) for path in (REPOSITORY / folder).rglob("*") if path.is_file()
        }
        for path in shipped:
            inside = path if folder == "digest" else Path("digest") / path
            if path.suffix != ".pyc":
                assert inside.as_posix() in names


def test_the_bill_of_materials_is_of_what_is_locked() -> None:
    """`make sbom` after `make lock`."""
    locked = re.findall(
        r"^([A-Za-z0-9._-]+)==([^ \\;]+)", (REPOSITORY / "requirements.txt").read_text(), re.MULTILINE
    )
    told = json.loads((REPOSITORY / "sbom.json").read_text())["components"]
    assert {(one["name"], one["version"]) for one in told} == set(locked)
    assert len(locked) > 10


def requirements(lines: Iterable[str], extras: Iterable[str] = ()) -> Iterator[Requirement]:
    """Those of ``Requires-Dist`` that hold here."""
    for asked in map(Requirement, lines):
        if asked.marker is None or any(asked.marker.evaluate({"extra": one}) for one in ("", *extras)):
            yield asked


def needed(wheel: Path) -> list[Distribution]:
    """What the wheel asks for, and what that asks for; each is here, in a version that is asked for."""
    with zipfile.ZipFile(wheel) as archive:
        (told,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(archive.read(told))
    found: dict[str, Distribution] = {}
    looked_at: set[tuple[str, frozenset[str]]] = set()
    open_ones = list(requirements(metadata.get_all("Requires-Dist", [])))
    while open_ones:
        asked = open_ones.pop()
        one = found.setdefault(canonicalize_name(asked.name), distribution(asked.name))
        assert asked.specifier.contains(one.version, prereleases=True), (asked, one.version)
        key = (canonicalize_name(asked.name), frozenset(asked.extras))
        if key not in looked_at:
            looked_at.add(key)
            open_ones += requirements(one.requires or (), asked.extras)
    return list(found.values())


def link(one: Distribution, folder: Path) -> None:
    """Install a distribution of this environment in another one."""
    tops = {path.parts[0] for path in one.files or ()} - {"..", "__pycache__"}
    assert tops, f"{one.name} does not say which files it has"
    for top in tops:
        (folder / top).symlink_to(Path(str(one.locate_file(top))))


def test_a_bare_environment_builds_the_sample_newsroom(wheel: Path, tmp_path: Path) -> None:
    """It holds what the wheel asks for, as the lock file has it, and nothing else."""
    bare = run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare", cwd=tmp_path)
    assert bare.returncode == 0, bare.stderr
    python = next(path for path in (tmp_path / "bare").glob("*/python*") if path.stem == "python")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    install = ("install", "--quiet", "--no-compile", "--no-index", "--no-deps")
    installed = run(*pip, *install, wheel, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    (module,) = (tmp_path / "bare").rglob("digest/__main__.py")
    for one in needed(wheel):
        link(one, module.parents[1])
    room = tmp_path / "newsroom"
    room.mkdir()
    for name in ("digest.yaml", "adslots.yaml"):
        shutil.copy(REPOSITORY / name, room / name)
    shutil.copytree(REPOSITORY / "samples", room / "samples")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = python.with_name("digest")
    built = run(command, "build", "--daily", "--date", "2026-01-23", "--root", room, cwd=elsewhere)
    assert built.returncode == 0, built.stderr
    assert (room / "outbox" / "daily" / "2026-01-23" / "message.eml").stat().st_size > 10_000
    assert list(elsewhere.iterdir()) == []
    checked = run(command, "check", "--root", room, cwd=elsewhere)
    assert checked.returncode == 0, checked.stderr
    begun = run(command, "init", "mynews", cwd=tmp_path)
    assert begun.returncode == 0, begun.stderr
    built = run(command, "build", "--daily", "--weekly", "--root", "mynews", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    assert [path.name for path in (tmp_path / "mynews" / "outbox").iterdir() if path.is_dir()]
    asked = run(command, "schema", "digest", cwd=elsewhere)
    assert asked.returncode == 0, asked.stderr
