"""Rendering: a lineup and a plan of ads become an issue's HTML and plain text.

Templates are inlined once per theme (``load_theme``); stories and ads are rendered once per issue and joined
(``render``). Content never passes through the inliner.
"""

from __future__ import annotations

from digest.errors import ConfigurationError, Problem
from digest.model import Newsroom
from digest.render.compiled_theme import CompiledTheme
from digest.render.issue import RenderRequest, render
from digest.render.loader import themes
from digest.render.renderer import RenderCache
from digest.render.richtext import printed_as_written
from digest.render.theme import Theme, load_theme


def problems(newsroom: Newsroom) -> tuple[Problem, ...]:
    """Everything wrong with the newsroom's templates, each with file and line, and a locale whose dates cannot
    be written here. Compiles; meant for ``check``."""
    from datetime import date

    from digest.render.check import problems as found
    from digest.render.digest_yaml import unwritable_dates
    from digest.render.words import format_date

    wrong = list(found(newsroom))
    locales = [
        newsroom.publication.locale,
        *(edition.locale for edition in newsroom.editions if edition.locale),
    ]
    for locale in dict.fromkeys(locales):
        try:
            format_date(date(2026, 1, 23), locale)
        except ConfigurationError as error:
            wrong += unwritable_dates(error, newsroom.root, locale).problems
    return tuple(wrong)


def remarks(newsroom: Newsroom) -> tuple[str, ...]:
    """For ``check``: what builds and is still worth knowing, of changed colours and of blocks without data."""
    from digest.render import tokens
    from digest.render.looks import looks, template_files

    colors = (
        tokens.adapted(template_files(newsroom, seen.look.theme)["tokens.css"], seen.look)
        for seen in looks(newsroom).values()
    )
    absent = (f"{lacking}; issues go without it until it is there." for lacking in without_data(newsroom))
    return tuple(dict.fromkeys([*(remark for changes in colors for remark in changes), *absent]))


def without_data(newsroom: Newsroom, edition: str | None = None) -> tuple[str, ...]:
    """The newsroom's own blocks, of one edition or of all, that nobody sees because their data is not there."""
    from digest.render import blocks

    return tuple(
        f"block `{block.name}`: {block.data} is not there" for block in blocks.without_data(newsroom, edition)
    )


__all__ = [
    "CompiledTheme",
    "RenderCache",
    "RenderRequest",
    "Theme",
    "load_theme",
    "printed_as_written",
    "problems",
    "remarks",
    "render",
    "themes",
    "without_data",
]
