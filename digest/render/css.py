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
from typing import Final

from digest.errors import Problem
from digest.render.loader import Source

STYLE_LIMIT: Final = 16_384  # characters of all <style> together; Gmail drops more

_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_VARIABLE: Final = re.compile(r"var\(\s*--([a-z0-9-]+)\s*\)")
_STRINGS: Final = re.compile(r"\"[^\"]*\"|'[^']*'|\[[^\]]*\]")
_MODERN: Final = re.compile(
    r"#[0-9a-fA-F]{8}\b|#[0-9a-fA-F]{4}\b|\b(?:rgb|hsl)a?\([^,)]*\)|\b(?:calc|clamp|min|max)\("
)
_SIMPLE: Final = r"(?:[a-zA-Z][\w-]*(?:[.#]-?[a-zA-Z_][\w-]*)*|(?:[.#]-?[a-zA-Z_][\w-]*)+)"
_SELECTOR: Final = re.compile(rf"{_SIMPLE}(?:(?:\s*>\s*|\s+){_SIMPLE})*")
_DECLARATION: Final = re.compile(r"\s*-{0,2}[a-zA-Z][\w-]*\s*:\s*\S")


@dataclass(frozen=True, slots=True)
class Rule:
    """``selector { declarations }`` and where it starts."""

    selector: str
    declarations: tuple[str, ...]
    offset: int


def parse(source: Source) -> tuple[list[Rule], list[Problem]]:
    """The rules of a style sheet; at-rules and broken rules are problems."""
    text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source.text)
    rules: list[Rule] = []
    problems: list[Problem] = []
    at = 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        if text[at] == "@":
            problems.append(_at_rule(source, text, at))
            at = _end_of_at_rule(text, at)
            continue
        opening, closing = text.find("{", at), text.find("}", at)
        if opening < 0 or closing < opening or "{" in text[opening + 1 : closing]:
            problems.append(
                _problem(source, at, "this rule is not closed.", "A rule is `selector { property: value; }`.")
            )
            break
        rules.append(Rule(" ".join(text[at:opening].split()), _declarations(text[opening + 1 : closing]), at))
        at = closing + 1
    return rules, problems + [found for rule in rules for found in _broken(source, rule)]


def unsafe(source: Source, rules: Iterable[Rule]) -> Iterator[Problem]:
    """Problems of rules that cannot be inlined block by block."""
    for rule in rules:
        for selector in rule.selector.split(","):
            reason = _reason(_STRINGS.sub("[]", selector))
            if reason:
                yield _problem(source, rule.offset, f"the selector `{selector.strip()}` {reason}", _CURE)
        for declaration in rule.declarations:
            if _MODERN.search(declaration):
                yield _problem(
                    source, rule.offset, f"`{declaration}` is too new for mail programs.",
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
    source: Source, rules: Iterable[Rule], tokens: Mapping[str, str]
) -> tuple[list[Rule], list[Problem]]:
    """The rules with every ``var(--name)`` replaced; unknown names are problems."""
    done: list[Rule] = []
    problems: list[Problem] = []
    for rule in rules:
        names = [name for one in rule.declarations for name in _VARIABLE.findall(one) if name not in tokens]
        problems += [_unknown(source, rule, name, tokens) for name in names]
        declarations = tuple(
            _VARIABLE.sub(lambda match: tokens.get(match[1], "inherit"), one) for one in rule.declarations
        )
        done.append(Rule(rule.selector, declarations, rule.offset))
    return done, problems


def written(rules: Iterable[Rule], prefixes: tuple[str, ...] = ("",), *, important: bool = False) -> str:
    """The rules as small CSS, one a line; ``prefixes`` stand before every selector."""
    return "\n".join(_written(rule, prefixes, important) for rule in rules)


def _written(rule: Rule, prefixes: tuple[str, ...], important: bool) -> str:
    selectors = [
        f"{prefix}{re.sub(r' ?> ?', '>', one.strip())}"
        for prefix in prefixes
        for one in rule.selector.split(",")
    ]
    mark = "!important" if important else ""
    body = ";".join(
        re.sub(r"\s*([:,])\s*", r"\1", one.removesuffix("!important").strip()) + mark
        for one in rule.declarations
    )
    return f"{','.join(selectors)}{{{body}}}"


def classes(rules: Iterable[Rule]) -> frozenset[str]:
    """The class names that selectors mention."""
    return frozenset(name for rule in rules for name in re.findall(r"\.(-?[A-Za-z_][\w-]*)", rule.selector))


def _declarations(body: str) -> tuple[str, ...]:
    parts = re.split(r";(?=(?:[^\"'()]|\"[^\"]*\"|'[^']*'|\([^)]*\))*\Z)", body)
    return tuple(" ".join(part.split()) for part in parts if part.strip())


def _broken(source: Source, rule: Rule) -> Iterator[Problem]:
    if not rule.selector or re.search(r"[<>;{}@]\s*\Z|[;{}@]", rule.selector):
        yield _problem(
            source,
            rule.offset,
            f"`{rule.selector}` is no selector.",
            "A rule is `selector { property: value; }`.",
        )
    for one in rule.declarations:
        if not _DECLARATION.match(one) or "<" in one:
            yield _problem(source, rule.offset, f"`{one}` is no declaration.", "Write `property: value;`.")


def _at_rule(source: Source, text: str, at: int) -> Problem:
    name = re.match(r"@[\w-]*", text[at:])
    word = name[0] if name else "@"
    if word == "@import":
        return _problem(
            source, at, "@import loads a style sheet from elsewhere; mail programs do not, and neither does a build.",
            "Copy its rules into brand.css.",
        )  # fmt: skip
    return _problem(
        source, at, f"{word} cannot stand here: style sheets hold plain rules.",
        "Rules of mobile.css count below 620 pixels and those of dark.css in dark mode; the @media is added.",
    )  # fmt: skip


def _end_of_at_rule(text: str, at: int) -> int:
    depth = 0
    for index in range(at, len(text)):
        if text[index] == "{":
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if depth <= 0:
                return index + 1
        elif text[index] == ";" and depth == 0:
            return index + 1
    return len(text)


def _unknown(source: Source, rule: Rule, name: str, tokens: Mapping[str, str]) -> Problem:
    near = get_close_matches(name, tokens, 1)
    guess = f"Did you mean var(--{near[0]})? " if near else ""
    known = ", ".join(sorted(tokens))
    return _problem(source, rule.offset, f"var(--{name}) is not known.", f"{guess}There are: {known}.")


def _problem(source: Source, offset: int, message: str, cure: str) -> Problem:
    return Problem(source.shown, *source.place(offset), message, cure)
