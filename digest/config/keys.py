"""The keys of a block of the two files, read off the fields of the model's own classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from types import MappingProxyType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from digest.config import files
from digest.config import tree as t
from digest.model.ad_book import AdBook
from digest.model.keys import Block, ByName, Key, Kind, Written
from digest.model.keys.words import nearest
from digest.model.newsroom import DigestFile

MODELS: Mapping[str, type[Block]] = MappingProxyType({files.DIGEST: DigestFile, files.ADSLOTS: AdBook})
_KEYS: dict[type[Block], Mapping[str, FileKey]] = {}  # those that were asked for


@dataclass(frozen=True, slots=True)
class FileKey:
    """A key: its ``field``, the kind of what stands there, and the block it opens, if it opens one.

    ``holds``: ``""`` for the value itself, ``"list"`` or ``"names"`` where it has many of them.
    """

    name: str
    field: Field[Any]
    key: Key
    block: type[Block] | None
    holds: str
    kinds: tuple[Kind, ...]  # of its value, or of the parts of it
    name_kinds: tuple[Kind, ...]  # of its own keys, where they are names

    @property
    def required(self) -> bool:
        """Whether no block can be without it."""
        return self.key.required is True or self.has_no_default

    @property
    def has_no_default(self) -> bool:
        return self.field.default is MISSING and self.field.default_factory is MISSING

    @property
    def default(self) -> Any:
        if self.field.default is not MISSING:
            return self.field.default
        return None if self.field.default_factory is MISSING else self.field.default_factory()


def keys_of(block: type[Block]) -> Mapping[str, FileKey]:
    """The keys of a block by name, in the order of its fields. A field without a ``Key`` is none."""
    if block not in _KEYS:
        hints = get_type_hints(block, include_extras=True)
        file_keys = (_file_key(field, hints[field.name]) for field in _fields(block))
        _KEYS[block] = MappingProxyType({key.name: key for key in file_keys if key is not None})
    return _KEYS[block]


def _fields(block: Any) -> tuple[Field[Any], ...]:
    return fields(block)


def _file_key(field: Field[Any], hint: Any) -> FileKey | None:
    kept, marks = _parts(hint)
    key = next((mark for mark in marks if isinstance(mark, Key)), None)
    if key is None:
        return None
    block, holds, kinds, name_kinds = _contents(kept, marks)
    return FileKey(key.name or field.name, field, key, block, holds, kinds, name_kinds)


def _contents(
    kept: Any, marks: tuple[Any, ...]
) -> tuple[type[Block] | None, str, tuple[Kind, ...], tuple[Kind, ...]]:
    for mark in marks:
        if isinstance(mark, Written):
            return mark.block, "", () if mark.word is None else tuple(_kinds(mark.word)), ()
        if isinstance(mark, ByName):
            return mark.block, "names", (), tuple(_kinds(mark.kind))
    if own := tuple(mark for mark in marks if isinstance(mark, Kind)):
        return None, "", own, ()
    for origin, arguments in _alternatives(kept):
        if origin in (tuple, list, frozenset):
            block, _, kinds, _ = _contents(*_parts(arguments[0]))
            return block, "list", kinds, ()
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return _block_in(arguments[1]), "names", tuple(_kinds(arguments[1])), tuple(_kinds(arguments[0]))
    return _block_in(kept), "", tuple(_kinds(kept)), ()


def _parts(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """What an annotation keeps, and its markers; those of an optional value are the value's."""
    if get_origin(hint) is Annotated:
        kept, *marks = get_args(hint)
        return kept, tuple(marks)
    return hint, ()


def _alternatives(hint: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    kept, _ = _parts(hint)
    yield get_origin(kept), get_args(kept)
    if get_origin(kept) not in (tuple, list, frozenset):
        for part in get_args(kept):
            yield from _alternatives(part)


def _block_in(hint: Any) -> type[Block] | None:
    kept, _ = _parts(hint)
    if isinstance(kept, type) and get_origin(kept) is None and issubclass(kept, Block):
        return kept
    blocks = (_block_in(part) for part in get_args(kept))
    return next((block for block in blocks if block is not None), None)


def _kinds(hint: Any) -> Iterator[Kind]:
    kept, marks = _parts(hint)
    yield from (mark for mark in marks if isinstance(mark, Kind))
    for part in get_args(kept):
        yield from _kinds(part)


def names_at(model: type[Block], path: t.Path) -> list[str]:
    """The keys that the block at ``path`` may have, in the order of the model."""
    block = block_at(model, path)
    return [] if block is None else list(keys_of(block))


def block_at(model: type[Block], path: t.Path) -> type[Block] | None:
    """The class of the block at ``path``; ``None`` where there is a value, a list or names."""
    current: type[Block] | None = model
    steps = list(path)
    while steps and current is not None:
        key = keys_of(current).get(str(steps.pop(0)))
        if key is None or (key.holds and not steps):
            return None
        if key.holds:
            steps.pop(0)
        current = key.block
    return current


def likely(block: type[Block] | None, word: str, free: Iterable[str]) -> str:
    """The key of a block that an unknown word was meant to be, of those that are ``free``; empty: no idea."""
    keys = {} if block is None else keys_of(block)
    free = [name for name in free if name in keys]
    plain = re.sub(r"[\W_]+", "_", word.casefold()).strip("_")
    called = (name for name in free if plain in keys[name].key.also.split())
    return next(called, "") or nearest(word, free)


def inside(block: type[Block] | None, word: str) -> tuple[str, str]:
    """The key whose block has this word, and its key there, where just one has; empty: none, or several."""
    keys = {} if block is None else keys_of(block)
    found = [
        (name, own)
        for name, key in keys.items()
        if key.block is not None and key.holds == ""
        for own, below in keys_of(key.block).items()
        if word == own or word.casefold() in below.key.also.split()
    ]
    return found[0] if len({name for name, _ in found}) == 1 else ("", "")


def words(node: t.Node | None, block: type[Block], path: t.Path = ()) -> Iterator[tuple[Kind, t.Path, str]]:
    """Every word of a tree whose kind is a name that lies outside the file; of a name that is a key, its own path."""
    if not isinstance(node, t.BlockNode):
        return
    for name, key in keys_of(block).items():
        below = t.child(node, name)
        if below is not None:
            yield from _words_of(below, key, (*path, name))


def _words_of(node: t.Node, key: FileKey, path: t.Path) -> Iterator[tuple[Kind, t.Path, str]]:
    if isinstance(node, t.BlockNode) and key.holds == "names":
        for name, part in node.entries.items():
            yield from ((kind, (*path, name), name) for kind in key.name_kinds if kind.names)
            yield from _value_words(part, key, (*path, name))
    elif isinstance(node, t.ListNode):
        for index, part in enumerate(node.nodes):
            yield from _value_words(part, key, (*path, index))
    else:
        yield from _value_words(node, key, path)


def _value_words(node: t.Node, key: FileKey, path: t.Path) -> Iterator[tuple[Kind, t.Path, str]]:
    if isinstance(node, t.ScalarNode):
        yield from ((kind, path, node.text.strip()) for kind in key.kinds if kind.names)
    elif key.block is not None:
        yield from words(node, key.block, path)


def attribute_names() -> dict[str, str]:
    """The fields that are called otherwise than their keys, over both files."""
    names: dict[str, str] = {}
    for block in every_block(tuple(MODELS.values())):
        for name, key in keys_of(block).items():
            if key.field.name != name and names.setdefault(key.field.name, name) != name:
                raise TypeError(f"the field {key.field.name} is two keys: {names[key.field.name]} and {name}")
    return names


def every_block(blocks: tuple[type[Block], ...]) -> list[type[Block]]:
    """These blocks and those in them, each once, in the order of the files."""
    seen: dict[type[Block], None] = {}
    waiting = list(blocks)
    while waiting:
        block = waiting.pop(0)
        if block not in seen:
            seen[block] = None
            waiting[:0] = [key.block for key in keys_of(block).values() if key.block]
    return list(seen)
