"""One block, one file, both parts: ``{% block html %}`` and ``{% block text %}``, as Jinja templates.

Whatever a template prints passes one gate (``finalize``): in HTML it is escaped and the mailer's openers become
character references; in text it is protected as the dialect does. Only ``Verbatim`` passes as it is. Nothing
in a template can mark text as safe, so no block can forget.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from digest.errors import Problem
from digest.render.loader import FRAMES, TemplateSource
from digest.render.values import Address, Verbatim

if TYPE_CHECKING:
    from jinja2 import Environment

    from digest.render.dialect import Dialect

FILTERS: Final = (
    "abs", "batch", "capitalize", "default", "d", "first", "float", "int", "join", "last", "length", "count", "list",
    "lower", "max", "min", "replace", "reverse", "round", "slice", "sort", "string", "sum", "title", "trim",
    "truncate", "upper", "wordcount", "unique",
)  # fmt: skip
OUTSIDE: Final = "(outside)"  # what stands in neither part: an error, but looked at like the rest
_PART: Final = re.compile(
    r"\{%[-+]?\s*block\s+(\w+)\s*[-+]?%\}(.*?)\{%[-+]?\s*endblock(?:\s+\w+)?\s*[-+]?%\}", re.DOTALL
)
_QUIET: Final = re.compile(
    r"[\w ,.:;!?()/=’‘“”–—-]*"
)  # nothing here is markup or a merge tag; saves most of the work
_COMMENT: Final = re.compile(r"\{#.*?#\}", re.DOTALL)


def environment(finalize: Callable[[Any], Any]) -> Environment:
    """Jinja2 as every template sees it: strict, with filters that cannot make markup."""
    from jinja2 import Environment, StrictUndefined

    jinja = Environment(
        undefined=StrictUndefined,
        autoescape=False,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        cache_size=0,
    )
    jinja.filters = {name: jinja.filters[name] for name in FILTERS}
    return jinja


def html_gate(dialect: Dialect) -> Callable[[Any], Any]:
    """Escape, then protect, addresses too: they may hold a tag of another mailer. Merge tags pass."""
    from markupsafe import escape

    protect, quiet = dialect.protect_html, _QUIET.fullmatch

    def gate(value: Any) -> Any:
        kind = type(value)
        if kind is str:
            return value if quiet(value) else protect(escape(value))
        if kind is Verbatim or kind is int:
            return value
        if kind is Address:
            return protect(escape(value))
        return protect(escape("" if value is None else str(value)))

    return gate


def text_gate(dialect: Dialect) -> Callable[[Any], Any]:
    """Protect as plain text; addresses and merge tags pass."""
    protect = dialect.protect_text

    def gate(value: Any) -> Any:
        kind = type(value)
        if kind is Verbatim or kind is Address or kind is int:
            return value
        return protect("" if value is None else str(value))

    return gate


def constant_html(value: Any) -> str:
    """What a constant in an HTML template prints; it is the template's own word, so only escaped."""
    from markupsafe import escape

    return str(escape(value))


def split(source: TemplateSource) -> tuple[dict[str, TemplateSource], list[Problem]]:
    """The parts of a block, or the one part of a frame, on the lines where they stand in the file."""
    if source.name in FRAMES:
        return {"html" if source.name.endswith(".html.j2") else "text": source}, []
    blank = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source.text)
    parts: dict[str, TemplateSource] = {}
    rest = blank
    for match in _PART.finditer(blank):
        parts[match[1]] = TemplateSource(source.name, source.shown, _in_place(blank, match), source.own)
        rest = rest.replace(match[0], re.sub(r"[^\n]", " ", match[0]))
    problems = [*_missing(source, parts), *_outside(source, rest)]
    if rest.strip():
        parts[OUTSIDE] = TemplateSource(source.name, source.shown, rest, source.own)
    return parts, problems


def _in_place(text: str, match: re.Match[str]) -> str:
    """A part after as many line ends as stand before it."""
    return "\n" * text.count("\n", 0, match.start(2)) + match[2]


def _missing(source: TemplateSource, parts: dict[str, TemplateSource]) -> list[Problem]:
    cure = "A block has both parts: {% block html %}...{% endblock %} and {% block text %}...{% endblock %}."
    lacking = [part for part in ("html", "text") if part not in parts]
    return [
        Problem(source.shown, 1, 1, f"there is no {{% block {part} %}} here.", cure) for part in lacking
    ] + [
        Problem(source.shown, 1, 1, f"a block has no part named `{part}`.", cure)
        for part in parts
        if part not in ("html", "text")
    ]


def _outside(source: TemplateSource, rest: str) -> list[Problem]:
    if not rest.strip():
        return []
    offset = len(rest) - len(rest.lstrip())
    return [
        Problem(
            source.shown, *source.place(offset), "this stands outside of both parts and would never be printed.",
            "Move it into {% block html %} or {% block text %}, or make it a comment {# ... #}.",
        )
    ]  # fmt: skip
