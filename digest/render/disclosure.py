"""Whether a theme says what is paid for: templates of stories must print ``story.label`` in both parts."""

from __future__ import annotations

import re
from typing import Final

from digest.errors import Problem
from digest.model import Newsroom
from digest.render.looks import template_files
from digest.render.templating import split

STORIES: Final = ("lead", "feature", "story", "brief", "more_online")
_PRINTED: Final = re.compile(r"\{\{[^}]*\.label\b")
_CURE: Final = "Print {{ story.label }} beside the headline; it is empty where nobody paid."


def problems(newsroom: Newsroom, theme: str) -> list[Problem]:
    """The blocks of a theme that would print a sponsored post without its label."""
    files = template_files(newsroom, theme)
    return [
        Problem(
            part.shown, *part.place(len(part.text) - len(part.text.lstrip())),
            f"the {name} part leaves out story.label, the disclosure of sponsored posts.", _CURE,
        )
        for block in STORIES
        for name, part in split(files[f"blocks/{block}.j2"])[0].items()
        if name in ("html", "text") and not _PRINTED.search(part.text)
    ]  # fmt: skip
