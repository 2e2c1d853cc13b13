"""Golden issues, byte for byte. ``make accept`` takes what is built now; read the diff before you commit it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.newsrooms import Room

REPOSITORY = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "issues"
ISSUES = [("daily", "2026-01-22"), ("daily", "2026-01-23"), ("weekly", "2026-01-23")]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A copy of the sample newsroom with its issues built in order."""
    root = tmp_path_factory.mktemp("golden") / "newsfinale"
    root.mkdir()
    for name in ("digest.yaml", "adslots.yaml"):
        shutil.copy(REPOSITORY / name, root / name)
    shutil.copytree(REPOSITORY / "samples", root / "samples")
    room = Room(root)
    for edition, day in ISSUES:
        result = room.run("build", "--edition", edition, "--date", day)
        assert result.code == 0, result.err
    return room


@pytest.mark.parametrize(("edition", "day"), ISSUES)
def test_the_sample_issues_are_as_accepted(
    sample: Room, edition: str, day: str, pytestconfig: pytest.Config
) -> None:
    files, folder = sample.files(edition, day), GOLDEN / f"{edition}-{day}"
    built = {
        name: data for name, data in files.items() if not name.startswith("images/")
    }  # the manifest has their hashes
    if pytestconfig.getoption("--accept"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in built.items():
            (folder / name).write_bytes(data)
    accepted = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    for name, data in accepted.items():
        if name != "message.eml":
            assert built[name].decode().splitlines() == data.decode().splitlines(), (
                f"{name}: see `make accept`"
            )
    assert built == accepted
