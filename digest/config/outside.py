"""What a configuration names outside its two files: plugins and time zones. Asked at every load."""

from __future__ import annotations

import pkgutil
from pathlib import Path
from typing import Any

import digest
from digest.errors import Problem

CATALOGUES = {
    "mailer": ("render/dialects", "mailer"),
    "source": ("sources", "type of source"),
    "signal": ("select/signals", "ranking signal"),
}
Reference = list[Any]  # kind, name, line, column in digest.yaml: plain JSON


def plugins(folder: str) -> tuple[str, ...]:
    """The plugins of a catalogue by its folder in the package; nothing is imported."""
    path = Path(digest.__file__).parent / folder
    found = (module.name for module in pkgutil.iter_modules([str(path)]))
    return tuple(sorted(name for name in found if not name.startswith("_")))


def problems(references: list[Reference]) -> list[Problem]:
    """The references that lead nowhere on this machine."""
    return [problem for reference in references if (problem := _problem(*reference))]


def _problem(kind: str, name: str, line: int, column: int) -> Problem | None:
    if kind == "zone":
        return None if _zone_is_here(name) else _no_zone(name, line, column)
    folder, called = CATALOGUES[kind]
    known = plugins(folder)
    if not known or name in known:
        return None
    from digest.config.words import did_you_mean, shown

    return Problem(
        "digest.yaml", line, column, f"unknown {called} {shown(name)}.", did_you_mean(name, list(known))
    )


def _zone_is_here(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _no_zone(name: str, line: int, column: int) -> Problem:
    message = f'the time zone "{name}" is not installed here.'
    return Problem("digest.yaml", line, column, message, "Install the package tzdata.")
