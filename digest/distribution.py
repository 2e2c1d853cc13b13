"""What is installed: its name, for on the package index `digest` is somebody else's, and its program."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

NAME = "newsroom-digest"


def name() -> str:
    """The installed distribution whose command is ours; the usual name where none is installed."""
    from importlib.metadata import entry_points  # an ordinary build never asks, and need not wait for it

    for command in entry_points(group="console_scripts", name="digest"):
        if command.value == "digest.__main__:main" and command.dist is not None:
            return command.dist.name
    return NAME


def install(extra: str) -> str:
    """The command that adds an extra: ``pip install "newsroom-digest[plan]"``."""
    return f'pip install "{name()}[{extra}]"'


@cache
def program(*folders: str) -> str:
    """What stands for the program in these folders of the package: it changes with any of their modules."""
    package = Path(__file__).resolve().parent
    total = sha256()
    for path in sorted(path for folder in folders for path in (package / folder).rglob("*.py")):
        total.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()
