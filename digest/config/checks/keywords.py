"""Keywords of brand safety that can match no story: the advertiser is told before it stands beside one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from digest.config import tree as t
from digest.config.checks.configuration import Configuration, problem
from digest.config.validation import ReadFile
from digest.errors import Problem
from digest.model.text import SUMMARY, from_html, plain_title

_WILD = re.compile(r"\A[*%?]|[*%]\Z|\.\*")
_LIST = re.compile(r"\w\s*[,;|]\s*\w")


def warn(config: Configuration) -> Iterator[Problem]:
    """Each keyword that can stand in no title, summary or tag."""
    if config.ads is None:
        return
    yield from _of(config.ads, ("policy", "sensitive", "keywords"), config.book.policy.sensitive.keywords)
    for index, item in enumerate(config.book.line_items):
        path: t.Path = ("line_items", index, "adjacency", "avoid_keywords")
        yield from _of(config.ads, path, item.adjacency.avoid_keywords)


def _of(file: ReadFile, path: t.Path, keywords: tuple[str, ...]) -> Iterator[Problem]:
    for number, keyword in enumerate(keywords):
        if reason_and_cure := _why(keyword):
            yield problem(
                file,
                (*path, number),
                f'has the keyword "{keyword}", which can never match: {reason_and_cure[0]}',
                reason_and_cure[1],
            )


def _why(keyword: str) -> tuple[str, str] | None:
    """Why no text holds it, and a cure."""
    plain = " ".join(keyword.split())
    if not any(char.isalnum() for char in plain):
        return "it has no letter or digit.", "Write the word that stories have."
    if _WILD.search(plain):
        cure = "Write every form of the word: [shooting, shootings, shooter]."
        return "a keyword is whole words, and a star stands for itself.", cure
    if from_html(plain) != plain or unescape(plain) != plain:
        return "it is written as HTML, and stories are plain text.", f'Write "{from_html(plain)}".'
    if plain_title(plain, SUMMARY) != plain:
        cure = "Delete the invisible characters in it; type it anew where they came along from elsewhere."
        return "it holds characters that no story keeps.", cure
    if _LIST.search(plain):
        words = ", ".join(word.strip() for word in re.split(r"[,;|]", plain) if word.strip())
        return "it is several keywords in one.", f"Write them as a list: [{words}]."
    return None
