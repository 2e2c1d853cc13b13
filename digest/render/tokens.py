"""What a theme is tuned by: colours, fonts and spaces of ``tokens.css``, the newsroom's ``look`` over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from digest.errors import Problem
from digest.model import Look
from digest.render import colors, css
from digest.render.loader import TemplateSource

DENSITIES: Final = ("comfortable", "compact")
SURFACES: Final = ("paper", "tint")  # what words stand on
INKS: Final = ("ink", "muted", "accent")  # words of these colours stand on every surface
FILLS: Final = (
    ("on-accent", "accent"),
    ("on-band", "band"),
)  # words on a coloured ground: a button, the masthead
_FONT: Final = re.compile(r"[\w ,'\"-]+\Z")


def of(source: TemplateSource, look: Look, digest_yaml: str = "") -> tuple[dict[str, str], list[Problem]]:
    """The theme's values by name, and what is wrong in ``tokens.css`` or in ``look``."""
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for layer in source.layers:
        rules, wrong = css.parse(layer)
        problems += wrong
        for rule in rules:
            if rule.selector in (":root", f".{look.density}"):
                values.update(_pair(declaration) for declaration in rule.declarations)
    problems += list(_look_problems(values, look, digest_yaml))
    return _derived(values, _brand(values, look)), problems


def _pair(declaration: str) -> tuple[str, str]:
    name, _, value = declaration.partition(":")
    return name.strip().removeprefix("--"), value.strip()


def _brand(values: Mapping[str, str], look: Look) -> dict[str, str]:
    brand = {name: colors.six_digits(value) or "" for name, value in look.colors.items() if name in values}
    fonts = {f"font-{name}": value.replace('"', "'") for name, value in look.fonts.items()}
    brand |= {name: value for name, value in fonts.items() if name in values and _FONT.match(value)}
    return {name: value for name, value in brand.items() if value}


def _derived(values: Mapping[str, str], brand: Mapping[str, str]) -> dict[str, str]:
    """The brand's colours over the theme's; what is read on them or as them follows, in light and dark."""
    tokens = {**values, **brand}
    if "font-head" in tokens:  # for headlines inside the body, where repeating the same list costs bytes
        tokens["font-title"] = (
            "inherit" if tokens["font-head"] == tokens.get("font-body") else tokens["font-head"]
        )
    if "accent" in brand:
        tokens["band"] = brand.get(
            "band", tokens["accent"] if values["band"] == values["accent"] else values["band"]
        )
        tokens["highlight"] = brand.get("highlight", colors.deeper(tokens["accent"]))
    _darkened(tokens, brand)
    for fill, background in FILLS:
        tokens[fill] = colors.text_on(
            tokens[background], brand.get(fill) or (values[fill] if background not in brand else "")
        )
    for scheme in ("", "dark-"):
        surfaces = [tokens[f"{scheme}{name}"] for name in SURFACES]
        for name in INKS:
            tokens[f"{scheme}{name}-text"] = colors.readable(tokens[f"{scheme}{name}"], *surfaces)
    tokens["dark-accent"] = colors.readable(
        tokens["dark-accent"], *(tokens[f"dark-{name}"] for name in SURFACES)
    )
    tokens["dark-on-accent"] = colors.text_on(tokens["dark-accent"], tokens["dark-on-accent"])
    return tokens


def _darkened(tokens: dict[str, str], brand: Mapping[str, str]) -> None:
    """A counterpart for dark mode of each of the brand's colours that brings none."""
    for name in ("paper", "tint", "canvas", "rule"):
        if name in brand and f"dark-{name}" not in brand:
            tokens[f"dark-{name}"] = colors.darkened(brand[name], like=tokens[f"dark-{name}"])
    for name in INKS:
        if name in brand and f"dark-{name}" not in brand:
            tokens[f"dark-{name}"] = brand[name]


def adapted(source: TemplateSource, look: Look) -> list[str]:
    """What was changed in the newsroom's own colours so that words can be read, for ``check``."""
    values, _ = of(source, look)
    remarks: list[str] = []
    for scheme, where in (("", "light"), ("dark-", "dark mode")):
        for name in INKS:
            chosen = colors.six_digits(look.colors.get(f"{scheme}{name}", "")) or ""
            used = values.get(f"{scheme}{name}-text", chosen)
            if chosen and used != chosen:
                remarks.append(
                    f"look.colors.{scheme}{name}: words are {used} instead of {chosen} ({where}), to be readable."
                )
    for fill, _ in FILLS:
        chosen = colors.six_digits(look.colors.get(fill, "")) or ""
        if chosen and values.get(fill) != chosen:
            remarks.append(f"look.colors.{fill}: {values[fill]} instead of {chosen}, to be readable.")
    return remarks


def _look_problems(values: Mapping[str, str], look: Look, text: str) -> Iterator[Problem]:
    if look.density not in DENSITIES:
        yield _problem(
            text,
            look.density,
            f"density `{look.density}` is not known.",
            f"There are: {', '.join(DENSITIES)}.",
        )
    known = [name for name, value in values.items() if colors.six_digits(value)]
    for name, value in look.colors.items():
        if name not in known:
            yield _problem(
                text, name, f"look.colors: the theme has no colour `{name}`.", _suggestion(name, known)
            )
        elif not colors.six_digits(value):
            yield _problem(
                text,
                name,
                f"look.colors.{name}: `{value}` is no colour.",
                "Write six digits, such as #8c1d18.",
            )
    fonts = [name.removeprefix("font-") for name in values if name.startswith("font-")]
    for name, value in look.fonts.items():
        if name not in fonts:
            yield _problem(
                text, name, f"look.fonts: the theme has no font `{name}`.", _suggestion(name, fonts)
            )
        elif not _FONT.match(value):
            yield _problem(
                text, name, f"look.fonts.{name}: `{value}` is no list of fonts.", "Write: Georgia, serif."
            )


def _suggestion(name: str, known: list[str]) -> str:
    similar = get_close_matches(name, known, 1)
    return (f"Did you mean `{similar[0]}`? " if similar else "") + f"There are: {', '.join(known)}."


def _problem(text: str, word: str, message: str, cure: str) -> Problem:
    """The place of ``word`` after the key ``look`` of ``digest.yaml``."""
    start = re.search(r"^look\s*:", text, re.MULTILINE)
    match = re.search(rf"\b{re.escape(word)}\b", text[start.end() :]) if start else None
    offset = start.end() + match.start() if start and match else 0
    return Problem("digest.yaml", *TemplateSource("", "", text).place(offset), message, cure)
