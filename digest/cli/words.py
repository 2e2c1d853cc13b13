"""The words of a command line as texts and paths, without help.

Typer lets pydantic turn words into values, and importing it takes longer than building an issue. Switches, texts and
paths need none of it; numbers, and whatever else a later version of Typer brings, are left to Typer.
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
    """The parameters of a command: those that are switches, texts and paths know how to read themselves."""
    for parameter in parameters:
        annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
        kind = get_args(annotation)[0] if get_origin(annotation) is list else annotation
        if kind in _READ:
            parameter._runtime_param = _Words(_READ[kind])
    return parameters


class _Words:
    """What Typer asks for a value."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self.read = read

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        try:
            return [self.read(word) for word in value] if several else self.read(value)
        except UnicodeEncodeError:
            raise typer.BadParameter("this is no text in UTF-8.", ctx=ctx, param=param) from None


def _text(word: str) -> str:
    word.encode()
    return word


_READ: dict[Any, Callable[[Any], Any]] = {bool: bool, str: _text, Path: Path}
