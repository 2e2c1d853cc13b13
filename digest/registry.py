"""One file is one plugin, named after its file.

A catalogue is a package (``digest.sources``, ``digest.place.rules``, ...); each of its
modules whose name does not start with ``_`` is a plugin. Nothing is registered by hand:
a new plugin is one new file. What each plugin of a catalogue has beside a docstring stands
in the package's ``PLUGIN``, such as ``("OPTIONS", "parse or pull")``.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

from digest.errors import BrokenPlugin


@cache
def names(catalogue: str) -> tuple[str, ...]:
    """The plugins of a catalogue such as ``"digest.sources"``, sorted by name."""
    package = import_module(catalogue)
    return tuple(sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_")))


@cache
def load(catalogue: str, name: str) -> ModuleType:
    """The module of one plugin.

    Raises ``KeyError`` for a name the catalogue has not, ``BrokenPlugin`` for a file that lacks what its like have.
    """
    if name not in names(catalogue):
        raise KeyError(name)
    plugin = import_module(f"{catalogue}.{name}")
    wanted = getattr(import_module(catalogue), "PLUGIN", ())
    lacks = [name for name in wanted if not any(hasattr(plugin, one) for one in name.split(" or "))]
    if not (plugin.__doc__ or "").strip():
        lacks.append("a docstring")
    if lacks:
        raise BrokenPlugin(f"{plugin.__file__} is a plugin of {catalogue} and lacks {' and '.join(lacks)}.")
    return plugin
