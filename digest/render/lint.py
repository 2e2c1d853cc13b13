"""What is wrong with a template, found before any issue is built: each problem with its line and a cure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeGuard, get_args, get_origin, get_type_hints

from digest.errors import Problem
from digest.render.inliner import JINJA, deepest, markup_state
from digest.render.loader import FRAMES, TemplateSource
from digest.render.templating import FILTERS, OUTSIDE, constant_html, environment, split
from digest.render.values import BLOCK_DATA, COMMON, CONTEXTS

if TYPE_CHECKING:
    from jinja2 import Environment, nodes

DEEPEST: Final = 60  # libxml2 loses what lies below 255; a frame and a block together stay far from it
_ALLOWED: Final = frozenset((
    "Template", "Output", "TemplateData", "If", "For", "Assign", "Name", "NSRef", "Const", "Tuple", "List", "Dict",
    "Pair", "CondExpr", "Filter", "Test", "Getattr", "Getitem", "Slice", "Concat", "Compare", "Operand", "Mul", "Div",
    "FloorDiv", "Add", "Sub", "Mod", "Pow", "And", "Or", "Not", "Neg", "Pos", "Keyword", "ExprStmt",
))  # fmt: skip
_WORDS: Final = {
    "Include": "include", "Import": "import", "FromImport": "from ... import", "Extends": "extends",
    "Macro": "macro", "CallBlock": "call", "FilterBlock": "filter", "AssignBlock": "set ... endset",
    "ScopedEvalContextModifier": "autoescape", "EvalContextModifier": "autoescape", "With": "with",
    "Block": "block", "Call": "a call", "Continue": "continue", "Break": "break",
}  # fmt: skip
_LINK: Final = re.compile(r"<link\b[^>]*\bstylesheet\b[^>]*>", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(
    r"<(script|iframe|object|embed|form|style|base|link|html|body|head)\b", re.IGNORECASE
)
_STYLE: Final = re.compile(r"\bstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE)
_DECLARATION: Final = re.compile(r"\s*-{0,2}[a-zA-Z][\w-]*\s*:[^{}<>]*\S[^{}<>]*\Z")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)


def problems(source: TemplateSource) -> list[Problem]:
    """Everything wrong in one block or frame."""
    from jinja2 import TemplateSyntaxError

    try:
        tree = _environment().parse(source.text)
    except TemplateSyntaxError as error:
        return [Problem(source.shown, error.lineno, 1, _sentence(error.message), "")]
    parts, wrong = split(source)
    for name in ("html", OUTSIDE):
        if name in parts:
            wrong += _html(parts[name])
    return [*wrong, *_values(source, tree), *_frame(source)]


@cache
def _environment() -> Environment:
    return environment(constant_html)


def _sentence(message: str | None) -> str:
    text = (message or "this is no valid template").strip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _values(source: TemplateSource, tree: nodes.Template) -> list[Problem]:
    """Statements, filters and names that are not there; a block's parts are its top."""
    key = source.name if source.name in FRAMES else source.name.removeprefix("blocks/").removesuffix(".j2")
    walk = _Walk(source, {**COMMON, **CONTEXTS.get(key, BLOCK_DATA)})
    if source.name in FRAMES:
        return list(walk.body(tree.body, {}))
    tops: list[Any] = [node.body if _is_block(node) else [node] for node in tree.body]
    return [problem for top in tops for problem in walk.body(top, {})]


def _is_block(node: nodes.Node) -> TypeGuard[nodes.Block]:
    return type(node).__name__ == "Block"


class _Walk:
    """One walk over a part's tree; ``kinds`` maps names set in the template to their types (None: any)."""

    def __init__(self, source: TemplateSource, names: Mapping[str, object]) -> None:
        self.source = source
        self.names = names

    def body(self, statements: list[nodes.Node], kinds: dict[str, object]) -> Iterator[Problem]:
        kinds = dict(kinds)
        for node in statements:
            yield from self.statement(node, kinds)

    def statement(self, node: Any, kinds: dict[str, object]) -> Iterator[Problem]:
        kind = type(node).__name__
        if kind == "For":
            yield from self.expression(node.iter, kinds)
            inner = {**kinds, "loop": None, **self._loop(node, kinds)}
            if node.test is not None:
                yield from self.expression(node.test, inner)
            yield from self.body(node.body, inner)
            yield from self.body(node.else_, kinds)
        elif kind == "If":
            yield from self.expression(node.test, kinds)
            for part in (node.body, node.elif_, node.else_):
                for child in part:
                    yield from self.statement(child, kinds)
        elif kind == "Assign":
            yield from self.expression(node.node, kinds)
            kinds.update(self._assigned(node, kinds))
        elif kind == "Scope":
            yield from self.body(node.body, kinds)
        elif kind not in _ALLOWED:
            word = _WORDS.get(kind, kind.lower())
            yield self.problem(
                node, f"`{word}` cannot be used: a block stands alone and prints values.",
                "Use if, for, set, and expressions.",
            )  # fmt: skip
        else:
            for child in node.iter_child_nodes():
                yield from self.expression(child, kinds)

    def expression(self, node: Any, kinds: dict[str, object]) -> Iterator[Problem]:
        kind = type(node).__name__
        if kind not in _ALLOWED:
            yield self.problem(
                node, f"{_WORDS.get(kind, kind)} cannot be used in a template.", "Print values only."
            )
            return
        if kind == "Filter" and node.name not in FILTERS:
            yield self._filter(node.name, node)
        if kind == "Name" and node.name not in kinds and node.name not in self.names:
            yield self.unknown(node, node.name, "there is no", {**self.names, **kinds}, "Here are")
        if kind == "Getattr":
            yield from self._attribute(node, kinds)
        for child in node.iter_child_nodes():
            yield from self.expression(child, kinds)

    def _attribute(self, node: Any, kinds: dict[str, object]) -> Iterator[Problem]:
        owner = self.type_of(node.node, kinds)
        if node.attr.startswith("_"):
            yield self.problem(node, f"`{node.attr}` is not for templates.", "")
        elif isinstance(owner, type) and is_dataclass(owner) and node.attr not in _attributes(owner):
            name = _dotted(node.node)
            yield self.unknown(node, node.attr, f"{name} has no", _attributes(owner), f"{name} has")

    def type_of(self, node: Any, kinds: dict[str, object]) -> object:
        """The class of what an expression yields, where it is known."""
        kind = type(node).__name__
        if kind == "Name":
            return kinds[node.name] if node.name in kinds else self.names.get(node.name)
        if kind == "Getattr":
            owner = self.type_of(node.node, kinds)
            known = isinstance(owner, type) and is_dataclass(owner)
            return _attributes(owner).get(node.attr) if known else None
        return None

    def _loop(self, node: Any, kinds: dict[str, object]) -> dict[str, object]:
        iterated = self.type_of(node.iter, kinds)
        item = get_args(iterated)[0] if get_origin(iterated) is tuple else None
        return {
            name: (item if type(node.target).__name__ == "Name" else None) for name in _targets(node.target)
        }

    def _assigned(self, node: Any, kinds: dict[str, object]) -> dict[str, object]:
        single = type(node.target).__name__ == "Name"
        return {name: self.type_of(node.node, kinds) if single else None for name in _targets(node.target)}

    def _filter(self, name: str, node: Any) -> Problem:
        if name in ("safe", "e", "escape", "forceescape"):
            message = f"the filter `{name}` cannot be used: every value is escaped on its way out."
            return self.problem(node, message, f"Leave `|{name}` out.")
        similar = get_close_matches(name, FILTERS, 1)
        cure = f"Did you mean `{similar[0]}`?" if similar else f"There are: {', '.join(sorted(FILTERS))}."
        return self.problem(node, f"there is no filter `{name}`.", cure)

    def unknown(
        self, node: Any, name: str, what: str, known: Mapping[str, object], available: str
    ) -> Problem:
        similar = get_close_matches(name, known, 1)
        guess = f"Did you mean `{similar[0]}`? " if similar else ""
        return self.problem(node, f"{what} `{name}`.", f"{guess}{available}: {', '.join(sorted(known))}.")

    def problem(self, node: Any, message: str, cure: str) -> Problem:
        return Problem(self.source.shown, node.lineno, 1, message, cure)


@cache
def _attributes(owner: type) -> dict[str, object]:
    assert isinstance(owner, type)
    assert is_dataclass(owner)
    hints = get_type_hints(owner)
    return {field.name: _present(hints[field.name]) for field in fields(owner)}


def _present(hint: object) -> object:
    """``Picture`` of ``Picture | None``."""
    if get_origin(hint) is tuple:
        return hint
    return next((part for part in get_args(hint) if part is not type(None)), hint)


def _targets(node: Any) -> list[str]:
    if type(node).__name__ == "Name":
        return [node.name]
    return [name for item in getattr(node, "items", ()) for name in _targets(item)]


def _dotted(node: Any) -> str:
    kind = type(node).__name__
    if kind == "Getattr":
        return f"{_dotted(node.node)}.{node.attr}"
    return str(node.name) if kind == "Name" else "it"


def _html(part: TemplateSource) -> Iterator[Problem]:
    yield from _inside_tags(part)
    bare = JINJA.sub(lambda match: re.sub(r"[^\n]", "x", match[0]), part.text)
    visible = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), bare)
    for link in _LINK.finditer(visible):
        yield _at(part, link.start(), "an external style sheet is not loaded by mail programs, nor by a build.",
                  "Copy its rules into brand.css.")  # fmt: skip
    if part.name not in FRAMES:
        yield from _elements(part, visible)
    yield from _styles(part, visible)
    depth = deepest(visible)
    if depth > DEEPEST:
        yield _at(
            part, 0, f"elements are nested {depth} deep; below {DEEPEST} some would be lost.", "Nest less."
        )


def _elements(part: TemplateSource, visible: str) -> Iterator[Problem]:
    for match in _FORBIDDEN.finditer(visible):
        name = match[1].lower()
        if name == "style":
            yield from _style_element(part, visible, match.start())
        elif not (name == "link" and _LINK.match(visible, match.start())):
            yield _at(part, match.start(), f"<{name}> has no place in a block of a mail.", "Leave it out.")


def _style_element(part: TemplateSource, visible: str, start: int) -> Iterator[Problem]:
    """A <style> in a block: what is worst in it first."""
    from digest.render import css

    body_at = visible.find(">", start) + 1
    body = visible[body_at : visible.find("</style", body_at)]
    inner = TemplateSource(part.name, part.shown, re.sub(r"[^\n]", " ", part.text[:body_at]) + body)
    rules, problems = css.parse(inner)
    yield from problems
    yield from css.unsafe(inner, rules)
    yield _at(part, start, "a block cannot carry a <style> of its own.", "Put its rules into brand.css.")


def _inside_tags(part: TemplateSource) -> Iterator[Problem]:
    """Statements inside a tag, and values there outside of quotes."""
    inside, at = "", 0
    for match in JINJA.finditer(part.text):
        inside = markup_state(part.text[at : match.start()], inside)
        at = match.end()
        if match["statement"] is not None and inside in (">", '"', "'"):
            yield _at(part, match.start(), f"a Jinja statement inside a tag ({_short(match[0])}) cannot be inlined.",
                      'Write the tag twice inside the if, or print a value: "{{ a if b else c }}".')  # fmt: skip
        elif match["expression"] is not None and inside == ">":
            yield _at(part, match.start(), f"{_short(match[0])} stands in a tag without quotes.",
                      'Write name="{{ value }}".')  # fmt: skip


def _styles(part: TemplateSource, visible: str) -> Iterator[Problem]:
    for match in _STYLE.finditer(visible):
        if markup_state(visible[: match.start()], "") != ">":
            continue
        value = match[1] or match[2] or match[3] or ""
        for declaration in re.split(r";(?![^(]*\))", value):
            if declaration.strip() and not _DECLARATION.match(declaration):
                yield _at(part, match.start(), f'style="{_short(value)}" is no list of declarations.',
                          'Write style="property: value; property: value".')  # fmt: skip
                break


def _frame(source: TemplateSource) -> Iterator[Problem]:
    if source.name in FRAMES and len(re.findall(r"\{\{-?\s*blocks\s*-?\}\}", source.text)) != 1:
        yield Problem(
            source.shown,
            1,
            1,
            "the frame must print {{ blocks }} exactly once.",
            "That is where the issue goes.",
        )
    if source.name == "issue.html.j2" and not re.match(r"\s*<!doctype html>", source.text, re.IGNORECASE):
        yield Problem(source.shown, 1, 1, "the frame must begin with <!doctype html>.", "")


def _at(part: TemplateSource, offset: int, message: str, cure: str) -> Problem:
    return Problem(part.shown, *part.place(offset), message, cure)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"
