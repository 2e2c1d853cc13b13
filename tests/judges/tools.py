"""Outside tools, each asked in one call; a test that needs a missing one is skipped with the reason."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
NODE_MODULES = Path(os.environ.get("DIGEST_NODE_MODULES", HERE / "node_modules"))
CHROMIUM = os.environ.get("DIGEST_CHROMIUM", shutil.which("chromium") or shutil.which("google-chrome") or "")


def package(name: str) -> Path:
    """The folder of an npm package."""
    found = NODE_MODULES / name
    if not shutil.which("node") or not found.is_dir():
        pytest.skip(f"node with the package {name} is not installed (make judges installs it)")
    return found


def node(script: str, question: Any, *packages: str) -> Any:
    """The answer of one of this folder's scripts."""
    for name in packages:
        package(name)
    environment = {**os.environ, "NODE_PATH": str(NODE_MODULES.resolve())}
    done = subprocess.run(
        ["node", str(HERE / script)],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def browsed(jobs: list[dict[str, Any]]) -> list[Any]:
    """What Chromium says to each job of ``browser.mjs``."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    answers: list[Any] = node(
        "browser.mjs", {"jobs": jobs, "browser": CHROMIUM}, "playwright-core", "axe-core"
    )
    return answers


def nu(documents: Mapping[str, bytes], folder: Path) -> dict[str, list[str]]:
    """What W3C's checker says to each document: ``type: message``, with the place."""
    if not shutil.which("java"):
        pytest.skip("no Java on this machine")
    jar = package("vnu-jar") / "build" / "dist" / "vnu.jar"
    for name, html in documents.items():
        (folder / f"{name}.html").write_bytes(html)
    files = [str(folder / f"{name}.html") for name in documents]
    done = subprocess.run(
        ["java", "-jar", str(jar), "--format", "json", *files], capture_output=True, text=True
    )
    found: dict[str, list[str]] = {name: [] for name in documents}
    for one in json.loads(done.stderr or done.stdout)["messages"]:
        kind = one.get("subType") or one["type"]
        found[Path(one["url"]).stem].append(f"{kind}: {one['message']} [{one.get('extract', '')[:120]}]")
    return found


def spam_score(message: bytes) -> tuple[float, str]:
    """SpamAssassin's score without network tests, and the rules that made it."""
    if not shutil.which("spamassassin"):
        pytest.skip("SpamAssassin is not installed")
    done = subprocess.run(["spamassassin", "-L", "-t"], input=message, capture_output=True, check=True)
    head = done.stdout.decode("utf-8", "replace").split("\n\n", 1)[0].replace("\n\t", " ")
    status = next(line for line in head.splitlines() if line.startswith("X-Spam-Status:"))
    return float(status.split("score=")[1].split()[0]), status
