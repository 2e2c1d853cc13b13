"""From template files to code: checked, inlined with premailer, compiled by Jinja. Runs when no cache fits."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType
from typing import Final

from digest.errors import ConfigurationError, Problem
from digest.model import Newsroom
from digest.render import boxes, css, lint, tokens
from digest.render.compiled_theme import CompiledTheme, Name
from digest.render.inliner import Unbalanced, inlined_templates
from digest.render.loader import FRAMES, INLINED, KEPT, TemplateSource
from digest.render.templating import constant_html, environment, split

NARROW: Final = "@media only screen and (max-width:620px)"
DARK: Final = "@media (prefers-color-scheme:dark)"


class StyleSheets:
    """All style sheets of a theme: what is inlined, what stays in the head, and what is wrong with them."""

    def __init__(self, files: Mapping[str, TemplateSource], values: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self._files = files
        self._values = values
        inlined = [rule for name in INLINED for rule in self._rules(name, inline=True)]
        narrow, dark = (self._rules(name) for name in KEPT)
        self.inlined = css.written(inlined)
        outlook = self._rules("outlook.css")
        self.kept = css.classes([*narrow, *dark, *outlook])
        self.outlook = css.written(outlook)
        self.styles = _styles(narrow, dark)
        length = sum(map(len, self.styles))
        if length > css.STYLE_LIMIT:
            message = f"the head's styles have {length} characters; mail programs drop {css.STYLE_LIMIT}."
            self.problems.append(
                Problem(files["mobile.css"].shown, 1, 1, message, "Shorten mobile.css or dark.css.")
            )

    def _rules(self, name: str, *, inline: bool = False) -> list[css.CssRule]:
        return [rule for layer in self._files[name].layers for rule in self._layer(layer, inline)]

    def _layer(self, source: TemplateSource, inline: bool) -> list[css.CssRule]:
        rules, problems = css.parse(source)
        if inline:
            problems += css.unsafe(source, rules)
        substituted, unknown = css.substituted(source, rules, self._values)
        self.problems += [*problems, *unknown]
        return substituted


def _styles(narrow: list[css.CssRule], dark: list[css.CssRule]) -> tuple[str, ...]:
    """The <style> elements of the head: one each for narrow screens, dark mode, and Outlook's own dark mode."""
    parts = [
        f"{NARROW}{{\n{css.written(narrow, important=True)}\n}}" if narrow else "",
        f":root{{color-scheme:light dark}}\n{DARK}{{\n{css.written(dark, important=True)}\n}}"
        if dark
        else "",
        css.written(dark, ("[data-ogsc] ", "[data-ogsb] "), important=True) if dark else "",
    ]
    return tuple(f"<style>\n{part}\n</style>" for part in parts if part)


def compiled(newsroom: Newsroom, theme: str, files: Mapping[str, TemplateSource]) -> CompiledTheme:
    """One theme, ready for the cache. Raises ``ConfigurationError`` with every problem."""
    sheet, values, problems = examined(newsroom, files)
    if problems:
        raise ConfigurationError(problems)
    parts = parts_of(files)
    html, problems = _whole(files, parts, sheet)
    if problems:
        raise ConfigurationError(problems)
    code = {key: _code(text, key, files) for key, text in {**_text_parts(files, parts), **html}.items()}
    shades = {
        name.replace("-", "_"): values[name] for name in ("accent", "on-accent", "paper", "ink", "canvas")
    }
    widths = {name: boxes.boxes(text) for (name, part), text in html.items() if part == "html"}
    return CompiledTheme(theme, code, sheet.styles, sheet.outlook, shades, widths)


def examined(
    newsroom: Newsroom, files: Mapping[str, TemplateSource]
) -> tuple[StyleSheets, dict[str, str], list[Problem]]:
    """The style sheets and values of a theme, and everything wrong with any of its files."""
    values, problems = tokens.of(files["tokens.css"], newsroom.look, _digest_yaml(newsroom))
    sheet = StyleSheets(files, values)
    for name in (*FRAMES, *(f"blocks/{block}.j2" for block in blocks_of(files))):
        problems += lint.problems(files[name])
    problems += sheet.problems
    return sheet, values, problems


def _digest_yaml(newsroom: Newsroom) -> str:
    try:
        return (newsroom.root / "digest.yaml").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def blocks_of(files: Mapping[str, TemplateSource]) -> tuple[str, ...]:
    """The blocks of a theme, those of the newsroom's own last."""
    return tuple(
        name.removeprefix("blocks/").removesuffix(".j2") for name in files if name.startswith("blocks/")
    )


def parts_of(files: Mapping[str, TemplateSource]) -> dict[str, dict[str, TemplateSource]]:
    """Both parts of every block."""
    return {block: split(files[f"blocks/{block}.j2"])[0] for block in blocks_of(files)}


def inlined(
    files: Mapping[str, TemplateSource], parts: Mapping[str, Mapping[str, TemplateSource]], sheet: StyleSheets
) -> dict[Name, str]:
    """The HTML parts and the frame after premailer. Raises ``Unbalanced`` naming a block."""
    blocks = {block: parts[block]["html"].text for block in parts}
    frame, inlined_blocks = inlined_templates(files["issue.html.j2"].text, blocks, sheet.inlined, sheet.kept)
    return {
        ("issue.html.j2", "html"): frame,
        **{(block, "html"): text.strip() for block, text in inlined_blocks.items()},
    }


def _text_parts(
    files: Mapping[str, TemplateSource], parts: Mapping[str, Mapping[str, TemplateSource]]
) -> dict[Name, str]:
    texts = {(block, "text"): parts[block]["text"].text.strip("\n") for block in parts}
    return {("issue.txt.j2", "text"): files["issue.txt.j2"].text, **texts}


def _whole(
    files: Mapping[str, TemplateSource], parts: Mapping[str, Mapping[str, TemplateSource]], sheet: StyleSheets
) -> tuple[dict[Name, str], list[Problem]]:
    """The inlined parts, or the block whose tags do not close where they open."""
    try:
        return inlined(files, parts, sheet), []
    except Unbalanced as error:
        shown = files[f"blocks/{error}.j2" if str(error) in blocks_of(files) else "issue.html.j2"].shown
        cure = "Every element must end inside its own file."
        return {}, [Problem(shown, 1, 1, "its tags do not close where they open.", cure)]
    except Exception as error:  # premailer and what it stands on raise whatever comes to them
        message = f"the templates cannot be inlined: {' '.join(str(error).split())}."
        return {}, [
            Problem(
                files["issue.html.j2"].shown, 1, 1, message, "Take back the last change of the templates."
            )
        ]


def order_problems(files: Mapping[str, TemplateSource], sheet: StyleSheets) -> list[Problem]:
    """Whether every block comes out of the inliner the same, whatever stands around it."""
    parts = parts_of(files)
    forwards, problems = _whole(files, parts, sheet)
    backwards, _ = _whole(files, dict(reversed(parts.items())), sheet)
    if problems:
        return problems
    message = "a rule of the style sheets changes this block depending on what stands around it."
    cure = "Select elements by a class of their own."
    changed = [key[0] for key in forwards if forwards[key] != backwards.get(key)]
    return [
        Problem(files[f"blocks/{name}.j2"].shown, 1, 1, message, cure)
        for name in changed
        if name in blocks_of(files)
    ]


def _code(text: str, key: Name, files: Mapping[str, TemplateSource]) -> CodeType:
    name, part = key
    shown = files[name if name in FRAMES else f"blocks/{name}.j2"].shown
    jinja = environment(constant_html if part == "html" else str)
    program: CodeType = jinja.compile(text, name=shown, filename=shown)
    return program
