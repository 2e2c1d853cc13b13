"""Every command and option is in the manual, and the README's commands are commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from digest import registry
from digest.cli import app, commands

REPOSITORY = Path(__file__).parents[1]
MANUAL = "\n".join((REPOSITORY / "docs" / name).read_text() for name in ("commands.md", "ad-planning.md"))
EVERYWHERE = {"--root", "--json", "--help", "--debug", "--version"}


def every(command: Any, name: str = "digest") -> Iterator[tuple[str, Any]]:
    yield name, command
    for sub, child in sorted(getattr(command, "commands", {}).items()):
        yield from every(child, f"{name} {sub}")


COMMANDS = dict(every(get_command(commands())))


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "digest"])
def test_every_command_is_in_the_manual(name: str) -> None:
    assert name in MANUAL


def test_the_list_of_commands_says_what_the_help_of_each_says() -> None:
    shown = " ".join(CliRunner().invoke(app, ["--help"]).stdout.split())
    for name, command in COMMANDS["digest"].commands.items():
        sentence = (command.help or "").partition("\n\n")[0]
        assert f"{name} {' '.join(sentence.split())}" in shown


@pytest.mark.parametrize("group", ["ads", "issues", "store", "stories"])
def test_the_help_of_a_group_cuts_no_sentence(group: str) -> None:
    shown = " ".join(CliRunner().invoke(app, [group, "--help"]).stdout.split())
    for name, command in COMMANDS[f"digest {group}"].commands.items():
        sentence = command.help.partition("\n\n")[0]
        assert f"{name} {' '.join(sentence.split())}" in shown


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "digest"])
def test_every_help_has_one_example_that_is_taken(name: str) -> None:
    example = COMMANDS[name].epilog or ""
    assert example.startswith(f"Example: {name}")
    assert "Example" not in (COMMANDS[name].help or "")
    COMMANDS[name].make_context(name, shlex.split(example.removeprefix(f"Example: {name}")))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_the_manual_and_has_help(name: str) -> None:
    for parameter in COMMANDS[name].params:
        if parameter.param_type_name == "option":
            assert parameter.help, f"{name} {parameter.opts}"
            if not EVERYWHERE & set(parameter.opts):
                assert parameter.opts[0] in MANUAL, f"{name} {parameter.opts[0]}"


@pytest.mark.parametrize("name", ["README.md", "docs/commands.md"])
def test_commands_that_are_shown_exist(name: str) -> None:
    text = (REPOSITORY / name).read_text()
    shown = re.findall(r"^(?:\$ |## |\| `)digest ((?:[a-z-]+ ?)+)", text, re.MULTILINE)
    assert shown
    for words in shown:
        assert f"digest {words.split()[0]}" in COMMANDS


def test_links_between_pages_lead_somewhere() -> None:
    for page in [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_make_has_the_two_commands_of_the_readme() -> None:
    targets = re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    for word in re.findall(r"^\$ make ([a-z]+)", (REPOSITORY / "README.md").read_text(), re.MULTILINE):
        assert word in targets


def test_every_mailer_and_dialect_has_its_row() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (?!none needed)", (REPOSITORY / "docs/mailers.md").read_text(), re.MULTILINE
    )
    for catalogue in ("digest.mailers", "digest.render.dialects"):
        for name in registry.names(catalogue):
            assert name in rows, f"{catalogue}.{name}"
