"""A value of ``digest.yaml`` that rendering cannot use, at its place in the file. Loaded only when there is one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from digest.errors import ConfigurationError, Problem
from digest.render.loader import TemplateSource


def placed(problem: Problem, root: Path, key: str, value: str) -> Problem:
    """``problem`` at the first ``key: value`` of the file; at its beginning where that stands nowhere."""
    try:
        text = (root / "digest.yaml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return problem
    match = re.search(rf"\b{re.escape(key)}[\"']?\s*:\s*(?P<value>[\"']?{re.escape(value)}\b)", text)
    if match is None:
        return problem
    line, column = TemplateSource("", "", text).place(match.start("value"))
    return replace(problem, line=line, column=column)


def unknown_theme(root: Path, theme: str, known: tuple[str, ...]) -> ConfigurationError:
    """A theme that neither the program nor the newsroom has."""
    from difflib import get_close_matches

    close = get_close_matches(theme, known, 1)
    hint = f'Did you mean "{close[0]}"? ' if close else ""
    message, cure = f"there is no theme `{theme}`.", f"{hint}There are: {', '.join(known)}."
    return ConfigurationError([placed(Problem("digest.yaml", 1, 1, message, cure), root, "theme", theme)])


def unwritable_dates(error: ConfigurationError, root: Path, locale: str) -> ConfigurationError:
    """What ``format_date`` says of a locale, at the locale."""
    return ConfigurationError([placed(problem, root, "locale", locale) for problem in error.problems])
