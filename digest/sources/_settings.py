"""What a source may be told in digest.yaml: what holds for every type, and a type's own options.

A type's options are the fields of the class ``Options`` of its file. A field's meaning stands beside it, and
``docs/sources.md`` shows it. ``${NAME}`` in any value reads the environment when the source is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import timedelta
from types import MappingProxyType, NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from digest import registry
from digest.errors import did_you_mean
from digest.model import environment

T = TypeVar("T")
_LENGTH = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
LONGEST = 20.0  # seconds for a source over the network


def option(meaning: str, default: Any = MISSING) -> Any:
    """A key of a source: its meaning, and its default where it has one."""
    defaults: dict[str, Any] = {} if default is MISSING else {"default": default}
    if isinstance(default, type):
        defaults = {"default_factory": default}
    return field(metadata={"meaning": meaning}, **defaults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sponsored:
    """Which posts of a source are paid for."""

    categories: tuple[str, ...] = option("posts of these categories are sponsored", ())
    tags: tuple[str, ...] = option("posts with these tags are sponsored", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What every source may be told."""

    include: tuple[str, ...] = option("only stories with one of these categories or tags", ())
    exclude: tuple[str, ...] = option("no stories with one of these categories or tags", ())
    section: str = option("the id of a section: all stories of this source belong to it", "")
    flags: tuple[str, ...] = option("added to every story, such as `no_ads`", ())
    tags: tuple[str, ...] = option("added to every story", ())
    language: str = option("of stories that name none, such as `en`", "")
    limit: int | None = option("at most so many stories of one reading, the first ones it has", None)
    sponsored: Sponsored = field(
        default_factory=Sponsored,
        metadata={
            "meaning": "`{categories: […], tags: […]}`: such posts get the flag `sponsored`, "
            "and run only in editions that say `sponsored: labelled`"
        },
    )
    republish: bool = option("`true`: a later publication time makes a story new again", False)
    headers: Mapping[str, str] = option("sent along, to this host only", dict)
    timeout: float | None = option("seconds for all of it, at most 20", None)
    proxy: str = option("`http://host:port`; by default what the usual variables say (`HTTPS_PROXY`)", "")
    ca_file: str = option("certificates of authorities that are trusted instead of the system's", "")
    allow_private: bool = option("`true`: a public address may lead to one inside the house", False)


class Unset(Exception):
    """A variable of the environment that is missing; the text says which."""


def problems(type_: str, options: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the options of a source: the key, what is wrong, and a cure. Variables are not looked up."""
    known = {name: kind for cls in (Common, options_class(type_)) for name, kind in _fields(cls).items()}
    for name, value in options.items():
        if name not in known:
            yield (
                name,
                f'unknown key "{name}" of a source of the type {type_}.',
                did_you_mean(name, sorted(known)),
            )
        elif not _variables(value):
            try:
                _checked(name, _converted(value, known[name]))
            except (ValueError, TypeError) as error:
                yield name, f"{name} {error}.", ""
    for name in _required(options_class(type_)):
        if name not in options:
            yield name, f'a source of the type {type_} needs the key "{name}".', ""


def common(options: Mapping[str, Any]) -> Common:
    """What every source may be told, with the environment's values. Raises :class:`Unset`, ``ValueError``."""
    return _made(Common, options)


def own(type_: str, options: Mapping[str, Any]) -> Any:
    """A type's own options, with the environment's values. Raises :class:`Unset`, ``ValueError``."""
    return _made(options_class(type_), options)


def recheck(type_: str, options: Mapping[str, Any]) -> timedelta | None:
    """How far back a source is asked whether it still has its stories; ``None`` for one that cannot tell."""
    try:
        return getattr(own(type_, options), "recheck", None)
    except (KeyError, ValueError, Unset):
        return None


def options_class(type_: str) -> type[Any]:
    """The class of a type's own options; one without fields where its file has none."""
    return getattr(registry.load("digest.sources", type_), "Options", None) or _None


@dataclass(frozen=True, slots=True, kw_only=True)
class _None:
    """No options."""


def filled(text: str) -> str:
    """The text with every ``${NAME}`` replaced. Raises :class:`Unset`."""
    try:
        return environment.filled(text)
    except environment.MissingVariable as missing:
        raise Unset(str(missing)) from None


def _made(cls: type[T], options: Mapping[str, Any]) -> T:
    values: dict[str, Any] = {}
    for name, kind in _fields(cls).items():
        if name in options:
            try:
                values[name] = _checked(name, _converted(_filled(options[name]), kind))
            except (ValueError, TypeError) as error:
                raise ValueError(f"{name} {error}") from None
    missing = [name for name in _required(cls) if name not in values]
    if missing:
        raise ValueError(f'it needs the key "{missing[0]}"')
    return cls(**values)


def _fields(cls: type[Any]) -> dict[str, Any]:
    return {name: kind for name, kind in get_type_hints(cls).items() if not name.startswith("_")}


def _required(cls: type[Any]) -> list[str]:
    return [f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING]


def _variables(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_variables, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_variables, value))
    return isinstance(value, str) and bool(environment.variables(value))


def _filled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(part) for part in value]
    return filled(value) if isinstance(value, str) else value


def _converted(value: Any, kind: Any) -> Any:
    """The value as the kind of its field. Raises ``ValueError`` with what is wrong, never with the value."""
    if isinstance(kind, UnionType):
        kind = next(part for part in get_args(kind) if part is not NoneType)
    origin = get_origin(kind) or kind
    if origin is tuple:
        parts = value if isinstance(value, list | tuple) else [value]
        return tuple(_text(part) for part in parts)
    if is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(value, Mapping) or set(value) - set(_fields(kind)):
            raise ValueError(f"is a block with {' and '.join(_fields(kind))}")
        return _made(kind, value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise ValueError("is a block of names and values")
        return MappingProxyType({str(name): _text(part) for name, part in value.items()})
    return _scalar(_text(value), origin)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value).strip()
    raise ValueError("is no text")


def _scalar(text: str, kind: Any) -> Any:
    if kind is str:
        return text
    if kind is bool:
        if text.lower() not in ("true", "false", "yes", "no"):
            raise ValueError("is true or false")
        return text.lower() in ("true", "yes")
    if kind is timedelta:
        length = _LENGTH.fullmatch(text)
        if length is None:
            raise ValueError("is a length of time such as 12h or 7d")
        return timedelta(seconds=int(length[1]) * _UNITS[length[2]])
    try:
        return kind(text.removesuffix("s") if kind is float else text)
    except ValueError:
        raise ValueError("is no number" if kind is float else "is no whole number") from None


def _checked(name: str, value: Any) -> Any:
    if name == "timeout" and value is not None and not 0 < value <= LONGEST:
        raise ValueError(f"lies between 0 and {LONGEST:g} seconds")
    if name == "limit" and value is not None and value < 1:
        raise ValueError("is 1 or more")
    return value
