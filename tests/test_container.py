"""The steps of the Dockerfile in a plain root folder, where no container builder can be had.

It installs a whole system twice (some minutes), so it runs only where ``DIGEST_CONTAINER=1`` asks for it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
STAGES = re.split(r"^FROM .*$", (REPOSITORY / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]
LIMIT = 200_000_000  # bytes

pytestmark = pytest.mark.skipif(
    os.environ.get("DIGEST_CONTAINER") != "1" or os.geteuid() != 0 or not shutil.which("debootstrap"),
    reason="makes a whole system: set DIGEST_CONTAINER=1, as root, with debootstrap installed",
)


def system(root: Path) -> None:
    """A plain Debian, less what a slim image leaves out."""
    subprocess.run(["debootstrap", "--variant=minbase", "bookworm", root], check=True, capture_output=True)


def lean(root: Path) -> None:
    for folder in ("share/doc", "share/man", "share/locale", "share/info"):
        shutil.rmtree(root / "usr" / folder, ignore_errors=True)
    for folder in ("cache/apt", "lib/apt/lists"):
        shutil.rmtree(root / "var" / folder, ignore_errors=True)


def steps(root: Path, stage: str, folder: str) -> None:
    """Run the RUN lines of a stage; this machine's certificates count there, too."""
    for line in re.findall(r"^RUN (.*)$", stage, re.MULTILINE):
        words = f"export EXTRAS=postgres HOME=/root; mkdir -p {folder}; cd {folder}; {line}"
        done = subprocess.run(
            ["chroot", root, "sh", "-ec", words], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stderr[-2000:]}"
        own = Path("/etc/ssl/certs/ca-certificates.crt")
        if own.exists() and (root / "etc/ssl/certs").is_dir():
            shutil.copy(own, root / "etc/ssl/certs")


def size(root: Path) -> int:
    return sum(path.lstat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def test_the_image_is_small_and_builds_as_a_user_without_rights(tmp_path: Path) -> None:
    packages, final = tmp_path / "packages", tmp_path / "final"
    system(packages)
    subprocess.run(["cp", "-a", packages, final], check=True)
    files = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for name in files.stdout.split():
        if not name.startswith(("tests/", "bench/", "docs/images/")):
            (packages / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, packages / "source" / name)
    steps(packages, STAGES[0], "/source")
    shutil.copytree(packages / "install/usr/local", final / "usr/local", symlinks=True, dirs_exist_ok=True)
    steps(final, STAGES[1], "/")
    lean(final)
    print(f"{size(final) / 1e6:.0f} MB")
    assert size(final) < LIMIT
    for name in ("digest.yaml", "adslots.yaml"):
        shutil.copy(REPOSITORY / name, final / "newsroom")
    shutil.copytree(REPOSITORY / "samples", final / "newsroom/samples")
    subprocess.run(["chown", "-R", "10001", final / "newsroom"], check=True)
    line = "cd /newsroom && digest build --daily --date 2026-01-23"
    words = ["chroot", "--userspec=10001", str(final), "sh", "-c", line]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (final / "newsroom/outbox/daily/2026-01-23/message.eml").exists()
