"""The name under which this package is installed: on the package index `digest` is somebody else's."""

from __future__ import annotations

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
