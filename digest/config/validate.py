"""A tree against its pydantic model: what is wrong as located problems, what is right as plain data.

Wrong values are taken out of the tree and the rest is read again, so that the checks which tie
things together still see everything that is sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from digest.config import tree as t
from digest.config.subject import short, subject, within
from digest.config.words import Wrong, did_you_mean, shown
from digest.errors import Problem

if TYPE_CHECKING:
    from pydantic import BaseModel

_ROUNDS = 12
_SUGGESTIONS = 200  # problems with a "did you mean", which takes time, before it is left out
_KEY = "[key]"


@dataclass
class Sound:
    """The sound part of one file. ``whole`` is the tree as written, for the names it defines."""

    file: str
    whole: t.Node | None
    tree: t.Node | None
    data: dict[str, Any]

    @cached_property
    def entries(self) -> dict[tuple[str, t.At], t.Node]:
        """The entries of the lists at the top as they were written, by list and place."""
        tops = self.whole.entries.items() if isinstance(self.whole, t.Block) else ()
        return {(key, n.at): n for key, node in tops if isinstance(node, t.Items) for n in node.nodes}


def validate(
    model: type[BaseModel], parsed: t.Parsed, file: str, required: tuple[str, ...] = ()
) -> tuple[Sound, list[Problem]]:
    """The sound part as plain JSON data, and every problem of the file."""
    whole = _without_empty_parts(parsed.tree)
    if whole is not None and not isinstance(whole, t.Block):
        at = (whole.at[0], whole.at[1])
        problem = Problem(
            file, *at, "the file must hold keys with their values.", 'Write "key: value" lines.'
        )
        return Sound(file, None, None, model().model_dump(mode="json", by_alias=True)), [problem]
    absent = [
        key for key in required if t.child(whole, key) is None and not meant(whole, keys_at(model, ()), key)
    ]
    problems = [_absent(file, parsed.tree, key) for key in absent]
    sound, more = _fold(model, whole, file)
    return sound, problems + more


def _absent(file: str, whole: t.Node | None, key: str) -> Problem:
    if isinstance(whole, t.Block) and key in whole.key_at:
        return Problem(file, *whole.key_at[key], f'"{key}" has nothing under it.', "Write its keys below it.")
    at = whole.at if whole is not None else (1, 1)
    return Problem(file, *at, f'"{key}" is missing.', f'Add "{key}:" to the file.')


def _without_empty_parts(root: t.Node | None) -> t.Node | None:
    """A part at the top with nothing under it is as good as left out."""
    if not isinstance(root, t.Block):
        return root
    kept = {
        key: node
        for key, node in root.entries.items()
        if not (isinstance(node, t.Scalar) and (node.is_empty or node.is_null))
    }
    return t.Block(kept, root.key_at, root.at)


def _fold(model: type[BaseModel], whole: t.Node | None, file: str) -> tuple[Sound, list[Problem]]:
    from pydantic import ValidationError

    tree, problems = whole, _empty_values(file, whole, [])
    for turn in range(_ROUNDS):
        try:
            read = model.model_validate(t.plain(tree) or {})
        except ValidationError as error:
            errors = error.errors(include_url=False, include_input=False)
            if turn == 0:
                problems = _first_problems(model, whole, file, errors)
            tree = t.prune(tree, [_wrong_part(tree, one) for one in errors]) if tree else None
        else:
            return Sound(file, whole, tree, read.model_dump(mode="json", by_alias=True)), problems
    return Sound(file, whole, None, model().model_dump(mode="json", by_alias=True)), problems


def _first_problems(
    model: type[BaseModel], whole: t.Node | None, file: str, errors: list[Any]
) -> list[Problem]:
    """Empty values and pydantic's errors, each place told once."""
    empties = {(problem.line, problem.column) for problem in _empty_values(file, whole, errors)}
    reported = _Reporter(model, whole, file).report(errors)
    unknown = {(p.line, p.column) for p in reported if p.message.startswith("unknown key")}
    told = [p for p in reported if (p.line, p.column) not in empties or (p.line, p.column) in unknown]
    return told + [p for p in _empty_values(file, whole, errors) if (p.line, p.column) not in unknown]


def _empty_values(file: str, whole: t.Node | None, errors: list[Any]) -> list[Problem]:
    """Keys with nothing after them. Text in bare braces, ``{lead}``, is told as what it is, where it is."""
    wrong = {_path(whole, error["loc"]) for error in errors}
    cure = "Write one, or take the key out (a value that starts with # needs quotes)."
    return [
        Problem(file, *t.place_of_key(whole, path), f"{subject(whole, path)} has no value.", cure)
        for path, alone in t.empties(whole)
        if not (alone and path[:-1] in wrong)
    ]


def _path(tree: t.Node | None, location: tuple[str | int, ...]) -> t.Path:
    """A pydantic location without the steps that are not in the file."""
    from digest.config.schema import TAGS

    node, path = tree, list[str | int]()
    for step in location:
        below = t.child(node, step)
        if below is None and (step in TAGS or step == _KEY):
            continue
        path.append(step)
        node = below
    return tuple(path)


def _wrong_part(tree: t.Node | None, error: Any) -> t.Path:
    path = _path(tree, error["loc"])
    return path[:-1] if error["type"] == "missing" else path


class _Reporter:
    """Pydantic's errors of one file as problems."""

    def __init__(self, model: type[BaseModel], tree: t.Node | None, file: str) -> None:
        self.model, self.tree, self.file = model, tree, file
        self.meant: set[t.Path] = set()
        self.count = 0

    def report(self, errors: list[Any]) -> list[Problem]:
        unknown = [e for e in errors if e["type"] == "extra_forbidden"]
        wanting = [e for e in errors if e["type"] == "missing"]
        absent = [_path(self.tree, e["loc"]) for e in wanting]
        problems = [self._unknown(_path(self.tree, e["loc"]), absent) for e in unknown]
        problems += [self._missing(path) for path in absent if path not in self.meant]
        others = [e for e in errors if e["type"] not in ("extra_forbidden", "missing")]
        return problems + [self._wrong(error) for error in others]

    def _unknown(self, path: t.Path, absent: list[t.Path]) -> Problem:
        key = str(path[-1])
        self.count += 1
        cure = ""
        if self.count <= _SUGGESTIONS:
            known = self._known(path[:-1])
            cure = did_you_mean(key, known)
            self.meant |= {lost for lost in absent if lost[:-1] == path[:-1] and f'"{lost[-1]}"?' in cure}
        at = t.place_of_key(self.tree, path)
        return Problem(self.file, *at, f'unknown key "{short(key)}"{within(self.tree, path[:-1])}.', cure)

    def _known(self, path: t.Path) -> list[str]:
        """The keys of the block at ``path`` that may still be written there."""
        node = t.reach(self.tree, path)
        there = set(node.entries) if isinstance(node, t.Block) else set()
        return [key for key in keys_at(self.model, path) if key not in there]

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
        wrong = error.get("ctx", {}).get("error")
        if isinstance(wrong, Wrong):
            return wrong.says, wrong.cure
        value = t.plain(t.reach(self.tree, path))
        if error["type"] == "list_type":
            return _not_a_list(value)
        if error["type"] in ("dict_type", "model_type", "model_attributes_type"):
            return f"must be a block of keys, not {shown(value)}.", self._example(path)
        return f"cannot be read ({error['msg']}).", ""

    def _example(self, path: t.Path) -> str:
        known = keys_at(self.model, path)
        return f"Its keys are: {', '.join(known)}." if known else 'Write "key: value" lines under it.'


def meant(node: t.Node | None, known: list[str], key: str) -> bool:
    """Whether an unknown key of this block is a misspelt ``key``, which is then not called missing."""
    if not isinstance(node, t.Block):
        return False
    free = [name for name in known if name not in node.entries]
    odd = (name for name in node.entries if name not in known)
    return any(did_you_mean(name, free) == f'Did you mean "{key}"?' for name in odd)


def _not_a_list(value: Any) -> tuple[str, str]:
    if isinstance(value, str):
        return f"must be a list, not {shown(value)}.", f"Put it in brackets: [{short(value)}]."
    if isinstance(value, dict):
        return "must be a list, not a block of keys.", 'Start each of its entries with "- ".'
    return f"must be a list, not {shown(value)}.", "Write it in brackets: [one, two]."


def keys_at(model: type[BaseModel], path: t.Path) -> list[str]:
    """The keys that the block at ``path`` may have, in the order of the schema."""
    found = _model_at(model, path)
    if found is None:
        return []
    return [field.alias or name for name, field in found.model_fields.items()]


def _model_at(model: type[BaseModel], path: t.Path) -> type[BaseModel] | None:
    current: type[BaseModel] | None = model
    steps = list(path)
    while steps and current is not None:
        step = steps.pop(0)
        annotation = next(
            (f.annotation for name, f in current.model_fields.items() if step in (name, f.alias)), None
        )
        current = _model_in(annotation)
        if steps and _is_collection(annotation):
            steps.pop(0)
        elif not steps and _is_collection(annotation):
            return None
    return current


def _is_collection(annotation: Any) -> bool:
    from typing import get_args, get_origin

    if get_origin(annotation) in (list, dict):
        return True
    return any(_is_collection(part) for part in get_args(annotation) if part is not type(None))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    from typing import get_args

    from pydantic import BaseModel

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(part) for part in get_args(annotation))
    return next((model for model in found if model is not None), None)
