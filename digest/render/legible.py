"""Whether every text of a rendered mail can be read on the colour it stands on, light and dark.

The mail is read as mail programs read it: by its inline styles, and in dark mode by the rules of
``@media (prefers-color-scheme: dark)`` over them. Contrast and its limits are those of WCAG 2.2, 1.4.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from digest.render.colors import READABLE, contrast, six_digits

LARGE = 3.0  # contrast of large text: 24 pixels, or 18.66 and bold
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_DARK = re.compile(r"@media[^{]*prefers-color-scheme:\s*dark[^{]*\{((?:[^{}]|\{[^{}]*\})*)\}")
_NAMED = {"white": "#ffffff", "black": "#000000"}
_PIXELS = re.compile(r"([\d.]+)px")


@dataclass(frozen=True, slots=True)
class Faint:
    """Texts of one colour on one background that are hard to read: how many, and the first of them."""

    scheme: str  # light | dark
    ink: str
    background: str
    contrast: float
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Legibility:
    """What was found; ``measured`` texts, light and dark counted apart, and ``unknown`` ones whose colours are written
    in a way that is not understood here."""

    faint: tuple[Faint, ...]
    measured: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Look:
    """What a text inherits."""

    ink: str = "#000000"
    background: str = "#ffffff"
    size: float = 16
    bold: bool = False


def legibility(html: str) -> Legibility:
    """Every text of a mail, measured in light and in dark mode."""
    from lxml.html import document_fromstring  # type: ignore[import-untyped]

    body = document_fromstring(html.encode(), parser=_parser()).find("body")
    faint: dict[tuple[str, str, str], Faint] = {}
    measured = unknown = 0
    for scheme, rules in (("light", {}), ("dark", _dark_rules(html, body))):
        for text, look in _texts(body, _Look(), rules) if body is not None else ():
            ink, background = six_digits(look.ink), six_digits(look.background)
            if ink is None or background is None:
                unknown += 1
                continue
            measured += 1
            ratio = contrast(ink, background)
            if ratio < (LARGE if look.size >= 24 or (look.bold and look.size >= 18.66) else READABLE):
                known = faint.get((scheme, ink, background))
                first, count = (known.text, known.count) if known else (text, 0)
                faint[scheme, ink, background] = Faint(scheme, ink, background, ratio, first, count + 1)
    return Legibility(tuple(sorted(faint.values(), key=lambda text: text.contrast)), measured, unknown)


def _parser() -> Any:
    from lxml.html import HTMLParser

    return HTMLParser(encoding="utf-8", remove_comments=True)


def _dark_rules(html: str, body: Any) -> dict[Any, dict[str, str]]:
    """What dark mode says of each element."""
    from cssselect import SelectorError
    from lxml.cssselect import CSSSelector  # type: ignore[import-untyped]

    rules: dict[Any, dict[str, str]] = {}
    if body is None:
        return rules
    for block in _DARK.findall(html):
        for selectors, declarations in _RULE.findall(block):
            for selector in selectors.split(","):
                try:
                    elements = CSSSelector(selector.strip(), translator="html")(body.getroottree())
                except SelectorError:
                    continue  # such as ::after, which holds no text of the mail
                for element in elements:
                    rules.setdefault(element, {}).update(_declared(declarations))
    return rules


def _declared(style: str) -> dict[str, str]:
    parts = (part.partition(":") for part in style.split(";") if ":" in part)
    return {name.strip().lower(): value.strip() for name, _, value in parts}


def _texts(
    element: Any, inherited: _Look, rules: Mapping[Any, Mapping[str, str]]
) -> Iterator[tuple[str, _Look]]:
    """Every visible text below an element with how it looks."""
    style = _declared(element.get("style") or "")
    important = {name: value for name, value in style.items() if value.endswith("!important")}
    style |= {name: value for name, value in rules.get(element, {}).items() if name not in important}
    style = {name: value.removesuffix("!important").strip() for name, value in style.items()}
    if style.get("display") == "none" or element.tag in ("style", "script", "title"):
        return
    look = _looks(element, style, inherited)
    if text := _visible(element.text):
        yield text, look
    for child in element:
        yield from _texts(child, look, rules)
        if text := _visible(child.tail):
            yield text, look


def _looks(element: Any, style: Mapping[str, str], inherited: _Look) -> _Look:
    background = (
        style.get("background-color") or style.get("background", "").split(" ")[0] or element.get("bgcolor")
    )
    size = _PIXELS.fullmatch(style.get("font-size", ""))
    weight = style.get(
        "font-weight", "bold" if element.tag in ("b", "strong", "h1", "h2", "h3", "th") else ""
    )
    bold = weight == "bold" or (weight.isdecimal() and int(weight) >= 700) if weight else inherited.bold
    return _Look(
        ink=_color(style.get("color"), inherited.ink),
        background=_color(background, inherited.background),
        size=float(size[1]) if size else inherited.size,
        bold=bold,
    )


def _color(written: str | None, inherited: str) -> str:
    value = (written or "").lower()
    if value in ("", "transparent", "inherit", "none", "currentcolor"):
        return inherited
    return _NAMED.get(value, value)


def _visible(text: str | None) -> str:
    """Text that can be seen; spacing characters cannot."""
    visible = " ".join("".join(char if char.isprintable() else " " for char in text or "").split())
    return visible if any(char.isalnum() for char in visible) else ""
