"""``${NAME}`` in a value of ``digest.yaml`` reads the environment, so that no secret needs to stand in the file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

CACHE = "DIGEST_CACHE"
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")


class MissingVariable(LookupError):
    """A variable that is not set. ``name`` is its name; no value is ever part of it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the environment variable {name} is not set")
        self.name = name


def cache_folder(root: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Where a newsroom keeps what can be made again: ``DIGEST_CACHE`` (from the newsroom), else ``var/cache``."""
    return root / (environment.get(CACHE, "").strip() or "var/cache")


def variables(text: str) -> tuple[str, ...]:
    """The variables that a text names, in order."""
    return tuple(_VARIABLE.findall(text))


def filled(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """The text with every ``${NAME}`` replaced. Raises ``MissingVariable``."""

    def value(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name not in environment:
            raise MissingVariable(name)
        return environment[name]

    return _VARIABLE.sub(value, text)
