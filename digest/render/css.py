"""The little CSS that a theme needs: rules read with their places, checked, and made small.

Style sheets here hold plain rules only. ``var(--name)`` stands for a value of the theme (``tokens.css``) or of the
newsroom's ``look``. What goes into style attributes is inlined block by block, so a selector may not depend on
what stands before or after a block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from digest.errors import Problem
from digest.render.loader import TemplateSource

STYLE_LIMIT: Final = 16_384  # characters of all <style> together; Gmail drops more

_VARIABLE: Final = re.compile(r"var\(\s*--([a-z0-9-]+)\s*\)")
_STRINGS: Final = re.compile(r"\"[^\"]*\"|'[^']*'|\[[^\]]*\]")
_MODERN: Final = re.compile(
    r"#[0-9a-fA-F]{8}\b|#[0-9a-fA-F]{4}\b|\b(?:rgb|hsl)a?\([^,)]*\)|\b(?:calc|clamp|min|max)\("
)
_SIMPLE: Final = r"(?:[a-zA-Z][\w-]*(?:[.#]-?[a-zA-Z_][\w-]*)*|(?:[.#]-?[a-zA-Z_][\w-]*)+)"
_SELECTOR: Final = re.compile(rf"{_SIMPLE}(?:(?:\s*>\s*|\s+){_SIMPLE})*")


@dataclass(frozen=True, slots=True)
class CssRule:
    """``selector { declarations }`` and where it starts."""

    selector: str
    declarations: tuple[str, ...]
    place: tuple[int, int]  # line and column


def parse(source: TemplateSource) -> tuple[list[CssRule], list[Problem]]:
    """The rules of a style sheet; at-rules and broken rules are problems."""
    from tinycss2 import parse_stylesheet, serialize

    rules: list[CssRule] = []
    problems: list[Problem] = []
    for node in parse_stylesheet(source.text, skip_comments=True, skip_whitespace=True):
        place = (node.source_line, node.source_column)
        if node.type == "at-rule":
            problems.append(_at_rule(source, f"@{node.at_keyword}", place))
        elif node.type == "qualified-rule":
            selector = " ".join(serialize(node.prelude).split())
            declarations, broken = _declarations(source, node.content, place)
            rules.append(CssRule(selector, declarations, place))
            problems += broken
            if not selector or "<" in selector:
                problems.append(_problem(source, place, f"`{selector}` is no selector.", _FORM))
        else:
            problems.append(_problem(source, place, "this is no rule.", _FORM))
    return rules, problems


_LINE: Final = "Write `property: value;`."
_FORM: Final = "A rule is `selector { property: value; }`."


def _declarations(
    source: TemplateSource, content: list[Any], place: tuple[int, int]
) -> tuple[tuple[str, ...], list[Problem]]:
    from tinycss2 import parse_blocks_contents, serialize

    declarations: list[str] = []
    problems: list[Problem] = []
    for node in parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        value = ""
        if node.type == "declaration":
            value = " ".join(serialize(node.value).split()).replace('"', "'")
        if node.type in ("qualified-rule", "at-rule") or "{" in value:
            problems.append(_problem(source, place, "this rule is not closed.", _FORM))
        elif node.type != "declaration" or not value or "<" in value:
            problems.append(_problem(source, place, "a part of this rule is no declaration.", _LINE))
        else:
            declarations.append(f"{node.name}: {value}{' !important' if node.important else ''}")
    return tuple(declarations), problems


def unsafe(source: TemplateSource, rules: Iterable[CssRule]) -> Iterator[Problem]:
    """Problems of rules that cannot be inlined block by block."""
    for rule in rules:
        for selector in rule.selector.split(","):
            reason = _reason(_STRINGS.sub("[]", selector))
            if reason:
                yield _problem(source, rule.place, f"the selector `{selector.strip()}` {reason}", _CURE)
        for declaration in rule.declarations:
            if _MODERN.search(declaration):
                yield _problem(
                    source, rule.place, f"`{declaration}` is too new for mail programs.",
                    "Write colours with six digits and lengths as plain numbers.",
                )  # fmt: skip


_CURE: Final = "Give the element a class of its own in the block's file and select that."


def _reason(selector: str) -> str:
    if "+" in selector or "~" in selector:
        return "depends on the neighbour of an element, and blocks are put together in any order."
    if re.search(r":(first|last|only|nth)", selector):
        return "depends on how many elements stand before it, and blocks are put together in any order."
    if ":" in selector:
        return "has a pseudo-class or pseudo-element, which no style attribute can hold; it may stand in mobile.css."
    if "*" in selector:
        return "selects everything, which would fill every tag of every block."
    if "[]" in selector:
        return "selects by an attribute, whose value may come from a story."
    return "" if _SELECTOR.fullmatch(selector.strip()) else "is not one that can be inlined."


def substituted(
    source: TemplateSource, rules: Iterable[CssRule], tokens: Mapping[str, str]
) -> tuple[list[CssRule], list[Problem]]:
    """The rules with every ``var(--name)`` replaced; unknown names are problems."""
    replaced: list[CssRule] = []
    problems: list[Problem] = []
    for rule in rules:
        names = [
            name
            for declaration in rule.declarations
            for name in _VARIABLE.findall(declaration)
            if name not in tokens
        ]
        problems += [_unknown(source, rule, name, tokens) for name in names]
        declarations = tuple(
            _VARIABLE.sub(lambda match: tokens.get(match[1], "inherit"), declaration)
            for declaration in rule.declarations
        )
        replaced.append(CssRule(rule.selector, declarations, rule.place))
    return replaced, problems


def written(rules: Iterable[CssRule], prefixes: tuple[str, ...] = ("",), *, important: bool = False) -> str:
    """The rules as small CSS, one a line; ``prefixes`` stand before every selector."""
    return "\n".join(_written(rule, prefixes, important) for rule in rules)


def _written(rule: CssRule, prefixes: tuple[str, ...], important: bool) -> str:
    selectors = [
        f"{prefix}{re.sub(r' ?> ?', '>', selector.strip())}"
        for prefix in prefixes
        for selector in rule.selector.split(",")
    ]
    mark = "!important" if important else ""
    body = ";".join(
        re.sub(r"\s*([:,])\s*", r"\1", declaration.removesuffix("!important").strip()) + mark
        for declaration in rule.declarations
    )
    return f"{','.join(selectors)}{{{body}}}"


def classes(rules: Iterable[CssRule]) -> frozenset[str]:
    """The class names that selectors mention."""
    return frozenset(name for rule in rules for name in re.findall(r"\.(-?[A-Za-z_][\w-]*)", rule.selector))


def _at_rule(source: TemplateSource, word: str, place: tuple[int, int]) -> Problem:
    if word == "@import":
        return _problem(
            source, place,
            "@import loads a style sheet from elsewhere; mail programs do not, and neither does a build.",
            "Copy its rules into brand.css.",
        )  # fmt: skip
    return _problem(
        source, place, f"{word} cannot stand here: style sheets hold plain rules.",
        "Rules of mobile.css count below 620 pixels and those of dark.css in dark mode; the @media is added.",
    )  # fmt: skip


def _unknown(source: TemplateSource, rule: CssRule, name: str, tokens: Mapping[str, str]) -> Problem:
    similar = get_close_matches(name, tokens, 1)
    guess = f"Did you mean var(--{similar[0]})? " if similar else ""
    known = ", ".join(sorted(tokens))
    return _problem(source, rule.place, f"var(--{name}) is not known.", f"{guess}There are: {known}.")


def _problem(source: TemplateSource, place: tuple[int, int], message: str, cure: str) -> Problem:
    return Problem(source.shown, *place, message, cure)
