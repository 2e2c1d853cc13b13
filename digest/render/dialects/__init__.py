"""Mailer dialects: one file each, named as the key ``mailer`` of ``digest.yaml`` names it."""

from __future__ import annotations

from digest import registry
from digest.render.dialect import Dialect

PLUGIN = ("DIALECT",)


def names() -> tuple[str, ...]:
    """Every known mailer, sorted."""
    return registry.names(__name__)


def dialect(name: str) -> Dialect:
    """The dialect of a mailer. Raises ``KeyError`` for an unknown one."""
    loaded: Dialect = registry.load(__name__, name).DIALECT
    return loaded
