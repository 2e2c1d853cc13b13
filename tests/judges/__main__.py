"""``python -m tests.judges``: install the npm packages beside this file, then let every judge speak.

Debian's packages: nodejs npm default-jre-headless chromium spamassassin golang-go. A judge whose tool is missing is
skipped and says so. Words of the command go to pytest: ``python -m tests.judges -k axe``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.judges.tools import HERE, NODE_MODULES


def installed() -> None:
    """The npm packages, unless they are there; a failing registry only skips the judges that need them."""
    wanted = (
        "axe-core",
        "caniemail",
        "handlebars",
        "html-validate",
        "mustache",
        "playwright-core",
        "vnu-jar",
    )
    if "DIGEST_NODE_MODULES" in os.environ or all((NODE_MODULES / name).is_dir() for name in wanted):
        return
    npm = shutil.which("npm")
    if npm is None:
        print("npm is not installed: the judges that live in node are skipped.", file=sys.stderr)
        return
    command = [
        npm,
        "install",
        "--prefix",
        str(HERE),
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
        "--silent",
    ]
    if subprocess.run(command, check=False).returncode:
        print("npm could not install its packages: the judges that need them are skipped.", file=sys.stderr)


def main() -> int:
    installed()
    files = [str(path) for path in sorted(HERE.glob("judge_*.py"))]
    engines = str(HERE.parent / "test_dialects_engines.py")
    return int(pytest.main([*files, engines, "-rs", "-p", "no:cacheprovider", *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())
