"""A tree against its model: what is wrong as located problems, what is right as the model's own values.

Wrong values are taken out of the tree and the rest is read again, so that the checks which tie
things together still see everything that is sound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Optional, cast

from digest.config import tree as t
from digest.config.keys import (
    MODELS,
    attribute_names,
    block_at,
    every_block,
    inside,
    keys_of,
    likely,
    names_at,
)
from digest.config.repairs import SECRET
from digest.config.subject import short, subject, within
from digest.errors import Problem
from digest.model.keys import BLOCK, WORD, Block, NotAKey, guess
from digest.model.keys.words import ID, InvalidValue, one_of_few, shown

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_ROUNDS = 12
_SUGGESTIONS = 200  # problems with a "did you mean", which takes time, before it is left out
_KEY = "[key]"
_ADAPTERS: dict[type[Block], TypeAdapter[Any]] = {}
_UNKNOWN = "unexpected_keyword_argument"


@dataclass
class ReadFile:
    """One file as it was read: ``values`` are those of its valid part, in the model's own classes.

    ``written`` is the tree as it stands in the file, ``valid`` the part of it that is sound.
    """

    file: str
    written: t.Node | None
    valid: t.Node | None
    values: Any

    @cached_property
    def entries(self) -> dict[tuple[str, t.At], t.Node]:
        """The entries of the lists at the top as they were written, by list and place."""
        tops = self.written.entries.items() if isinstance(self.written, t.BlockNode) else ()
        return {(key, n.at): n for key, node in tops if isinstance(node, t.ListNode) for n in node.nodes}


def adapter(model: type[Block]) -> TypeAdapter[Any]:
    """What validates plain values against a class of the model."""
    from pydantic import ConfigDict, TypeAdapter

    if model not in _ADAPTERS:
        names = attribute_names()
        config = ConfigDict(
            extra="forbid", alias_generator=lambda name: names.get(name, name), hide_input_in_errors=True
        )
        # A class takes its own configuration only; an optional one takes this.
        _ADAPTERS[model] = TypeAdapter(cast(Any, Optional[model]), config=config)  # noqa: UP045
    return _ADAPTERS[model]


def validate(model: type[Block], parsed: t.ParsedFile, file: str) -> tuple[ReadFile, list[Problem]]:
    """The valid part of a file, and every problem of it."""
    written = _without_empty_parts(parsed.tree)
    if written is not None and not isinstance(written, t.BlockNode):
        message, cure = "the file must hold keys with their values.", 'Write "key: value" lines.'
        return ReadFile(file, None, None, model()), [Problem(file, *written.at, message, cure)]
    absent = [
        key.name
        for key in keys_of(model).values()
        if key.required and t.child(written, key.name) is None and not meant(written, model, key.name)
    ]
    problems = [_absent(file, parsed.tree, key) for key in absent]
    read, more = _fold(model, written, file)
    return read, problems + more


def _absent(file: str, tree: t.Node | None, key: str) -> Problem:
    if isinstance(tree, t.BlockNode) and key in tree.key_at:
        return Problem(file, *tree.key_at[key], f'"{key}" has nothing under it.', "Write its keys below it.")
    at = tree.at if tree is not None else (1, 1)
    return Problem(file, *at, f'"{key}" is missing.', f'Add "{key}:" to the file.')


def _without_empty_parts(root: t.Node | None) -> t.Node | None:
    """A part at the top with nothing under it is as good as left out."""
    if not isinstance(root, t.BlockNode):
        return root
    kept = {
        key: node
        for key, node in root.entries.items()
        if not (isinstance(node, t.ScalarNode) and (node.is_empty or node.is_null))
    }
    return t.BlockNode(kept, root.key_at, root.at)


def _fold(model: type[Block], written: t.Node | None, file: str) -> tuple[ReadFile, list[Problem]]:
    from pydantic import ValidationError

    valid, problems = written, _empty_values(file, written, [])
    for turn in range(_ROUNDS):
        try:
            values = adapter(model).validate_python(t.plain(valid) or {})
        except ValidationError as error:
            errors = error.errors(include_url=False, include_input=False)
            if turn == 0:
                reporter = _Reporter(model, written, file)
                problems = _first_problems(reporter, errors)
                valid = t.renamed(written, reporter.renamed) if written else None
                errors = [error for error in errors if not reporter.is_mended(error)]
            valid = t.prune(valid, [_wrong_part(valid, error) for error in errors]) if valid else None
        else:
            return ReadFile(file, written, valid, values), problems
    return ReadFile(file, written, None, model()), problems


def _first_problems(reporter: _Reporter, errors: list[Any]) -> list[Problem]:
    """Empty values and pydantic's errors, each place once."""
    tree, file = reporter.tree, reporter.file
    empties = {(problem.line, problem.column) for problem in _empty_values(file, tree, errors)}
    reported = reporter.report(errors)
    unknown = {(p.line, p.column) for p in reported if p.message.startswith("unknown key")}
    shown_problems = [
        p for p in reported if (p.line, p.column) not in empties or (p.line, p.column) in unknown
    ]
    return shown_problems + [
        p for p in _empty_values(file, tree, errors) if (p.line, p.column) not in unknown
    ]


def _empty_values(file: str, tree: t.Node | None, errors: list[Any]) -> list[Problem]:
    """Keys with nothing after them. Text in bare braces, ``{lead}``, is told as what it is, where it is."""
    wrong_paths = {_path(tree, error["loc"]) for error in errors}
    cure = "Write one, or take the key out (a value that starts with # needs quotes)."
    return [
        Problem(file, *t.place_of_key(tree, path), f"{subject(tree, path)} has no value.", cure)
        for path, alone in t.empties(tree)
        if not (alone and path[:-1] in wrong_paths)
    ]


@lru_cache(maxsize=1)
def _steps_not_in_files() -> frozenset[str]:
    """Steps of a pydantic location that are not keys."""
    others = (block.OTHER_KEYS for block in every_block(tuple(MODELS.values())) if block.OTHER_KEYS)
    return frozenset({BLOCK, WORD, _KEY, *others})


def _path(tree: t.Node | None, location: tuple[str | int, ...]) -> t.Path:
    """A pydantic location without the steps that are not in the file."""
    node, path = tree, list[str | int]()
    for step in location:
        below = t.child(node, step)
        if below is None and (isinstance(node, t.ScalarNode) or step in _steps_not_in_files()):
            continue
        path.append(step)
        node = below
    return tuple(path)


def _wrong_part(tree: t.Node | None, error: Any) -> t.Path:
    path = _path(tree, error["loc"])
    return path[:-1] if error["type"] == "missing" else path


def _is_unknown(error: Any) -> bool:
    return error["type"] == _UNKNOWN or isinstance(error.get("ctx", {}).get("error"), NotAKey)


class _Reporter:
    """Pydantic's errors of one file as problems."""

    def __init__(self, model: type[Block], tree: t.Node | None, file: str) -> None:
        self.model, self.tree, self.file = model, tree, file
        self.renamed: dict[t.Path, str] = {}  # unknown keys by what they were meant to be
        self.count = 0

    def report(self, errors: list[Any]) -> list[Problem]:
        unknown = [e for e in errors if _is_unknown(e)]
        wanting = [e for e in errors if e["type"] == "missing"]
        absent = [_path(self.tree, e["loc"]) for e in wanting]
        problems = [self._unknown(_path(self.tree, e["loc"])) for e in unknown]
        problems += [self._missing(path) for path in absent if path not in self._there()]
        others = [e for e in errors if e["type"] != "missing" and not _is_unknown(e)]
        return problems + [self._wrong(error) for error in others]

    def is_mended(self, error: Any) -> bool:
        """Whether the error is gone once unknown keys are called what they were meant to be."""
        path = _path(self.tree, error["loc"])
        return path in (self._there() if error["type"] == "missing" else self.renamed)

    def _there(self) -> set[t.Path]:
        return {(*path[:-1], name) for path, name in self.renamed.items()}

    def _unknown(self, path: t.Path) -> Problem:
        key = str(path[-1])
        self.count += 1
        cure = ""
        if self.count <= _SUGGESTIONS:
            block, free = block_at(self.model, path[:-1]), self._free(path[:-1])
            cure = self._run_together(path, free) or self._moved(path, block, path[:-1])
            if not cure and (name := likely(block, key, free)):
                self.renamed[path] = name
                cure = f'Did you mean "{name}"?'
            cure = cure or self._moved(path, self.model, (), ", at the top of the file") or one_of_few(free)
        at = t.place_of_key(self.tree, path)
        return Problem(self.file, *at, f'unknown key "{short(key)}"{within(self.tree, path[:-1])}.', cure)

    def _moved(self, path: t.Path, block: type[Block] | None, at: t.Path, where: str = "") -> str:
        """What to do with a key that belongs into a block of this one, which stands ``at`` a place of the file."""
        outer, own = inside(block, str(path[-1]))
        if not outer:
            return ""
        if t.reach(self.tree, (*at, outer)) is not None:
            called = "" if own == path[-1] else f", as {own}"
            return f'Move it into "{outer}"{where}{called}.'
        others = ((inside(block, key), node) for key, node in self._entries(path[:-1]).items())
        keys = ", ".join(f"{name}: {_shown(name, node)}" for (found, name), node in others if found == outer)
        return f"Write {outer}: {{{keys}}}{where}."

    def _entries(self, path: t.Path) -> dict[str, t.Node]:
        node = t.reach(self.tree, path)
        return node.entries if isinstance(node, t.BlockNode) else {}

    def _run_together(self, path: t.Path, known: list[str]) -> str:
        """What to do with a "key" that is a key with its value, or the rest of a value that a comma cut."""
        key, node = str(path[-1]), t.reach(self.tree, path)
        if not (isinstance(node, t.ScalarNode) and node.is_empty):
            return ""
        together = re.fullmatch(r"([A-Za-z_]+)(?:\s*[:=]\s*|\s+)(\S.*)", key)
        if together and together[1] in known:
            return f"Write {together[1]}: {short(together[2])}."
        if between := guess.flight(key):
            return f"Write {between[1:-1]}."
        block = t.reach(self.tree, path[:-1])
        names = list(block.entries) if isinstance(block, t.BlockNode) else []
        before = names[: names.index(key)] if key in names else []
        owner = next((name for name in reversed(before) if not _is_bare(block, name)), "")
        if (
            not owner
            or not isinstance(value := t.child(block, owner), t.ScalarNode)
            or likely(block_at(self.model, path[:-1]), key, known)
        ):
            return ""
        parts = [value.text, *(name for name in names[names.index(owner) + 1 : names.index(key) + 1])]
        if both := guess.day(", ".join(parts)):
            return f"A comma parts keys here. Write {owner}: {both}."
        if re.fullmatch(r"\d{1,3}(?:\s*[€$£]|\s*%)?", key) and (
            amount := guess.number(",".join(parts), whole=False)
        ):
            return f"A comma parts keys here. Write {owner}: {amount}."
        if owner in ("days", "weekday") and all(map(guess.weekday, parts)):
            return f"A list needs brackets. Write {owner}: [{', '.join(map(guess.weekday, parts))}]."
        return f'A comma parts keys here. Write {owner}: "{short(", ".join(parts))}".'

    def _free(self, path: t.Path) -> list[str]:
        """The keys of the block at ``path`` that may still be written there."""
        written = set(self._entries(path))
        written |= {name for other, name in self.renamed.items() if other[:-1] == path}
        return [key for key in names_at(self.model, path) if key not in written]

    def _missing(self, path: t.Path) -> Problem:
        at = t.place(self.tree, path[:-1])
        where = subject(self.tree, path[:-1])
        return Problem(self.file, *at, f'{where} has no "{path[-1]}".', f'Add the key "{path[-1]}".')

    def _wrong(self, error: Any) -> Problem:
        path = _path(self.tree, error["loc"])
        at = t.place_of_key(self.tree, path) if error["loc"][-1] == _KEY else t.place(self.tree, path)
        says, cure = self._says(error, path)
        return Problem(self.file, *at, f"{subject(self.tree, path)} {says}", cure)

    def _says(self, error: Any, path: t.Path) -> tuple[str, str]:
        cause = error.get("ctx", {}).get("error")
        node = t.reach(self.tree, path)
        if isinstance(node, t.ScalarNode) and node.written:
            return _of_environment(node, cause)
        if isinstance(cause, InvalidValue):
            return cause.says, _several(cause, node, path) or cause.cure
        value = t.plain(node)
        if error["type"] in ("tuple_type", "frozen_set_type"):
            return _not_a_list(value, path[-1] if path else "")
        if error["type"] in ("dict_type", "mapping_type", "dataclass_type"):
            block = guess.block(str(path[-1]), value) if path else ""
            cure = f"Write {block}." if block else self._example(path)
            return f"must be a block of keys, not {shown(value)}.", cure
        return f"cannot be read ({error['msg']}).", ""

    def _example(self, path: t.Path) -> str:
        known = names_at(self.model, path)
        return f"Its keys are: {', '.join(known)}." if known else 'Write "key: value" lines under it.'


def _shown(key: str, node: t.Node) -> str:
    """A value as a cure repeats it, where it is one word and no secret."""
    plain = isinstance(node, t.ScalarNode) and bool(node.text) and not SECRET.search(f"{key} {node.text}")
    return short(node.text) if plain and isinstance(node, t.ScalarNode) else "…"


def _several(wrong: InvalidValue, node: t.Node | None, path: t.Path) -> str:
    """The cure of several names that stand as one in a list: ``[top; stream]``."""
    if not (isinstance(node, t.ScalarNode) and path and isinstance(path[-1], int)):
        return ""
    names = re.split(r"\s*[;/|&+]\s*", node.text.strip())
    plain = len(names) > 1 and all(ID.fullmatch(name) for name in names)
    return f"Write {', '.join(names)}." if plain and wrong.says.startswith("must be a plain name") else ""


def _of_environment(node: t.ScalarNode, cause: object) -> tuple[str, str]:
    """What is wrong with a value of the environment, which may be a secret and is not shown."""
    says = cause.says.partition(", not ")[0] if isinstance(cause, InvalidValue) else ""
    if not says.startswith("must be") or node.text in says:
        says = "cannot be used"
    return (
        f"{says.rstrip('.')}, as the environment fills it in ({shown(node.written)}).",
        "Mend the variable.",
    )


def meant(node: t.Node | None, block: type[Block], key: str) -> bool:
    """Whether an unknown key of this block is a misspelt ``key``, which is then not called missing."""
    if not isinstance(node, t.BlockNode):
        return False
    known = keys_of(block)
    free = [name for name in known if name not in node.entries]
    odd = (name for name in node.entries if name not in known)
    return any(key in (likely(block, name, free), inside(block, name)[0]) for name in odd)


def _is_bare(block: t.Node | None, name: str) -> bool:
    node = t.child(block, name)
    return isinstance(node, t.ScalarNode) and node.is_empty


def _not_a_list(value: Any, key: object) -> tuple[str, str]:
    if isinstance(value, str) and key == "days" and value.lower() in ("daily", "every day", "all", "täglich"):
        return f"must be a list, not {shown(value)}.", "Take the key out: without it, it is every day."
    if isinstance(value, str):
        listed = guess.weekdays(value) if key == "days" else ""
        parts = [
            part.lstrip("-") for part in re.split(r"[\s,;/|&+]+", value.strip(" ()[]")) if part.lstrip("-")
        ]
        plain = all(re.fullmatch(r"[A-Za-z0-9][\w.-]*", part) for part in parts)
        some = listed or f"[{short(', '.join(parts) if plain and parts else value)}]"
        return f"must be a list, not {shown(value)}.", f"Put it in brackets: {some}."
    if isinstance(value, dict) and value and not any(value.values()):
        names = ", ".join(map(str, value))
        return f"must be a list, not {shown(f'{{{names}}}')}.", f"Put it in brackets: [{short(names)}]."
    if isinstance(value, dict):
        return "must be a list, not a block of keys.", 'Start each of its entries with "- ".'
    return f"must be a list, not {shown(value)}.", "Write it in brackets: [one, two]."
