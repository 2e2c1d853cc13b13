"""Everything wrong with the templates of a newsroom: its themes, its own blocks, files that no theme reads."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from digest.errors import ConfigurationError, Problem
from digest.model import Newsroom
from digest.render import blocks, disclosure, loader
from digest.render.compiler import examined, order_problems
from digest.render.looks import looks, template_files


def problems(newsroom: Newsroom) -> tuple[Problem, ...]:
    """Everything wrong with the templates of a newsroom's themes, sorted."""
    template_problems: set[Problem] = set()
    for seen in looks(newsroom).values():
        theme = seen.look.theme
        try:
            files = template_files(newsroom, theme)
        except ConfigurationError as error:
            template_problems.update(error.problems)
            continue
        sheet, _, wrong = examined(seen, files)
        template_problems.update(wrong or order_problems(files, sheet))
        if any(
            (newsroom.seen_by(edition).look.theme, edition.sponsored) == (theme, "labelled")
            for edition in newsroom.editions
        ):
            template_problems.update(disclosure.problems(newsroom, theme))
    return tuple(sorted([*template_problems, *blocks.problems(newsroom), *_misspelt(newsroom)]))


def _misspelt(newsroom: Newsroom) -> Iterator[Problem]:
    """Files whose names are nearly those of a template: they would never be read."""
    for name in loader.stray(newsroom.root, blocks.names(newsroom)):
        near = get_close_matches(name, loader.NAMES, 1, 0.8)
        if near:
            yield Problem(
                f"templates/{name}", 1, 1, "no theme reads a file of this name.", f"Did you mean {near[0]}?"
            )
