"""Rendering: a lineup and a plan of ads become an issue's HTML and plain text.

Templates are inlined once per theme (``load_theme``); stories and ads are rendered once per issue and joined
(``render``). Content never passes through the inliner.
"""

from __future__ import annotations

from digest.errors import Problem
from digest.model import Newsroom
from digest.render.issue import Request, render
from digest.render.shelf import themes
from digest.render.theme import Theme, load_theme


def problems(newsroom: Newsroom) -> tuple[Problem, ...]:
    """Everything wrong with the newsroom's templates, each with file and line. Compiles; meant for ``check``."""
    from digest.render.compiler import problems as found

    return found(newsroom)


__all__ = ["Request", "Theme", "load_theme", "problems", "render", "themes"]
