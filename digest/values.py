"""``dataclass`` as the standard library has it, made quickly.

The standard library compiles six methods for every frozen class; with more than a hundred of them that is a quarter
of a build's start. Here only ``__init__`` is compiled, since every class has its own, and only when the first value is
made; the other methods are the same functions for all. Classes that are not frozen are the standard library's.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, **options):
        """See :func:`dataclasses.dataclass`."""
        return _made(cls, options) if cls is not None else lambda given: _made(given, options)


__all__ = ["dataclass"]


def _made(cls: type, options: dict[str, bool]) -> type:
    if not options.get("frozen") or options.keys() - {"frozen", "slots", "kw_only", "order"}:
        return dataclasses.dataclass(**options)(cls)
    cls.__doc__ = cls.__doc__ or cls.__name__  # or a signature is worked out for it
    slots, kw_only = options.get("slots", False), options.get("kw_only", False)
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
    fields = dataclasses.fields(made)
    own = vars(cls)
    made.__init__ = _Init(made, fields)
    made._values_ = attrgetter(*(field.name for field in fields)) if fields else _nothing
    shared = _SHARED | _ORDER if options.get("order") else _SHARED
    for name, method in shared.items():
        if own.get(name) is None:
            setattr(made, name, method)
    return made  # type: ignore[no-any-return]


class _Init:
    """An ``__init__`` that is compiled when it is asked for: most classes have no value in most runs."""

    def __init__(self, made: Any, fields: tuple[dataclasses.Field[Any], ...]) -> None:
        self.made, self.fields = made, fields

    def __get__(self, value: object, kind: type) -> Any:
        self.made.__init__ = _init(self.made, self.fields)
        return self.made.__init__.__get__(value, kind)


def _init(made: Any, fields: tuple[dataclasses.Field[Any], ...]) -> Any:
    """The one method that differs: it sets every field by its slot, where there are slots."""
    names: dict[str, Any] = {"_set": object.__setattr__, "_missing": _MISSING}
    given, keywords = ["self"], list[str]()
    lines = ["  pass"]
    for field in fields:
        name, text, value = field.name, field.name, field.name
        if field.default is not dataclasses.MISSING:
            names[f"_default_{name}"] = field.default
            text = f"{name}=_default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            names[f"_make_{name}"] = field.default_factory
            text, value = f"{name}=_missing", f"_make_{name}() if {name} is _missing else {name}"
        (keywords if field.kw_only else given).append(text)
        slot = getattr(getattr(made, name, None), "__set__", None)
        names[f"_set_{name}"] = slot
        lines.append(f"  _set_{name}(self, {value})" if slot else f"  _set(self, {name!r}, {value})")
    if hasattr(made, "__post_init__"):
        lines.append("  self.__post_init__()")
    words = ", ".join([*given, *(["*", *keywords] if keywords else [])])
    text = (
        f"def make({', '.join(names)}):\n def __init__({words}):\n" + "\n".join(lines) + "\n return __init__"
    )
    space: dict[str, Any] = {}
    exec(text, vars(sys.modules[made.__module__]), space)
    init = space["make"](**names)
    init.__qualname__ = f"{made.__qualname__}.__init__"
    init.__annotations__ = {field.name: field.type for field in fields} | {"return": None}
    return init


_MISSING = object()


def _nothing(self: object) -> tuple[()]:
    return ()


def _repr(self: Any) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
    return f"{type(self).__qualname__}({values})"


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = type(self)._values_
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(type(self)._values_(self))


def _setattr(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__dataclass_fields__]


def _setstate(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__dataclass_fields__, state, strict=True):
        object.__setattr__(self, name, value)


_SHARED = {
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}


def _ordered(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        values = type(self)._values_
        return compare(values(self), values(other))

    return method


_ORDER = {f"__{compare.__name__}__": _ordered(compare) for compare in (lt, le, gt, ge)}
