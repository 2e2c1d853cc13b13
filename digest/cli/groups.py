"""How a group of commands shows them: each with its whole first sentence."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class Commands(TyperGroup):
    """A group whose help cuts no sentence."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([
                (name, sentence(command)) for name, command in self.commands.items() if not command.hidden
            ])  # fmt: skip


def sentence(command: Any) -> str:
    """What a command does: the first paragraph of its help."""
    return " ".join((command.help or "").partition("\n\n")[0].split())
