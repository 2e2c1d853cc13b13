"""The words of a command line as values, without help.

Typer lets pydantic turn words into values, and importing it takes longer than building an issue. Switches, texts,
paths and whole numbers need none of it; any other kind is left to Typer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, get_args, get_origin

import typer
from typer.core import TyperGroup


class Group(TyperGroup):
    """Commands whose words are read here."""

    def get_params(self, ctx: Any) -> Any:
        return _plainly(super().get_params(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _plainly(command.get_params(ctx))
        return command


def _plainly(parameters: Iterable[Any]) -> Iterable[Any]:
    """The parameters of a command: those of a plain kind know how to read themselves."""
    for parameter in parameters:
        annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
        kind = get_args(annotation)[0] if get_origin(annotation) is list else annotation
        if kind in _READ:
            parameter._runtime_param = _Words(_READ[kind], parameter)
    return parameters


class _Words:
    """What Typer asks for a value."""

    def __init__(self, read: Callable[[Any], Any], parameter: Any) -> None:
        self.read = read
        self.least, self.most = getattr(parameter, "min", None), getattr(parameter, "max", None)

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        try:
            return [self._one(word) for word in value] if several else self._one(value)
        except ValueError as error:
            raise typer.BadParameter(str(error), ctx=ctx, param=param) from None

    def _one(self, word: Any) -> Any:
        value = self.read(word)
        if self.least is not None and value < self.least:
            raise ValueError(f"{value} is too small; it is at least {self.least}.")
        if self.most is not None and value > self.most:
            raise ValueError(f"{value} is too large; it is at most {self.most}.")
        return value


def _text(word: str) -> str:
    try:
        word.encode()
    except UnicodeEncodeError:
        raise ValueError("this is no text in UTF-8.") from None
    return word


def _number(word: str | int) -> int:
    try:
        return int(word)
    except ValueError:
        raise ValueError(f'"{word}" is no whole number.') from None


def _path(word: str | Path) -> Path:
    """A path; not an empty word, which would be the folder one is in by chance."""
    text = _text(str(word))
    if not text:
        raise ValueError("the path is empty.")
    if max(len(part.encode()) for part in text.split("/")) > _LONGEST_NAME:
        raise ValueError("the name is too long.")
    return Path(word)


_LONGEST_NAME = 255  # bytes, of a file or folder
_READ: dict[Any, Callable[[Any], Any]] = {bool: bool, str: _text, Path: _path, int: _number}
