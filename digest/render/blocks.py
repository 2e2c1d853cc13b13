"""Blocks of the newsroom's own: a template of ``templates/blocks`` and the data it prints, at a place in the issue."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from digest import model
from digest.errors import ConfigurationError, Problem, did_you_mean

AFTER_SECTION: Final = "after_section:"


def configured(newsroom: model.Newsroom) -> tuple[model.CustomBlock, ...]:
    """The newsroom's own blocks, in file order."""
    return newsroom.blocks


def template_of(block: model.CustomBlock) -> str:
    """The name of a block's template: ``weather`` for ``weather.j2``, ``blocks/weather.j2`` and ``weather``."""
    return block.template.removeprefix("blocks/").removesuffix(".j2")


def names(newsroom: model.Newsroom) -> tuple[str, ...]:
    """The templates of the newsroom's own blocks, each once."""
    return tuple(dict.fromkeys(template_of(block) for block in configured(newsroom)))


def place_of(block: model.CustomBlock, sections: Iterable[str]) -> str:
    """Where a block stands; one after a section that has no stories today stands before the footer."""
    if not block.position.startswith(AFTER_SECTION):
        return block.position
    section = block.position.removeprefix(AFTER_SECTION).strip()
    return f"{AFTER_SECTION} {section}" if section in sections else "before_footer"


def read(root: Path, block: model.CustomBlock) -> Any:
    """A block's data; ``None`` where its file is not there. Raises ``ConfigurationError`` where it cannot be read."""
    if not block.data:
        return {}
    path = (root / block.data).resolve()
    if not path.is_relative_to(root.resolve()):
        raise ConfigurationError([_problem(block, 1, 1, "lies outside of the newsroom.", "Copy it there.")])
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except json.JSONDecodeError as error:
        raise ConfigurationError(
            [_problem(block, error.lineno, error.colno, f"is no JSON: {error.msg}.", "")]
        ) from None
    except (OSError, ValueError) as error:
        raise ConfigurationError([_problem(block, 1, 1, f"cannot be read: {error}.", "")]) from None


def _problem(block: model.CustomBlock, line: int, column: int, message: str, cure: str) -> Problem:
    return Problem(block.data, line, column, f"the data of block `{block.name}` {message}", cure)


def problems(newsroom: model.Newsroom) -> list[Problem]:
    """What is wrong with the data of the newsroom's own blocks."""
    found: list[Problem] = []
    for block in configured(newsroom):
        try:
            read(newsroom.root, block)
        except ConfigurationError as error:
            found += error.problems
    return found


def without_template(newsroom: model.Newsroom, known: Sequence[str]) -> list[Problem]:
    """The newsroom's own blocks that no template prints. ``known``: the templates that are there."""
    return [
        Problem(
            f"templates/blocks/{name}.j2", 1, 1, f"this template is not there, and block `{block.name}` names it.",
            did_you_mean(name, known, otherwise=" Put it there, or name one of docs/templates.md.").strip(),
        )
        for block in configured(newsroom)
        if (name := template_of(block)) not in known
    ]  # fmt: skip


def without_data(newsroom: model.Newsroom, edition: str | None = None) -> list[model.CustomBlock]:
    """The newsroom's own blocks, of one edition or of all, whose file of data is not there."""
    return [
        block
        for block in configured(newsroom)
        if block.data
        and (edition is None or not block.editions or edition in block.editions)
        and not (newsroom.root / block.data).exists()
    ]
