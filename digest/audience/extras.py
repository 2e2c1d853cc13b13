"""What an audience needs beside the core: imported where it is used, and missed in words."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from digest.distribution import install
from digest.errors import CommandError


def needs(module: str, extra: str = "scale") -> Any:
    """A module of an extra. Raises ``CommandError`` with the command that installs it."""
    try:
        return import_module(module)
    except ImportError:
        raise CommandError(f"an audience needs {module.split('.')[0]}: {install(extra)}.") from None
