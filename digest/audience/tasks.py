"""Tasks for other processes: a function of this package by its module and name, and what it is given, as bytes."""

from __future__ import annotations

import copyreg
import io
import marshal
import pickle
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import CodeType, MappingProxyType
from typing import Any

Progress = Callable[[int, int], None]  # how many tasks are done, and of how many


class _Pickler(pickle.Pickler):
    dispatch_table = copyreg.dispatch_table.copy()
    dispatch_table[MappingProxyType] = lambda table: (_table, (dict(table),))
    dispatch_table[CodeType] = lambda code: (marshal.loads, (marshal.dumps(code),))


def _table(rows: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(rows)


def packed(value: Any) -> bytes:
    """A value of ours as bytes for other processes of the same program."""
    file = io.BytesIO()
    _Pickler(file, protocol=5).dump(value)
    return file.getvalue()


def unpacked(data: bytes) -> Any:
    return pickle.loads(data)


@cache
def function_of(name: str) -> Callable[[Any, Any], Any]:
    module, _, called = name.partition(":")
    function: Callable[[Any, Any], Any] = getattr(import_module(module), called)
    return function
