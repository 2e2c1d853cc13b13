"""Frozen values of the model as plain JSON, and back; nothing but those classes is ever made.

A value that JSON has not is an object with one key, its type: ``{"date": "2026-01-23"}``,
``{"digest.model.rates.Goal": {"unit": "issues", "amount": 10}}``. A JSON list is a tuple.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from fractions import Fraction
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

_OURS = ("digest.model.", "digest.errors.")  # the classes that may be made


def encode(value: Any) -> Any:
    """The value as plain JSON. Raises ``TypeError`` for a kind of value that is not known here."""
    if value is None or isinstance(value, bool | int | float | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, tuple):
        return [encode(part) for part in value]
    if isinstance(value, list):
        return {"list": [encode(part) for part in value]}
    if isinstance(value, frozenset):
        return {"frozenset": sorted(value)}
    if isinstance(value, Mapping):
        return {"table": [[key, encode(part)] for key, part in value.items()]}
    if isinstance(value, date | time):
        return {type(value).__name__: value.isoformat()}
    if isinstance(value, timedelta):
        return {"timedelta": value.total_seconds()}
    if isinstance(value, Fraction):
        return {"Fraction": str(value)}
    if is_dataclass(value) and f"{type(value).__module__}.".startswith(_OURS):
        parts = {field.name: encode(getattr(value, field.name)) for field in fields(value)}
        return {f"{type(value).__module__}.{type(value).__qualname__}": parts}
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def decode(data: Any) -> Any:
    """What ``encode`` was given. Raises ``ValueError``, ``TypeError`` or ``LookupError`` for anything else."""
    if isinstance(data, list):
        return tuple([decode(part) for part in data])
    if not isinstance(data, dict):
        return data
    ((kind, content),) = data.items()
    make = _MAKERS.get(kind)
    if make is not None:
        return make(content)
    return _model_class(kind)(**{name: decode(part) for name, part in content.items()})


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "list": lambda parts: [decode(part) for part in parts],
    "frozenset": frozenset,
    "table": lambda rows: MappingProxyType({key: decode(part) for key, part in rows}),
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
    "Fraction": Fraction,
}


@cache
def _model_class(name: str) -> Any:
    module, _, called = name.rpartition(".")
    if not name.startswith(_OURS):
        raise LookupError(name)
    cls = getattr(import_module(module), called)
    if not (isinstance(cls, type) and is_dataclass(cls)):
        raise LookupError(name)
    return cls
